import { request as httpRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { BackendCall } from "./demo-backend.ts";
import { DEMO_ACCOUNT } from "./demo-backend/account.ts";
import type { Demo } from "./demo.ts";
import { changeUrl, DEMO_CHANGE, DEMO_REQUESTS, type DemoRequest } from "./demo-requests.ts";
import { formatTable } from "./table.ts";

interface Answer {
  status: number;
  body: string;
  poweredBy: string | undefined;
}

/** What came of a request: its answer, why, and whom it asked; after how long. */
interface Outcome {
  afterMs: number;
  got: Answer;
  details: string;
  calls: BackendCall[];
}

export interface DemoResult {
  /** Printable. */
  table: string;
  /** How many answers there were. */
  count: number;
  /** What is wrong with which; empty where all is right. */
  failures: string[];
}

/** Far beyond what the first fetch of a service takes, and twice what a change may: machines may be busy. */
const SETTLE_MS = 2_000 * DEMO_CHANGE.withinSeconds;
const RETRY_MS = 50;

/** Sends every demo request and compares answers and AuthRep calls; then changes rules in 3scale, and waits to see that. */
export async function checkDemo(demo: Demo): Promise<DemoResult> {
  const rows: string[][] = [];
  const failures: string[] = [];
  const ask = asker(demo);
  const record = (wanted: DemoRequest, { got, details, calls }: Outcome) => {
    const problems = compare(wanted, got, calls, details);
    if (problems.length > 0) failures.push(`${String(rows.length + 1)}. ${wanted.title}: ${problems.join("; ")}`);
    rows.push([
      `${problems.length === 0 ? "ok  " : "FAIL"} ${wanted.title}`,
      `${wanted.method ?? "GET"} ${wanted.host ?? ""}${wanted.path}${headersText(wanted)}`,
      answerText(wanted.status, wanted.body),
      answerText(got.status, wanted.body === undefined && got.status === 200 ? undefined : got.body),
      details,
      calls.length === 0 ? "none" : calls.map((one) => `${authRepText(one)} -> ${String(one.status)}`).join(" | "),
    ]);
  };
  for (const wanted of DEMO_REQUESTS) {
    record(wanted, await ask(wanted, ({ details }) => details !== "3scale_configuration_unavailable"));
  }
  const { title, request: wanted } = DEMO_CHANGE;
  const changed = await changeRules(demo);
  if (changed !== 200) failures.push(`${String(rows.length + 1)}. ${title}: the status is ${String(changed)}, not 200`);
  rows.push([
    `${changed === 200 ? "ok  " : "FAIL"} ${title}`,
    `PUT ${changeUrl(DEMO_CHANGE, "")}`,
    "200 from the admin API",
    String(changed),
    "",
    "",
  ]);
  const outcome = await ask(wanted, ({ got }) => got.status === wanted.status);
  record({ ...wanted, title: `${wanted.title}, ${(outcome.afterMs / 1000).toFixed(1)} s later` }, outcome);
  return {
    table: formatTable(["", "request", "expected", "got", "details", "AuthRep call the backend saw"], rows),
    count: rows.length,
    failures,
  };
}

/** Sends requests to the demo; each again and again until what comes of it is settled, or does not become so in time. */
function asker(demo: Demo): (wanted: DemoRequest, isSettled: (outcome: Outcome) => boolean) => Promise<Outcome> {
  let sent = 0;
  return async (wanted, isSettled) => {
    const startedAt = Date.now();
    for (;;) {
      demo.backend.take();
      const got = await send(demo.ports.gateway, wanted);
      const calls = demo.backend.take();
      const details = await accessLogDetails(demo, sent++);
      const outcome = { got, calls, details, afterMs: Date.now() - startedAt };
      if (isSettled(outcome) || outcome.afterMs > SETTLE_MS) return outcome;
      await delay(RETRY_MS);
    }
  };
}

/** Makes the change in the admin API; returns the status of its answer. */
async function changeRules({ ports }: Demo): Promise<number> {
  const url = changeUrl(DEMO_CHANGE, `http://127.0.0.1:${String(ports.system)}`);
  const answer = await fetch(url, { method: "PUT", body: JSON.stringify(DEMO_CHANGE.rules) });
  await answer.text();
  return answer.status;
}

/** The response_code_details of the request `index` in the access log, which is part of Envoy's output. */
async function accessLogDetails({ envoy }: Demo, index: number): Promise<string> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const line = [...envoy.log().matchAll(/^[A-Z]+ \S+ \S+ -> \d+ (\S+)$/gm)][index];
    if (line?.[1] !== undefined) return line[1];
    if (Date.now() > deadline) throw new Error("Envoy's access log misses a request");
    await delay(10);
  }
}

function compare(wanted: DemoRequest, got: Answer, calls: BackendCall[], details: string): string[] {
  const problems: string[] = [];
  const expect = (what: string, actual: unknown, expected: unknown) => {
    const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== b) problems.push(`${what} is ${a}, not ${b}`);
  };
  expect("the status", got.status, wanted.status);
  if (wanted.body !== undefined) {
    expect("the body", got.body, wanted.body);
    expect("powered-by", got.poweredBy, "3scale");
    expect("the reason in the access log", details, wanted.reason);
  }
  expect("the number of calls", calls.length, wanted.authRep === null ? 0 : 1);
  const [call] = calls;
  if (wanted.authRep !== null && call !== undefined) {
    expect("the call's path", `${call.method} ${call.path}`, "GET /transactions/authrep.xml");
    expect("the call's parameters", authRepText(call), wanted.authRep);
    const { service_id: id = "", service_token: token } = Object.fromEntries(call.parameters);
    const tokens = DEMO_ACCOUNT.services.find((service) => service.id === id)?.tokens ?? [];
    if (token === undefined || !tokens.includes(token)) problems.push(`the call has no right token for ${id}`);
  }
  return problems;
}

/** The call's decoded parameters as `name=value`, without the service token: a secret is not for tables. */
export function authRepText({ parameters }: BackendCall): string {
  return parameters
    .filter(([name]) => name !== "service_token")
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

const headersText = ({ headers = {} }: DemoRequest): string =>
  Object.entries(headers)
    .map(([name, value]) => ` ${name}: ${value}`)
    .join("");

const answerText = (status: number, body: string | undefined): string =>
  body === undefined
    ? `${String(status)} from the API`
    : `${String(status)} ${body.replace(/\s+/g, " ").trim().slice(0, 60)}`;

function send(port: number, { method = "GET", path, host, headers = {} }: DemoRequest): Promise<Answer> {
  const hostHeader = host ?? `127.0.0.1:${String(port)}`;
  const options = { host: "127.0.0.1", port, method, path, headers: { host: hostHeader, ...headers }, timeout: 10_000 };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...options, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const poweredBy = response.headers["powered-by"];
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(pieces).toString(),
          poweredBy: typeof poweredBy === "string" ? poweredBy : undefined,
        });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`the gateway did not answer ${path} within 10 s`)));
    request.on("error", reject);
    request.end();
  });
}
