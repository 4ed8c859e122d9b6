import { Result } from "./abi.ts";
import { concat, toBytes } from "./bytes.ts";
import type { Engine } from "./engine.ts";
import { HeaderMap } from "./header-map.ts";
import type { RootContext } from "./root.ts";
import type { Message } from "./stream.ts";

/** How a scripted call is answered. */
export type Answer =
  /** A response, once the module has returned to the host. A body over 32 MiB is a failure in Envoy: zero headers. */
  | { reply: Message }
  /** No response: the callback gets zero headers, as when the connection breaks within a response. */
  | "fail"
  /** No connection, or one that closes without an answer: in Envoy a 503 of its own. */
  | "refuse-connection"
  /** Envoy's own 504, at once. */
  | "timeout"
  /** The test answers: `call.respond(…)`. A call with a timeout gets its 504 when the clock reaches it. */
  | "later"
  /** `proxy_http_call` itself returns this code; no callback follows. */
  | { refuse: Result }
  /** The callback runs before `proxy_http_call` returns: other hosts do so. */
  | { inline: Message | "fail" };

/** The answer as host calls read it. */
export interface CallResponse {
  headers: HeaderMap;
  body: Uint8Array;
  trailers: HeaderMap | undefined;
}

const CONNECT_ERROR =
  "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure";
const TIMEOUT_ERROR = "upstream request timeout";
/** Envoy's `http.async_response_buffer_limit`: a longer body fails the call. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** A call the module has made with `proxy_http_call`. */
export class HttpCall {
  readonly token: number;
  readonly root: RootContext;
  readonly cluster: string;
  readonly headers: HeaderMap;
  readonly body: Uint8Array;
  readonly trailers: HeaderMap;
  /** 0: none. */
  readonly timeoutMs: number;
  /** The clock when it was made, in ms since the VM was loaded. */
  readonly madeAtMs: number;
  readonly #engine: Engine;

  constructor(
    request: Pick<HttpCall, "token" | "root" | "cluster" | "headers" | "body" | "trailers" | "timeoutMs" | "madeAtMs">,
    engine: Engine,
  ) {
    this.token = request.token;
    this.root = request.root;
    this.cluster = request.cluster;
    this.headers = request.headers;
    this.body = request.body;
    this.trailers = request.trailers;
    this.timeoutMs = request.timeoutMs;
    this.madeAtMs = request.madeAtMs;
    this.#engine = engine;
  }

  get method(): string {
    return this.headers.text(":method") ?? "";
  }

  /** Path and query. */
  get path(): string {
    return this.headers.text(":path") ?? "";
  }

  get authority(): string {
    return this.headers.text(":authority") ?? "";
  }

  /** Answers with a response. Fails if the call is not pending. */
  respond(message: Message = {}): void {
    this.#engine.operate(() => {
      this.answer({ reply: message });
    });
  }

  /** Answers with zero headers. Fails if the call is not pending. */
  fail(): void {
    this.#engine.operate(() => {
      this.answer("fail");
    });
  }

  /** Answers with Envoy's own 504. Fails if the call is not pending. */
  timeOut(): void {
    this.#engine.operate(() => {
      this.answer("timeout");
    });
  }

  /** Delivers an answer to the root context the call belongs to: from the host's idle state only. */
  answer(answer: { reply: Message } | "fail" | "refuse-connection" | "timeout"): void {
    const { pendingCalls } = this.root;
    const index = pendingCalls.indexOf(this);
    if (index < 0) throw new Error(`the call ${this.path} is not pending`);
    pendingCalls.splice(index, 1);
    const response = responseOf(answer);
    this.#show(response);
    // What the module puts off until it has returned happens after the answer has become unreachable.
    this.#engine.afterCall(() => {
      this.#hide();
    });
    this.#engine.enter(this.root, "proxy_on_http_call_response", this.#arguments(response), () => undefined);
  }

  /** Delivers an answer within `proxy_http_call`. */
  answerInline(message: Message | "fail"): void {
    const response = responseOf(message === "fail" ? "fail" : { reply: message });
    this.#show(response);
    this.#engine.call(this.root, "proxy_on_http_call_response", ...this.#arguments(response));
    this.#hide();
  }

  #arguments(response: CallResponse | undefined): number[] {
    const { id } = this.root;
    const sizes = [response?.headers.count, response?.body.length, response?.trailers?.count];
    return [id, this.token, ...sizes.map((size) => size ?? 0)];
  }

  #show(response: CallResponse | undefined): void {
    this.root.callResponse = response;
    if (response === undefined) this.root.status = { code: Result.BrokenConnection, message: "reset" };
  }

  #hide(): void {
    this.root.callResponse = undefined;
    this.root.status = { code: this.root.status.code, message: "" };
  }
}

function responseOf(answer: { reply: Message } | "fail" | "refuse-connection" | "timeout"): CallResponse | undefined {
  if (answer === "fail") return undefined;
  if (answer === "refuse-connection") return own(503, CONNECT_ERROR);
  if (answer === "timeout") return own(504, TIMEOUT_ERROR);
  const { status = 200, headers = [], body = "", trailers } = answer.reply;
  const isWhole = typeof body === "string" || body instanceof Uint8Array;
  const bytes = isWhole ? toBytes(body) : concat(...body.map(toBytes));
  if (bytes.length > MAX_BODY_BYTES) return undefined;
  return {
    headers: new HeaderMap("response", [[":status", String(status)], ...headers]),
    body: bytes,
    trailers: trailers && new HeaderMap("trailers", trailers),
  };
}

function own(status: number, body: string): CallResponse {
  const headers = new HeaderMap("response", [
    [":status", String(status)],
    ["content-length", String(body.length)],
    ["content-type", "text/plain"],
  ]);
  return { headers, body: toBytes(body), trailers: undefined };
}
