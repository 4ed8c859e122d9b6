import type { Header } from "../support/http-message.ts";

/** One of the filters both hosts run: each has a VM of its own. */
export type Place = "probe" | "trap" | "trap-later" | "stop-iteration" | "refused";

/** A request to put to the host; strings are latin-1, so that every byte can be sent. */
export interface Send {
  /** Which filter gets it. Default "probe". */
  place?: Place;
  method?: string;
  path?: string;
  host?: string;
  headers: Header[];
  body?: string;
  /** No answer is to come: it is not waited for as long as for one. */
  silent?: boolean;
}

/** What is seen of one request; only the members given are compared. */
export interface Expectation {
  /** 0 when no response came. */
  status?: number;
  body?: string;
  /** The response's headers in their order, without what every server adds (`date`, `server`, `connection`, length). */
  headers?: string[];
  /** What reached the upstream, see {@link arrived}; null if nothing did. */
  upstream?: string[] | null;
  /** `response_code_details`. */
  details?: string;
}

export type Observation = Required<Expectation>;

/** A step of a case. */
export type Step =
  | { send: Send; expect: Expectation }
  /** The client goes away while the filter waits for the backend's answer. */
  | { leave: Send }
  /** The backend answers the calls to `/hold` it holds. */
  | { release: true }
  /** At least so much time passes, in ms. */
  | { pass: number }
  /** What the probe has recorded since the last such step; waits for it. */
  | { journal: string; place?: Place };

export interface Case {
  name: string;
  steps: Step[];
  /** The rules of the emulator that the case breaks, where Envoy says nothing; in order. */
  violations?: string[];
}

/** What runs the steps of cases: real Envoy or the emulator. */
export interface Host {
  send(send: Send): Promise<Observation>;
  leave(send: Send): Promise<void>;
  release(): Promise<void>;
  pass(ms: number): Promise<void>;
  /** Whether the filter took its configuration. */
  accepted(place: Place): Promise<boolean>;
}

/** A request that scripts the probe; see `probe/index.ts` for the headers and `probe/interpreter.ts` for operations. */
export function probe(script: string, headers: Header[] = [], rest: Omit<Send, "headers"> = {}): Send {
  return { ...rest, headers: [...(script === "" ? [] : [["x-probe", script] satisfies Header]), ...headers] };
}

const OWN = /^x-(probe|on-\w+|return|journal)$/;
const TRANSPORT = /^(date|server|connection|content-length|transfer-encoding|x-forwarded-proto|x-envoy-.*)$/;

/** Headers as `name: value` lines, lower-case, without the probe's own and the transport's. */
export function visible(headers: readonly Header[]): string[] {
  return headers
    .map(([name, value]): Header => [name.toLowerCase(), value])
    .filter(([name]) => !OWN.test(name) && !TRANSPORT.test(name))
    .map(([name, value]) => `${name}: ${value}`);
}

/** A request as the upstream sees it: `METHOD path`, `host: …` and headers in their order without the probe's own, the body. */
export function arrived(method: string, path: string, headers: readonly Header[], body: string): string[] {
  return [`${method} ${path}`, ...visible(headers), ...(body === "" ? [] : [`body: ${body}`])];
}
