import { DataStatus, HeadersStatus, Result } from "./abi.ts";
import { concat } from "./bytes.ts";
import type { Context, GuestBuffer } from "./context.ts";
import type { Engine } from "./engine.ts";
import type { HeaderMap } from "./header-map.ts";

/** A piece of a body as the filter gets it. */
export interface Frame {
  bytes: Uint8Array;
  end: boolean;
}

/** What a half has passed on so far, to the upstream or to the client. */
export interface Sent {
  headers: HeaderMap;
  body: Uint8Array;
  trailers?: HeaderMap;
  /** Nothing follows. */
  ended: boolean;
}

type State = "new" | "calling" | "running" | "all-stopped" | "stopped" | "over";

const NOTHING: Uint8Array = new Uint8Array(0);

/** One direction of a stream, request or response: hands the pieces to the callbacks and holds what they stop. */
export class Half {
  /** What has left the filter; undefined while its headers have not. */
  sent: Sent | undefined;
  /** The headers, also after they have become unreachable for the module. */
  headers: HeaderMap | undefined;
  /** The maps host calls reach: until the headers (or trailers) are passed on. */
  headersView: HeaderMap | undefined;
  trailersView: HeaderMap | undefined;
  readonly #engine: Engine;
  readonly #context: Context;
  readonly #name: "request" | "response";
  readonly #allowStopIteration: boolean;
  #state: State = "new";
  #frames: Frame[] = [];
  #trailers: HeaderMap | undefined;
  #body: Uint8Array | undefined;
  #held = NOTHING;
  #buffering = false;
  #resumedEarly = false;

  constructor(engine: Engine, context: Context, name: "request" | "response", allowStopIteration: boolean) {
    this.#engine = engine;
    this.#context = context;
    this.#name = name;
    this.#allowStopIteration = allowStopIteration;
  }

  /** Nothing of it has reached the filter yet. */
  get isNew(): boolean {
    return this.#state === "new";
  }

  /** The module has stopped it, and it waits for `resume`. */
  get isPaused(): boolean {
    return this.#state === "all-stopped" || this.#state === "stopped";
  }

  /** Hands the message to the filter. */
  start(headers: HeaderMap, frames: readonly Frame[], trailers?: HeaderMap): void {
    this.headers = headers;
    this.headersView = headers;
    this.#frames = [...frames];
    this.#trailers = trailers;
    const isAll = frames.length === 0 && trailers === undefined;
    const status = this.#enter("headers", [headers.count, isAll ? 1 : 0], (result) => {
      if (result === HeadersStatus.StopIteration && this.#allowStopIteration) return "stopped";
      return result === 0 || result === 2 ? "running" : "all-stopped";
    });
    if (status === undefined) return;
    this.#state = status;
    if (status === "running") {
      this.headersView = undefined;
      this.#sendHeaders();
    }
    this.#pump();
  }

  /** Passes on what is held and goes on with the rest; the module's view of headers and body ends. */
  resume(): void {
    if (this.#state === "calling") this.#resumedEarly = true;
    if (!this.isPaused) return;
    this.#state = "running";
    this.#buffering = false;
    this.#sendHeaders();
    this.#send(this.#held);
    this.#held = NOTHING;
    this.#pump();
  }

  /** What the module may see ends when it continues, before the stream really goes on. */
  closeViews(): void {
    this.headersView = undefined;
    this.trailersView = undefined;
    this.#body = undefined;
  }

  /** No further piece goes anywhere: a local reply or the end of the stream. */
  stop(): void {
    this.#state = "over";
  }

  /** Passes on the headers all the same: what Envoy does on a continue after a local reply. */
  leak(): void {
    this.#sendHeaders();
  }

  /** The body as host calls see it: what is buffered, or the piece at hand. */
  get buffer(): GuestBuffer {
    const bytes = this.#buffering ? this.#held : (this.#body ?? NOTHING);
    return {
      bytes,
      write: (start, length, data) => {
        const replaced = replacePart(bytes, start, length, data);
        if (replaced === undefined) return Result.BadArgument;
        if (this.#buffering) this.#held = replaced;
        else this.#body = replaced;
        return Result.Ok;
      },
    };
  }

  #pump(): void {
    while (this.#state === "running" || this.#state === "stopped") {
      const frame = this.#frames.shift();
      if (frame !== undefined) this.#handOver(frame);
      else if (this.#trailers !== undefined) this.#handOverTrailers(this.#trailers);
      else {
        if (this.#state === "running" && this.sent !== undefined) this.sent.ended = true;
        return;
      }
    }
  }

  #handOver({ bytes, end }: Frame): void {
    const before = this.#buffering ? NOTHING : this.#held;
    this.#body = this.#buffering ? concat(this.#held, bytes) : bytes;
    this.#buffering = false;
    const isStopped = this.#state === "stopped";
    let kept = true;
    const status = this.#enter("body", [this.#body.length, end ? 1 : 0], (result) => {
      if (result === DataStatus.Continue) return "running";
      this.#buffering = result === DataStatus.StopIterationAndBuffer;
      kept = this.#buffering || result === DataStatus.StopIterationAndWatermark;
      return "stopped";
    });
    if (status === undefined) return;
    const all = kept ? concat(before, this.#body ?? NOTHING) : before;
    if (status === "running") {
      if (isStopped || this.sent === undefined) this.#sendHeaders();
      this.#send(all);
      this.#held = NOTHING;
      this.#body = undefined;
    } else this.#held = all;
    this.#state = status;
  }

  #handOverTrailers(trailers: HeaderMap): void {
    this.#trailers = undefined;
    this.trailersView = trailers;
    const status = this.#enter("trailers", [trailers.count], (result) => (result === 0 ? "running" : "stopped"));
    if (status === undefined) return;
    this.#state = status;
    this.#sendHeaders();
    this.sent!.trailers = trailers;
    if (status === "running") this.trailersView = undefined;
  }

  /** Calls the callback and returns the state that follows; undefined if the half is over by then. */
  #enter(piece: "headers" | "body" | "trailers", args: number[], judge: (result: number) => State): State | undefined {
    this.#state = "calling";
    const context = this.#context;
    const status = this.#engine.enter(context, `proxy_on_${this.#name}_${piece}`, [context.id, ...args], (result) => {
      if (this.#engine.failure !== undefined) context.stream?.fail();
      // Without the callback there is nothing that stops.
      return this.#engine.stopIteration ? "all-stopped" : judge(result ?? 0);
    });
    if ((this.#state as State) === "over") return undefined;
    const resumed = this.#resumedEarly;
    this.#resumedEarly = false;
    return resumed ? "running" : status;
  }

  #sendHeaders(): void {
    if (this.headers !== undefined) this.sent ??= { headers: this.headers.copy(), body: NOTHING, ended: false };
  }

  #send(bytes: Uint8Array): void {
    if (this.sent !== undefined && bytes.length > 0) this.sent.body = concat(this.sent.body, bytes);
  }
}

/** Envoy's rule for writing a body: before it, instead of all of it, or after it; nothing in between. */
function replacePart(bytes: Uint8Array, start: number, length: number, data: Uint8Array): Uint8Array | undefined {
  if (start === 0 && length === 0) return concat(data, bytes);
  if (start === 0 && length >= bytes.length) return data;
  return start > 0 && start >= bytes.length ? concat(bytes, data) : undefined;
}
