import { request as httpRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { BackendCall } from "./demo-backend.ts";
import { DEMO_ACCOUNT } from "./demo-backend/account.ts";
import type { Demo } from "./demo.ts";
import { DEMO_REQUESTS, type DemoRequest } from "./demo-requests.ts";
import { formatTable } from "./table.ts";

interface Answer {
  status: number;
  body: string;
  poweredBy: string | undefined;
}

/** Sends every demo request and compares answers and AuthRep calls. Returns a printable table and whether all held. */
export async function checkDemo(demo: Demo): Promise<{ table: string; failures: string[] }> {
  const rows: string[][] = [];
  const failures: string[] = [];
  for (const [index, wanted] of DEMO_REQUESTS.entries()) {
    demo.backend.take();
    const got = await send(demo.ports.gateway, wanted);
    const calls = demo.backend.take();
    const details = await accessLogDetails(demo, index);
    const problems = compare(wanted, got, calls, details);
    if (problems.length > 0) failures.push(`${String(index + 1)}. ${wanted.title}: ${problems.join("; ")}`);
    rows.push([
      `${problems.length === 0 ? "ok  " : "FAIL"} ${wanted.title}`,
      `${wanted.method ?? "GET"} ${wanted.host ?? ""}${wanted.path}${headersText(wanted)}`,
      answerText(wanted.status, wanted.body),
      answerText(got.status, wanted.body === undefined && got.status === 200 ? undefined : got.body),
      details,
      calls.length === 0 ? "none" : calls.map((one) => `${authRepText(one)} -> ${String(one.status)}`).join(" | "),
    ]);
  }
  return {
    table: formatTable(["", "request", "expected", "got", "details", "AuthRep call the backend saw"], rows),
    failures,
  };
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
