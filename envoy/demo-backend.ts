import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DEMO_ACCOUNT, type Account } from "./demo-backend/account.ts";
import {
  authorize,
  BackendError,
  findApplication,
  findService,
  readUsage,
  type Status,
} from "./demo-backend/authorization.ts";
import { nest, ParameterError, readPairs, text, type Parameters } from "./demo-backend/parameters.ts";
import { UsageCounters } from "./demo-backend/usage.ts";
import { errorXml, statusXml } from "./demo-backend/xml.ts";

/** A call the backend answered. */
export interface BackendCall {
  /** When, in ms since 1970, by the backend's clock. */
  atMs: number;
  method: string;
  /** Path and query as they came. */
  target: string;
  path: string;
  /** Names and values of query and form body, decoded; empty when they cannot be decoded. */
  parameters: [string, string][];
  headers: IncomingMessage["headers"];
  status: number;
  /** Why a 409 refused, whether or not a header said so. */
  rejection?: string;
}

export interface DemoBackendOptions {
  /** Default 0: any free one. */
  port?: number;
  account?: Account;
  /** The time in ms since 1970, for limits and timestamps. Default the real one. */
  now?: () => number;
  /** Told of every call once its answer is made. */
  onCall?: (call: BackendCall) => void;
}

interface Answer {
  status: number;
  headers: [string, string][];
  body: string;
  rejection?: string;
}

const XML = "application/vnd.3scale-v2.0+xml";
const REASONS: Record<number, string> = { 422: "Unprocessable Content" };
const CORS: [string, string][] = [
  ["access-control-allow-origin", "*"],
  ["access-control-expose-headers", "ETag, Link, 3scale-rejection-reason"],
];
const POLICY: [string, string] = ["content-security-policy", "default-src 'self'"];
const PREFLIGHT: [string, string][] = [
  ["access-control-max-age", "86400"],
  ["access-control-allow-methods", "GET, POST, PATCH, PUT, DELETE"],
  [
    "access-control-allow-headers",
    "Authorization, Accept-Encoding, Content-Type, Cache-Control, Accept, If-Match, If-Modified-Since, If-None-Match, " +
      "If-Unmodified-Since, X-Requested-With, X-HTTP-Method-Override, 3scale-options",
  ],
];
const AUTHORIZATIONS = new Map([
  ["/transactions/authrep.xml", { isReported: true, isOauth: false }],
  ["/transactions/authorize.xml", { isReported: false, isOauth: false }],
  ["/transactions/oauth_authrep.xml", { isReported: true, isOauth: true }],
  ["/transactions/oauth_authorize.xml", { isReported: false, isOauth: true }],
]);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * A 3scale backend in memory: the Service Management API of apisonator 3.4 with its statuses, headers and bodies, for
 * the demo and for tests. It listens on 127.0.0.1 and remembers every call.
 */
export class DemoBackend {
  readonly calls: BackendCall[] = [];
  readonly #account: Account;
  readonly #now: () => number;
  readonly #onCall: (call: BackendCall) => void;
  readonly #counters = new UsageCounters();
  readonly #server: Server;

  private constructor({ account = DEMO_ACCOUNT, now = Date.now, onCall = () => undefined }: DemoBackendOptions) {
    this.#account = account;
    this.#now = now;
    this.#onCall = onCall;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(options: DemoBackendOptions = {}): Promise<DemoBackend> {
    const backend = new DemoBackend(options);
    await new Promise<void>((resolve, reject) => {
      backend.#server.once("error", reject);
      backend.#server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return backend;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** All that an application has used of a metric since the start, its children's share included. */
  usage(serviceId: string, applicationId: string, metric: string): number {
    const service = this.#account.services.find(({ id }) => id === serviceId);
    const application = service?.applications.find(({ id }) => id === applicationId);
    if (service === undefined || application === undefined) throw new Error(`no application ${applicationId}`);
    return this.#counters.value(service, application, metric, "eternity", this.#now());
  }

  /** The calls so far, and forgets them. */
  take(): BackendCall[] {
    return this.calls.splice(0);
  }

  /** Stops listening and ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: target = "/", headers } = request;
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const [path = "/", ...rest] = target.split("?");
    const form = Buffer.concat(pieces).toString("latin1");
    const call = { atMs: this.#now(), method, target, path, headers };
    let parameters: [string, string][] = [];
    let answer: Answer;
    try {
      parameters = readPairs(rest.join("?"));
      if (isForm(headers)) parameters.push(...readPairs(form));
      answer = this.#answer(call, parameters);
    } catch (error) {
      if (!(error instanceof BackendError || error instanceof ParameterError)) throw error;
      answer = errorAnswer(error.status, errorXml(error.code, error.message));
      if (optionsOf(headers).noBody) answer.body = "";
    }
    const { status, rejection } = answer;
    const answered: BackendCall = { ...call, parameters, status, ...(rejection !== undefined && { rejection }) };
    this.calls.push(answered);
    this.#onCall(answered);
    send(response, answer, method === "HEAD");
  }

  #answer(call: Pick<BackendCall, "atMs" | "method" | "path" | "headers">, pairs: [string, string][]): Answer {
    const { atMs, path, headers } = call;
    if (call.method === "OPTIONS") return { status: 204, headers: [...CORS, POLICY, ...PREFLIGHT], body: "" };
    const method = call.method === "HEAD" ? "GET" : call.method;
    if (method === "GET" && path === "/status") {
      return plain(200, "application/json", '{"status":"ok","version":{"backend":"3.4.3"}}');
    }
    if (method === "GET" && path === "/check.txt") return plain(200, "text/plain;charset=utf-8", "ok");
    if (call.method === "HEAD" && path === "/available") return plain(200, XML, "");
    const authorization = method === "GET" ? AUTHORIZATIONS.get(path) : undefined;
    if (authorization !== undefined) {
      const parameters = nest(pairs);
      if (typeof parameters.get("usage") === "string") return plain(403, XML, "");
      const status = authorize(this.#account, this.#counters, parameters, { ...authorization, atMs });
      return statusAnswer(status, headers, { isOauth: authorization.isOauth, atMs });
    }
    if (method === "POST" && path === "/transactions.xml") return this.#report(nest(pairs), headers, atMs);
    return { status: 404, headers: [["content-type", XML], ...CORS, POLICY, ["x-cascade", "pass"]], body: "" };
  }

  #report(parameters: Parameters, headers: IncomingMessage["headers"], atMs: number): Answer {
    const contentType = headers["content-type"];
    if (contentType !== undefined && !isForm(headers)) {
      throw new BackendError(400, "content_type_invalid", `invalid Content-Type: ${contentType}`);
    }
    const service = findService(this.#account, parameters);
    const transactions = parameters.get("transactions");
    if (transactions === undefined || transactions === "") {
      throw new BackendError(400, "transactions_is_blank", "transactions parameter is blank");
    }
    if (typeof transactions === "string") {
      throw new BackendError(400, "transactions_format_invalid", "transactions format is invalid");
    }
    for (const transaction of transactions.values()) {
      if (typeof transaction === "string") continue;
      try {
        const application = findApplication(service, transaction);
        const usage = readUsage(service, transaction);
        const timeMs = timestampMs(text(transaction, "timestamp")) ?? atMs;
        const isInRange = timeMs >= atMs - DAY_MS && timeMs <= atMs + HOUR_MS;
        if (isInRange) this.#counters.add(service, application, usage, timeMs);
      } catch (error) {
        // The real backend accepts the report first and drops such a transaction later.
        if (!(error instanceof BackendError)) throw error;
      }
    }
    return plain(202, XML, "");
  }
}

/** `2026-01-31 12:00:00 +0000` or without a zone, which means UTC; undefined when it is no time. */
function timestampMs(timestamp: string | undefined): number | undefined {
  const found = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?: ?(Z|UTC|[+-]\d\d:?\d\d))?$/.exec(timestamp ?? "");
  if (found === null) return undefined;
  const [, day = "", time = "", zone = "Z"] = found;
  const parsed = Date.parse(`${day}T${time}${zone === "UTC" ? "Z" : zone.replace(/(\d\d):?(\d\d)$/, "$1:$2")}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

const isForm = (headers: IncomingMessage["headers"]): boolean =>
  headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;

function optionsOf(headers: IncomingMessage["headers"]) {
  const options = new URLSearchParams(String(headers["3scale-options"] ?? ""));
  const has = (name: string) => options.get(name) === "1";
  return {
    noBody: has("no_body"),
    rejectionReason: has("rejection_reason_header"),
    limitHeaders: has("limit_headers"),
    listAppKeys: has("list_app_keys"),
    hierarchy: has("hierarchy"),
  };
}

function statusAnswer(
  status: Status,
  requestHeaders: IncomingMessage["headers"],
  { isOauth, atMs }: { isOauth: boolean; atMs: number },
): Answer {
  const options = optionsOf(requestHeaders);
  const body = options.noBody ? "" : statusXml(status, { ...options, isOauth });
  const answer = plain(status.rejection === undefined ? 200 : 409, XML, body);
  if (status.rejection !== undefined) {
    answer.rejection = status.rejection.code;
    if (options.rejectionReason) answer.headers.push(["3scale-rejection-reason", status.rejection.code]);
  }
  const isLimits = status.rejection === undefined || status.rejection.code === "limits_exceeded";
  if (options.limitHeaders && isLimits) answer.headers.push(...limitHeaders(status, atMs));
  return answer;
}

/** The tightest limit decides; of equally tight ones the one of the longest period. */
function limitHeaders({ reports }: Status, atMs: number): [string, string][] {
  const [tightest] = reports
    .filter(({ remainingCalls }) => remainingCalls >= 0)
    .sort((a, b) => a.remainingCalls - b.remainingCalls || lengthMs(b) - lengthMs(a));
  if (tightest === undefined) {
    return [
      ["3scale-limit-remaining", "-1"],
      ["3scale-limit-reset", "-1"],
    ];
  }
  const { bounds, remainingCalls, max } = tightest;
  const resetSeconds = bounds === undefined ? -1 : Math.ceil((bounds.endMs - atMs) / 1000);
  return [
    ["3scale-limit-remaining", String(remainingCalls)],
    ["3scale-limit-reset", String(resetSeconds)],
    ["3scale-limit-max-value", String(max)],
  ];
}

const lengthMs = ({ bounds }: Status["reports"][number]): number =>
  bounds === undefined ? Infinity : bounds.endMs - bounds.startMs;

const plain = (status: number, contentType: string, body: string): Answer => ({
  status,
  headers: [["content-type", contentType], ...CORS, POLICY],
  body,
});

const errorAnswer = (status: number, body: string): Answer => ({
  status,
  headers: [["content-type", XML], ...CORS],
  body,
});

function send(response: ServerResponse, { status, headers, body }: Answer, isHead: boolean): void {
  const length = ["Content-Length", String(Buffer.byteLength(body))];
  const all = [...headers, ["x-content-type-options", "nosniff"], ...(status === 204 ? [] : [length])];
  response.sendDate = false;
  response.removeHeader("connection");
  const raw = all.flat();
  const reason = REASONS[status];
  if (reason === undefined) response.writeHead(status, raw);
  else response.writeHead(status, reason, raw);
  response.end(isHead ? "" : body);
}
