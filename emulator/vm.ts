import type { LogLevel } from "./abi.ts";
import { toBytes, type Bytes } from "./bytes.ts";
import { Clock } from "./clock.ts";
import { Engine, type Failure } from "./engine.ts";
import type { ForeignFunction, HostState, LogEntry } from "./host-state.ts";
import type { HttpCall } from "./http-call.ts";
import { hostImports } from "./imports.ts";
import { Metrics } from "./metrics.ts";
import { RootContext, type RootOptions } from "./root.ts";
import { SharedData } from "./shared-data.ts";
import type { Stats } from "./stats.ts";
import type { Violation } from "./violation.ts";

export interface VmOptions {
  /** What `proxy_get_log_level` tells; messages below it are not recorded. Default "info". */
  logLevel?: LogLevel;
  /** The start of the VM's own clock, in ns since 1970; it stands still unless the test moves it. Default: some time in 2023. */
  clockNanos?: bigint;
  /** Instead: a clock shared with other VMs. */
  clock?: Clock;
  /** The shared data, for VMs that share it. Default: some of its own. */
  sharedData?: SharedData;
  /** The metrics, for VMs that share them. Default: some of its own. */
  metrics?: Metrics;
  /** The VM configuration, as `proxy_on_vm_start` reads it. Default empty. */
  vmConfiguration?: Bytes;
  /** The property `plugin_vm_id`. Default empty. */
  vmId?: string;
  /** The clusters there are: a call to another is refused with BadArgument. Default: every cluster exists. */
  clusters?: Iterable<string>;
  /** Whether a broken rule is thrown once the module has returned, not only recorded in `violations`. Default true. */
  strict?: boolean;
}

const TOKEN_STEP = 4;
const PAGE_BYTES = 65_536;

/**
 * A module in a Proxy-Wasm 0.2.1 host that behaves as Envoy does, without network, threads or a clock of its own.
 *
 *     const vm = await Vm.load(wasmBytes);
 *     const root = vm.createRoot({ configuration: "…" });
 *     root.onHttpCall(() => ({ reply: { status: 200 } }));
 *     const stream = root.request({ path: "/", headers: [["x-key", "…"]] });
 *     stream.outcome; stream.upstreamHeaders; stream.finish();
 */
export class Vm {
  /** What the module has logged at the VM's level or above. */
  readonly logs: LogEntry[] = [];
  readonly metrics: Metrics;
  readonly sharedData: SharedData;
  /** The root contexts that are not deleted. */
  readonly roots: RootContext[] = [];
  readonly #engine: Engine;
  readonly #host: HostState;
  readonly #vmConfiguration: Uint8Array;
  readonly #leaveClock: () => void;

  private constructor(options: VmOptions) {
    this.#engine = new Engine(options.strict ?? true);
    this.#vmConfiguration = toBytes(options.vmConfiguration ?? "");
    this.metrics = options.metrics ?? new Metrics();
    this.sharedData = options.sharedData ?? new SharedData();
    this.#host = this.#hostState(options);
    this.#leaveClock = this.clock.add(() => {
      this.#dropDeleted();
      return this.roots.flatMap((root) => root.due());
    });
  }

  /**
   * Compiles, checks and starts a module. Rejects with a `ModuleError` that names what the module misses, or what it imports
   * and Envoy (WASI included: this emulator has none) does not offer.
   */
  static async load(wasm: Uint8Array, options: VmOptions = {}): Promise<Vm> {
    const vm = new Vm(options);
    await vm.#engine.instantiate(wasm, hostImports(vm.#engine, vm.#host));
    return vm;
  }

  /** Creates, starts and configures a root context; `accepted` tells whether the module took its configuration. */
  createRoot(options: RootOptions = {}): RootContext {
    const root = new RootContext(this.#engine, this.#vmConfiguration, options);
    this.roots.push(root);
    this.#engine.operate(() => {
      root.start();
    });
    return root;
  }

  /**
   * Updates a plugin as Envoy does: makes a new root context and, if that takes its configuration, ends the old one. Returns
   * the root that is in force afterwards.
   */
  update(root: RootContext, options: RootOptions): RootContext {
    const { rootId, name, allowOnHeadersStopIteration } = root;
    const updated = this.createRoot({ rootId, name, allowOnHeadersStopIteration, ...options });
    if (!updated.accepted) return root;
    this.endRoot(root);
    return updated;
  }

  /** Ends a root context; it stays until `proxy_done` if the module wants to flush first. */
  endRoot(root: RootContext): void {
    this.#engine.operate(() => {
      root.end();
    });
    this.#dropDeleted();
  }

  /** Calls without an answer yet, of all root contexts. */
  get pendingCalls(): readonly HttpCall[] {
    return this.roots.flatMap((root) => root.pendingCalls);
  }

  /** How the module died, if it has: every request is answered 503 then. */
  get failure(): Failure | undefined {
    return this.#engine.failure;
  }

  /** Broken rules, in order. */
  get violations(): readonly Violation[] {
    return this.#engine.violations;
  }

  /** Host calls, callbacks and copied bytes. */
  get stats(): Stats {
    return this.#engine.stats;
  }

  /** The size of the module's memory in pages of 64 KiB. */
  get memoryPages(): number {
    return this.#engine.memoryBuffer.byteLength / PAGE_BYTES;
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  /** The module's clock in ns since 1970. */
  get clockNanos(): bigint {
    return this.clock.nanos;
  }

  /** Moves the clock on, with all ticks and call timeouts that fall due, each at its time, in all VMs that share the clock. */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  /** Moves the clock to the next tick. Fails if no root context has asked for ticks. */
  tick(): void {
    const next = Math.min(...this.roots.map(({ tick }) => tick?.atMs ?? Infinity));
    if (next === Infinity) throw new Error("no root context has set a tick period");
    this.advance(next - this.clock.elapsedMs);
  }

  /** Whether `destroy` was called. */
  get isDestroyed(): boolean {
    return this.#engine.isDestroyed;
  }

  /** Takes the VM away as it stands, as with its thread: no callback is called, its calls are cancelled, its ticks are off. */
  destroy(): void {
    this.#engine.isDestroyed = true;
    this.#leaveClock();
    for (const root of this.roots.splice(0)) root.destroy();
    this.#engine.contexts.clear();
  }

  /** Sets a property for all contexts: a path like `["node", "id"]`. */
  setProperty(path: readonly string[], value: Bytes): void {
    this.#host.properties.set(path.join("\0"), toBytes(value));
  }

  /** Registers what `proxy_call_foreign_function` calls; without, it returns NotFound. */
  registerForeignFunction(name: string, call: ForeignFunction): void {
    this.#host.foreignFunctions.set(name, call);
  }

  /** Fails unless all streams have ended and all calls are answered: what a test leaves behind. */
  assertIdle(): void {
    const streams = [...this.#engine.contexts.values()].filter(({ stream }) => stream !== undefined).length;
    const calls = this.pendingCalls.length;
    if (streams + calls > 0) throw new Error(`${String(streams)} streams and ${String(calls)} calls are left`);
  }

  #dropDeleted(): void {
    for (const root of [...this.roots]) {
      if (!this.#engine.contexts.has(root.id)) this.roots.splice(this.roots.indexOf(root), 1);
    }
  }

  #hostState(options: VmOptions): HostState {
    const { logLevel = "info", vmId = "", clusters, clock = new Clock(options.clockNanos) } = options;
    let lastToken = 0;
    return {
      vmId,
      logLevel,
      logs: this.logs,
      metrics: this.metrics,
      properties: new Map(),
      foreignFunctions: new Map(),
      clusters: clusters && new Set(clusters),
      clock,
      sharedData: this.sharedData,
      nextCallToken: () => (lastToken += TOKEN_STEP),
    };
  }
}
