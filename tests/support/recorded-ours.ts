import { DIFFERENCES } from "./recorded-differences.ts";
import { answerHeaders, passedOn, type Observation, type RecordedCase } from "./recorded.ts";

/** What this filter does otherwise. Every field has to differ from the recording; headers follow from the rest. */
export interface Ours {
  status?: number | "refused";
  body?: string;
  /** The AuthRep calls, each the decoded parameters of its query. */
  calls?: readonly string[][];
  /** What Envoy tells the backend of the call's timeout. */
  callTimeoutMs?: number;
  /** Whether the request reaches the API; its headers, where they are other than the client's. */
  passes?: boolean | readonly string[];
}

export interface Difference {
  /** The names of recorded cases. */
  cases: readonly string[];
  ours: Ours;
  /** A correction by its number (docs/compatibility.md lists them), or a decision. */
  because: string;
}

/** The headers of a call to the backend of the recordings. */
const callHeaders = (timeoutMs: number): string[] => [
  "3scale-options: no_body=1&rejection_reason_header=1",
  "host: backend.test:9999",
  "user-agent: 3scale-auth-wasm",
  `x-envoy-expected-rq-timeout-ms: ${String(timeoutMs)}`,
  "x-envoy-internal: true",
];

/** What this filter does in `recorded` other than `expected`, and which of it the table says in so many words. */
export function oursOf(
  recorded: RecordedCase,
  expected: Observation,
): { whole: Partial<Observation>; listed: (keyof Observation)[] } {
  const rows = DIFFERENCES.filter(({ cases }) => cases.includes(recorded.name));
  if (rows.length > 1) throw new Error(`several differences are listed for ${recorded.name}`);
  const ours = rows[0]?.ours;
  if (ours === undefined) return { whole: {}, listed: [] };
  const whole: Partial<Observation> = {};
  const listed: (keyof Observation)[] = [];
  const list = <K extends keyof Observation>(field: K, value: Observation[K]) => {
    whole[field] = value;
    listed.push(field);
  };
  const { status, body, calls, callTimeoutMs, passes: isPassed } = ours;
  if (status !== undefined) list("status", status);
  if (body !== undefined) list("body", body);
  if (isPassed !== undefined) list("upstream", isPassed === false ? [] : [passedOn(recorded, isPassed)]);
  if (calls !== undefined) {
    const path = expected.authrep[0]?.[0] ?? "/transactions/authrep.xml";
    list(
      "authrep",
      calls.map((parameters) => [path, ...[...parameters].sort()]),
    );
    if (calls.length !== expected.authrep.length) whole.authrepHeaders = calls.map(() => callHeaders(500));
  }
  if (callTimeoutMs !== undefined) {
    whole.authrepHeaders = (calls ?? expected.authrep).map(() => callHeaders(callTimeoutMs));
    listed.push("authrepHeaders");
  }
  const { length } = whole.upstream ?? expected.upstream;
  if (status === "refused") whole.headers = [];
  else if (status !== undefined || body !== undefined) {
    whole.headers = answerHeaders(whole.body ?? expected.body, length === 0);
  }
  return { whole, listed };
}
