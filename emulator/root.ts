import { BufferType, MapType } from "./abi.ts";
import { toBytes, type Bytes } from "./bytes.ts";
import type { Due } from "./clock.ts";
import type { Context, GuestBuffer } from "./context.ts";
import type { Engine } from "./engine.ts";
import type { HeaderMap } from "./header-map.ts";
import type { Answer, CallResponse, HttpCall } from "./http-call.ts";
import { Stream, type RequestInput } from "./stream.ts";

export interface RootOptions {
  /** Default: the empty root id. */
  rootId?: string;
  /** The plugin configuration, as `proxy_on_configure` reads it. Default empty. */
  configuration?: Bytes;
  /** The plugin's name, the property `plugin_name`. Default empty. */
  name?: string;
  /** Envoy's `allow_on_headers_stop_iteration`: a header callback's 1 stops headers only. Default false: it stops all. */
  allowOnHeadersStopIteration?: boolean;
  /** As `onHttpCall`, from the start: also for calls the module makes while it is configured. */
  onHttpCall?: (call: HttpCall) => Answer;
}

/** A root context: one configured plugin in a VM. */
export class RootContext implements Context {
  readonly id: number;
  readonly rootId: string;
  readonly name: string;
  readonly allowOnHeadersStopIteration: boolean;
  readonly root = this;
  readonly stream = undefined;
  /** Whether the module took its configuration; requests to one that did not are answered 503. */
  accepted = false;
  /** Calls without an answer yet, oldest first. */
  readonly pendingCalls: HttpCall[] = [];
  /** The clock time of the next tick and the period, in ms; undefined while ticks are off. */
  tick: { atMs: number; periodMs: number } | undefined;
  /** The answer that is being delivered. */
  callResponse: CallResponse | undefined;
  /** What `proxy_get_status` tells. */
  status: { code: number; message: string } = { code: 0, message: "" };
  /** `proxy_on_done` has returned false, and `proxy_done` was not called yet. */
  isFlushing = false;
  readonly #engine: Engine;
  readonly #vmConfiguration: Uint8Array;
  #configuration: Uint8Array;
  #showsConfiguration = false;
  #script: (call: HttpCall) => Answer = () => "later";

  constructor(engine: Engine, vmConfiguration: Uint8Array, options: RootOptions) {
    this.#engine = engine;
    this.#vmConfiguration = vmConfiguration;
    this.#configuration = toBytes(options.configuration ?? "");
    this.rootId = options.rootId ?? "";
    this.name = options.name ?? "";
    this.allowOnHeadersStopIteration = options.allowOnHeadersStopIteration ?? false;
    if (options.onHttpCall !== undefined) this.#script = options.onHttpCall;
    this.id = engine.allocateId();
    engine.contexts.set(this.id, this);
  }

  /** Creates, starts and configures the context; called by `vm.createRoot`. */
  start(): void {
    this.#showsConfiguration = true;
    this.#engine.enter(this, "proxy_on_context_create", [this.id, 0], () => undefined);
    this.#showsConfiguration = false;
    const size = this.#vmConfiguration.length;
    const started = this.#engine.enter(this, "proxy_on_vm_start", [this.id, size], (result) => result !== 0);
    if (started && this.#engine.failure === undefined) this.accepted = this.#configure();
  }

  /**
   * Configures this context anew and returns whether the module took it; if not, it goes on with what it had. The ABI allows
   * this; Envoy makes a new root context instead (`vm.update`).
   */
  configure(configuration: Bytes): boolean {
    return this.#engine.operate(() => {
      const before = this.#configuration;
      this.#configuration = toBytes(configuration);
      const isTaken = this.#configure();
      if (isTaken) this.accepted = true;
      else this.#configuration = before;
      return isTaken;
    });
  }

  /** Scripts the answers to the module's calls. Until then they wait in `pendingCalls`. */
  onHttpCall(script: (call: HttpCall) => Answer): void {
    this.#script = script;
  }

  /** Puts a request to the filter, with its body, and delivers the scripted answers to what it calls. */
  request(input: RequestInput = {}): Stream {
    const stream = new Stream(this.#engine, this);
    this.#engine.operate(() => {
      stream.start(input);
    });
    return stream;
  }

  /** Lets the next tick happen now, whatever the clock says; the ticks after it keep their times. */
  runTick(): void {
    this.#engine.operate(() => {
      this.#engine.enter(this, "proxy_on_tick", [this.id], () => undefined);
    });
  }

  /** What is due at this context: its tick, and the timeouts of its calls. */
  due(): Due[] {
    const due: Due[] = this.pendingCalls
      .filter(({ timeoutMs }) => timeoutMs > 0)
      .map((call) => ({
        atMs: call.madeAtMs + call.timeoutMs,
        fire: () => {
          call.timeOut();
        },
      }));
    const { tick } = this;
    if (tick === undefined) return due;
    const fire = () => {
      this.tick = { atMs: tick.atMs + tick.periodMs, periodMs: tick.periodMs };
      this.runTick();
    };
    return [{ atMs: tick.atMs, fire }, ...due];
  }

  /** What the script says to a call. */
  answerTo(call: HttpCall): Answer {
    return this.#script(call);
  }

  /** Ends the context: `proxy_on_done`, then `proxy_on_delete` unless the module wants to flush first (`proxy_done`). */
  end(): void {
    const isDone = this.#engine.enter(this, "proxy_on_done", [this.id], (result) => result !== 0);
    if (isDone) this.delete();
    else this.isFlushing = true;
  }

  /** Deletes the context; its pending calls are cancelled. */
  delete(): void {
    this.isFlushing = false;
    this.#engine.enter(this, "proxy_on_delete", [this.id], () => undefined);
    this.#engine.contexts.delete(this.id);
    this.destroy();
  }

  /** Takes the context away with its VM: nothing is called. */
  destroy(): void {
    this.accepted = false;
    this.isFlushing = false;
    this.tick = undefined;
    this.pendingCalls.length = 0;
  }

  map(type: number): HeaderMap | undefined {
    if (type === MapType.HttpCallResponseHeaders) return this.callResponse?.headers;
    return type === MapType.HttpCallResponseTrailers ? this.callResponse?.trailers : undefined;
  }

  writableMap(): undefined {
    return undefined;
  }

  buffer(type: number): GuestBuffer | undefined {
    switch (type) {
      case BufferType.HttpCallResponseBody:
        return this.callResponse && { bytes: this.callResponse.body };
      case BufferType.VmConfiguration:
        return { bytes: this.#vmConfiguration };
      case BufferType.PluginConfiguration:
        return this.#showsConfiguration ? { bytes: this.#configuration } : undefined;
      default:
        return { bytes: new Uint8Array(0) };
    }
  }

  #configure(): boolean {
    this.#showsConfiguration = true;
    const size = this.#configuration.length;
    const isTaken = this.#engine.enter(this, "proxy_on_configure", [this.id, size], (result) => result !== 0);
    this.#showsConfiguration = false;
    return isTaken && this.#engine.failure === undefined;
  }
}
