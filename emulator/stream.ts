import { BufferType, MapType } from "./abi.ts";
import { toBytes, toText, type Bytes } from "./bytes.ts";
import type { Context, GuestBuffer } from "./context.ts";
import type { Engine } from "./engine.ts";
import { Half, type Frame, type Sent } from "./half.ts";
import { HeaderMap, type HeaderInput } from "./header-map.ts";
import { toResponse, type LocalReply } from "./local-reply.ts";
import type { RootContext } from "./root.ts";

/** A message from outside: the upstream's response, or the answer to a call. */
export interface Message {
  /** Default 200. */
  status?: number;
  headers?: readonly HeaderInput[];
  /** The body, or its pieces as they arrive. */
  body?: Bytes | readonly Bytes[];
  trailers?: readonly HeaderInput[];
}

/** A request to put to the filter. */
export interface RequestInput {
  /** Default GET. */
  method?: string;
  /** Path and query. Default `/`; null sends none, as CONNECT does. */
  path?: Bytes | null;
  /** Default `localhost`; null sends none. */
  authority?: Bytes | null;
  /** Default `http`. */
  scheme?: string;
  headers?: readonly HeaderInput[];
  /** The body, or its pieces as they arrive; absent, the request ends with its headers. */
  body?: Bytes | readonly Bytes[];
  trailers?: readonly HeaderInput[];
}

export type Outcome =
  /** The request's headers went on to the next filter. */
  | { kind: "continued" }
  /** The module has stopped it and not decided yet. */
  | { kind: "paused" }
  | { kind: "local-reply"; status: number; details: string }
  /** The VM is dead: 503. */
  | { kind: "failed"; status: 503 }
  /** The module closed the stream. */
  | { kind: "reset" };

/** What the client got. */
export interface ClientResponse {
  status: number;
  headers: HeaderMap;
  body: Uint8Array;
  text: string;
}

/** A request on its way through the filter, and its response. */
export class Stream implements Context {
  readonly id: number;
  readonly root: RootContext;
  readonly stream = this;
  /** The local reply, if the module sent one. */
  localReply: LocalReply | undefined;
  /** What the test has set with `setProperty`, and the module with `proxy_set_property`. */
  readonly properties = new Map<string, Uint8Array>();
  readonly #engine: Engine;
  readonly #request: Half;
  readonly #response: Half;
  #hasReplied = false;
  #hasContinued = false;
  #failed = false;
  #reset = false;
  #hasEnded = false;
  #logging = false;
  #directReply: ClientResponse | undefined;

  constructor(engine: Engine, root: RootContext) {
    this.#engine = engine;
    this.root = root;
    this.id = engine.allocateId();
    this.#request = new Half(engine, this, "request", root.allowOnHeadersStopIteration);
    this.#response = new Half(engine, this, "response", root.allowOnHeadersStopIteration);
  }

  /** Creates the context and hands over the request; called by `root.request`. */
  start(input: RequestInput): void {
    const headers = requestHeaders(input);
    if (this.#engine.isDead || !this.root.accepted) {
      this.#request.headers = headers;
      this.fail();
      return;
    }
    this.#engine.contexts.set(this.id, this);
    this.#engine.enter(this, "proxy_on_context_create", [this.id, this.root.id], () => undefined);
    const trailers = input.trailers && new HeaderMap("trailers", input.trailers);
    this.#request.start(headers, frames(input.body, trailers !== undefined), trailers);
  }

  get outcome(): Outcome {
    if (this.#failed) return { kind: "failed", status: 503 };
    if (this.#reset) return { kind: "reset" };
    if (this.localReply !== undefined) {
      return { kind: "local-reply", status: this.localReply.status, details: this.localReply.details };
    }
    return { kind: this.#request.sent === undefined ? "paused" : "continued" };
  }

  /** The request as the upstream gets it; undefined as long as nothing was passed on. */
  get forwarded(): Sent | undefined {
    return this.#request.sent;
  }

  /** The header map of the request as passed on; undefined as long as it was not. */
  get upstreamHeaders(): HeaderMap | undefined {
    return this.#request.sent?.headers;
  }

  /** What the client got; undefined while it got nothing. */
  get response(): ClientResponse | undefined {
    if (this.#directReply !== undefined) return this.#directReply;
    const sent = this.#response.sent;
    return sent && clientResponse(sent.headers, sent.body);
  }

  /** Whether the stream is over and its context deleted. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The upstream answers the request that was passed on. Fails if it was not, or was answered already. */
  respond(message: Message = {}): void {
    if (this.outcome.kind !== "continued") throw new Error(`nothing to respond to: ${this.outcome.kind}`);
    if (!this.#response.isNew) throw new Error("the upstream has responded already");
    this.#engine.operate(() => {
      const trailers = message.trailers && new HeaderMap("trailers", message.trailers);
      const headers = new HeaderMap("response", [
        [":status", String(message.status ?? 200)],
        ...(message.headers ?? []),
      ]);
      this.#response.start(headers, frames(message.body, trailers !== undefined), trailers);
    });
  }

  /**
   * Ends the stream in Envoy's order: `proxy_on_log`, `proxy_on_done`, `proxy_on_delete`. A continued request without a
   * response gets a 200 before. Fails on a paused stream: that one can only be aborted.
   */
  finish(): void {
    if (this.outcome.kind === "paused") throw new Error("the stream is paused; abort() is a client that leaves");
    if (this.outcome.kind === "continued" && this.#response.isNew) this.respond();
    this.abort();
  }

  /** The client goes away: ends the stream whatever its state. */
  abort(): void {
    if (this.#hasEnded) throw new Error("the stream has ended already");
    this.#engine.operate(() => {
      this.#end();
    });
  }

  /** The access log's time: maps are complete, and only to be read. */
  get isLogging(): boolean {
    return this.#logging;
  }

  /** Sets a property for `proxy_get_property`: a path like `["metadata", "filter_metadata", "x"]`. */
  setProperty(path: readonly string[], value: Bytes): void {
    this.properties.set(path.join("\0"), toBytes(value));
  }

  map(type: number): HeaderMap | undefined {
    if (!this.#logging) return this.writableMap(type) ?? this.root.map(type);
    if (type === MapType.RequestHeaders) return this.#request.headers;
    return type === MapType.ResponseHeaders ? (this.response?.headers ?? this.#response.headers) : this.root.map(type);
  }

  writableMap(type: number): HeaderMap | undefined {
    if (type === MapType.RequestHeaders) return this.#request.headersView;
    if (type === MapType.RequestTrailers) return this.#request.trailersView;
    if (type === MapType.ResponseHeaders) return this.#response.headersView;
    return type === MapType.ResponseTrailers ? this.#response.trailersView : undefined;
  }

  buffer(type: number): GuestBuffer | undefined {
    if (type === BufferType.HttpRequestBody) return this.#request.buffer;
    return type === BufferType.HttpResponseBody ? this.#response.buffer : this.root.buffer(type);
  }

  /** `proxy_send_local_response` on this stream. */
  reply(reply: LocalReply): void {
    if (this.#hasReplied) {
      this.#engine.violate("second-local-reply", `status ${String(reply.status)} in ${this.#engine.where()}`);
    } else if ((this.#hasContinued || this.#request.sent !== undefined) && this.#response.isNew) {
      this.#engine.violate("reply-after-continue", `status ${String(reply.status)} in ${this.#engine.where()}`);
    }
    this.#hasReplied = true;
    this.#engine.afterCall(() => {
      if (this.localReply === undefined && !this.#failed && !this.#hasEnded) this.#sendReply(reply);
    });
  }

  /** `proxy_continue_stream` on this stream: the request's half or the response's. */
  continue(half: "request" | "response"): void {
    const which = half === "request" ? this.#request : this.#response;
    if (half === "response" && which.isNew) {
      this.#engine.violate("continue-without-response", `in ${this.#engine.where()}`);
      return;
    }
    const hasReply = half === "request" && this.#hasReplied;
    if (hasReply) this.#engine.violate("continue-after-reply", `in ${this.#engine.where()}`);
    else if (!which.isPaused) this.#engine.violate("continue-not-paused", `in ${this.#engine.where()}`);
    if (half === "request") this.#hasContinued = true;
    this.#request.closeViews();
    this.#engine.afterCall(() => {
      if (hasReply && !this.#hasEnded) which.leak();
      else which.resume();
    });
  }

  /** `proxy_close_stream`. */
  close(): void {
    this.#engine.afterCall(() => {
      this.#reset = this.localReply === undefined;
      this.#stop();
    });
  }

  /** The VM is dead: 503, no callback is called any more. */
  fail(): void {
    this.#failed = true;
    this.#directReply ??= clientResponse(new HeaderMap("response", [[":status", "503"]]), new Uint8Array(0));
    this.#stop();
  }

  #sendReply(reply: LocalReply): void {
    this.localReply = reply;
    this.#request.stop();
    const request = this.#request.headers;
    const isGrpc = /^application\/grpc($|[+;])/.test(request?.text("content-type") ?? "");
    const { headers, body } = toResponse(reply, { isGrpc, isHead: request?.text(":method") === "HEAD" });
    if (this.#response.isNew) this.#response.start(headers, body.length === 0 ? [] : [{ bytes: body, end: true }]);
    else {
      // From within the response's own callbacks it goes out without them.
      this.#response.stop();
      this.#directReply = clientResponse(headers, body);
    }
  }

  #stop(): void {
    this.#request.stop();
    this.#response.stop();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#stop();
    this.#logging = true;
    this.#engine.enter(this, "proxy_on_log", [this.id], () => undefined);
    this.#logging = false;
    this.#engine.enter(this, "proxy_on_done", [this.id], () => undefined);
    this.#engine.enter(this, "proxy_on_delete", [this.id], () => undefined);
    this.#engine.contexts.delete(this.id);
  }
}

function requestHeaders(input: RequestInput): HeaderMap {
  const { method = "GET", path = "/", authority = "localhost", scheme = "http", headers = [], body, trailers } = input;
  const map = new HeaderMap("request");
  if (authority !== null) map.add(":authority", authority);
  if (path !== null) map.add(":path", path);
  map.add(":method", method);
  map.add(":scheme", scheme);
  for (const [name, value] of headers) map.add(name, value);
  const isFramed = map.get("content-length") !== undefined || map.get("transfer-encoding") !== undefined;
  if (body !== undefined && !isFramed && trailers === undefined) {
    const size = frames(body, false).reduce((sum, frame) => sum + frame.bytes.length, 0);
    map.add("content-length", String(size));
  }
  if (map.get("x-forwarded-proto") === undefined) map.add("x-forwarded-proto", scheme);
  return map;
}

/** Envoy learns that an HTTP/1.1 body is over after its last byte: the end is a piece of its own. */
function frames(body: Bytes | readonly Bytes[] | undefined, hasTrailers: boolean): Frame[] {
  const pieces = body === undefined ? [] : typeof body === "string" || body instanceof Uint8Array ? [body] : body;
  const filled = pieces.map(toBytes).filter((bytes) => bytes.length > 0);
  const all = filled.map((bytes): Frame => ({ bytes, end: false }));
  if (all.length > 0 && !hasTrailers) all.push({ bytes: new Uint8Array(0), end: true });
  return all;
}

function clientResponse(headers: HeaderMap, body: Uint8Array): ClientResponse {
  return { status: Number(headers.text(":status")), headers, body, text: toText(body) };
}
