/** Runs what docs/configuration.md shows: configurations that are parts of a base, requests, and the replies of 3scale. */
import { load } from "js-yaml";
import { Result, type Answer, type HttpCall, type RequestInput, type RootContext } from "../../emulator/index.ts";
import type { Stream, Vm } from "../../emulator/index.ts";
import { codeSpans } from "./docs-blocks.ts";
import { delimited, encodeStruct } from "./operations-struct.ts";

export type Fields = Record<string, unknown>;

/** The authority and scheme of requests that name none. */
const ORIGIN = "https://api.example.com";
const SERVICE_FIELDS = ["id", "token", "environment", "authorities", "credentials", "mapping_rules"];

/** A request as a cell writes it. */
export interface DocRequest {
  input: RequestInput;
  /** Dynamic metadata by the name of the filter that left it. */
  metadata: Record<string, Fields>;
}

/** How a request ended, or that it waits for the reply to a call. */
export interface DocResult {
  call: HttpCall | undefined;
  stream: Stream;
  /** The outcome whose counter grew; undefined while it waits. */
  outcome: string | undefined;
}

/** Reads a block of YAML or JSON that has to be an object. */
export function readFields(text: string): Fields {
  const fields = load(text);
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) throw new Error(`no object: ${text}`);
  return fields as Fields;
}

/**
 * Puts a part of a configuration in the place of what the base has: fields of a service into its first service, all others
 * at the top. Objects are merged but for `credentials`; lists are replaced.
 */
export function withPart(base: Fields, part: Fields): Fields {
  const whole = structuredClone(base);
  const [service] = whole["services"] as [Fields];
  for (const [name, value] of Object.entries(part)) {
    if (SERVICE_FIELDS.includes(name)) service[name] = value;
    else whole[name] = merged(whole[name], value);
  }
  return whole;
}

function merged(base: unknown, part: unknown): unknown {
  if (!isFields(base) || !isFields(part)) return part;
  const names = [...new Set([...Object.keys(base), ...Object.keys(part)])];
  return Object.fromEntries(names.map((name) => [name, name in part ? merged(base[name], part[name]) : base[name]]));
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a cell: the request line in backquotes, then headers, or `metadata: {…}`, each in backquotes of its own. */
export function readRequest(cell: string): DocRequest {
  const [line, ...rest] = codeSpans(cell);
  const [, method, origin = ORIGIN, path] = /^([A-Z]+) (https?:\/\/[^/]+)?(\/.*)$/.exec(line ?? "") ?? [];
  if (method === undefined || path === undefined) throw new Error(`no request: ${cell}`);
  const [scheme, authority] = origin.split("://") as [string, string];
  const request: DocRequest = { input: { method, path, scheme, authority }, metadata: {} };
  const headers: [string, string][] = [];
  for (const span of rest) {
    const [name, value] = readHeader(span);
    if (name === "metadata") request.metadata = JSON.parse(value) as Record<string, Fields>;
    else headers.push([name, value]);
  }
  request.input.headers = headers;
  return request;
}

function readHeader(span: string): [name: string, value: string] {
  const [, name, value] = /^(:?[^: ]+): (.*)$/.exec(span) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no header: ${span}`);
  return [name, value];
}

/** Reads the reply of 3scale: a status and headers in backquotes, or in words what happens in place of one. */
export function readReply(cell: string): Answer {
  switch (cell) {
    case "no connection":
      return "refuse-connection";
    case "none in time":
      return "timeout";
    case "cut off":
      return "fail";
    case "no such cluster":
      return { refuse: Result.BadArgument };
    default: {
      const [status, ...headers] = codeSpans(cell);
      if (!/^[1-5]\d\d$/.test(status ?? "")) throw new Error(`no reply: ${cell}`);
      return { reply: { status: Number(status), headers: headers.map(readHeader) } };
    }
  }
}

/** A plugin in force with one configuration. Fails where it is refused. */
export class DocPlugin {
  readonly #vm: Vm;
  readonly root: RootContext;

  constructor(vm: Vm, configuration: Fields) {
    this.#vm = vm;
    vm.logs.length = 0;
    this.root = vm.createRoot({ configuration: JSON.stringify(configuration) });
    if (!this.root.accepted) throw new Error(this.lines().join("\n"));
  }

  /** What was logged since the configuration was given. */
  lines(): string[] {
    return this.#vm.logs.map(({ message }) => message);
  }

  /** Puts a request to the plugin; calls are answered with `reply`. */
  request({ input, metadata }: DocRequest, reply: Answer = "later"): DocResult {
    const vm = this.#vm;
    let call: HttpCall | undefined;
    this.root.onHttpCall((made) => {
      call = made;
      return reply;
    });
    vm.setProperty(["metadata"], encodeMetadata(metadata));
    const before = counters(vm);
    const stream = this.root.request(input);
    if (vm.failure !== undefined) throw new Error(`the module trapped: ${vm.failure.message}`);
    return { call, stream, outcome: grown(before, counters(vm)) };
  }

  /**
   * Ends a request that was put to the plugin, and answers its call if it is still out; returns the outcome that this gives
   * the request, if it had none.
   */
  abort({ stream, call }: DocResult): string | undefined {
    const before = counters(this.#vm);
    stream.abort();
    if (call !== undefined && this.#vm.pendingCalls.includes(call)) call.respond();
    return grown(before, counters(this.#vm));
  }

  end(): void {
    this.#vm.endRoot(this.root);
  }
}

const COUNTER = "threescale_auth_";
const SYSTEM = "system_";

/** The outcomes that have a counter, in the order in which the plugin defines them. */
export function countedOutcomes(vm: Vm): string[] {
  return namesOf(vm).filter((name) => !name.startsWith(SYSTEM));
}

/** The statistics of fetching services, in the order in which the plugin defines them. */
export function systemStatistics(vm: Vm): string[] {
  return namesOf(vm)
    .filter((name) => name.startsWith(SYSTEM))
    .map((name) => COUNTER + name);
}

function namesOf(vm: Vm): string[] {
  return [...vm.metrics.byName.keys()].map((name) => {
    if (!name.startsWith(COUNTER)) throw new Error(`a statistic without the prefix of ours: ${name}`);
    return name.slice(COUNTER.length);
  });
}

function counters(vm: Vm): Map<string, number> {
  return new Map(countedOutcomes(vm).map((outcome) => [outcome, vm.metrics.value(COUNTER + outcome)]));
}

function grown(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string | undefined {
  const changed = [...after].filter(([outcome, count]) => count !== before.get(outcome));
  const [first, second] = changed;
  if (second !== undefined || (first !== undefined && first[1] !== before.get(first[0])! + 1)) {
    throw new Error(`one request is counted as ${changed.map(([outcome]) => outcome).join(", ")}`);
  }
  return first?.[0];
}

/** What a call asks beside service and token, decoded: `user_key=a`, `usage[hits]=1`. */
export function askedOf(call: HttpCall): string[] {
  const parameters = [...new URL(call.path, "http://backend").searchParams];
  return parameters
    .filter(([name]) => name !== "service_id" && name !== "service_token")
    .map(([name, value]) => `${name}=${value}`);
}

/** A call as an `http` block writes it: its request line, then its other headers. */
export function writtenCall(call: HttpCall): string {
  const headers = call.headers.entries().filter(([name]) => name !== ":method" && name !== ":path");
  return [`${call.method} ${call.path}`, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n");
}

/** An answer as a cell writes it: status and body, of which the line end is left out. Fails where there is no answer. */
export function writtenAnswer({ stream }: DocResult): string {
  const { response } = stream;
  if (response === undefined) throw new Error(`there is no answer: ${stream.outcome.kind}`);
  if (!response.text.endsWith("\n")) throw new Error("the body does not end with a line end");
  return `${String(response.status)} \`${response.text.slice(0, -1)}\``;
}

/** The headers of ours on a request that went on. Fails where it did not. */
export function ownHeaders({ stream }: DocResult): string[] {
  const { upstreamHeaders } = stream;
  if (upstreamHeaders === undefined) throw new Error(`it did not go on: ${stream.outcome.kind}`);
  return upstreamHeaders
    .entries()
    .filter(([name]) => name.startsWith("x-3scale-"))
    .map(([name, value]) => `${name}: ${value}`);
}

/** envoy.config.core.v3.Metadata: a map of Structs by the names of filters. */
function encodeMetadata(metadata: Record<string, Fields>): Buffer {
  const entries = Object.entries(metadata).map(([filter, struct]) =>
    delimited(1, Buffer.concat([delimited(1, Buffer.from(filter)), delimited(2, encodeStruct(struct))])),
  );
  return Buffer.concat(entries);
}
