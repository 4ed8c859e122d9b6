import { Clock } from "./clock.ts";
import type { LogEntry } from "./host-state.ts";
import type { Answer, HttpCall } from "./http-call.ts";
import { Metrics } from "./metrics.ts";
import type { RootContext, RootOptions } from "./root.ts";
import { SharedData } from "./shared-data.ts";
import type { RequestInput, Stream } from "./stream.ts";
import { Vm, type VmOptions } from "./vm.ts";

export interface EmulatedEnvoyOptions extends Omit<VmOptions, "metrics"> {
  /** The plugin: its configuration, root id and name. */
  plugin?: RootOptions;
  /** Worker threads. Default 2. */
  concurrency?: number;
  /** How far the clock moves between the starts of two threads, so that their ticks do not coincide. Default 0. */
  staggerMs?: number;
  /** As `onHttpCall`, from the start. */
  onHttpCall?: CallScript;
}

/** Answers the calls of all threads; those of the trial VM have no thread. */
type CallScript = (call: HttpCall, thread: EmulatedThread | undefined) => Answer;

/** A thread of an emulated Envoy, with a VM of its own. */
export interface EmulatedThread {
  /** "main", "worker 0" … */
  readonly name: string;
  readonly vm: Vm;
  /** The plugin's root context in force. */
  root: RootContext;
}

/**
 * All VMs that one Envoy makes of a plugin: a trial VM that is thrown away once it has taken the configuration, one for the main
 * thread, one for each worker. Clock, shared data and metrics are common to them; requests come to the workers only.
 *
 *     const envoy = await EmulatedEnvoy.start(wasm, { concurrency: 2, vmId: "v", plugin: { configuration } });
 *     envoy.onHttpCall((call, thread) => ({ reply: { body: "…" } }));
 *     envoy.advance(1_000);
 *     envoy.request({ path: "/" }, 1);
 */
export class EmulatedEnvoy {
  readonly clock: Clock;
  readonly sharedData: SharedData;
  readonly metrics = new Metrics();
  /** The trial VM of the last configuration, destroyed: its logs and violations stay readable. */
  trial: Vm | undefined;
  /** The main thread's first, then the workers'; those of lost VMs are left out. */
  readonly threads: EmulatedThread[] = [];
  readonly #wasm: Uint8Array;
  readonly #options: EmulatedEnvoyOptions;
  #plugin: RootOptions;
  #script: CallScript;

  private constructor(wasm: Uint8Array, options: EmulatedEnvoyOptions) {
    this.#wasm = wasm;
    this.#options = options;
    this.#plugin = options.plugin ?? {};
    this.#script = options.onHttpCall ?? (() => "later");
    this.clock = options.clock ?? new Clock(options.clockNanos);
    this.sharedData = options.sharedData ?? new SharedData();
  }

  /** Starts all VMs; there are no threads if the module refuses its configuration. Rejects with a `ModuleError` as `Vm.load`. */
  static async start(wasm: Uint8Array, options: EmulatedEnvoyOptions = {}): Promise<EmulatedEnvoy> {
    const envoy = new EmulatedEnvoy(wasm, options);
    if (!(await envoy.#try(envoy.#plugin))) return envoy;
    await envoy.startThread("main");
    const { concurrency = 2, staggerMs = 0 } = options;
    for (let index = 0; index < concurrency; index++) {
      envoy.advance(staggerMs);
      await envoy.startThread(`worker ${String(index)}`);
    }
    return envoy;
  }

  /** Whether the module took its first configuration. */
  get accepted(): boolean {
    return this.threads.length > 0;
  }

  get main(): EmulatedThread | undefined {
    return this.threads.find(({ name }) => name === "main");
  }

  get workers(): EmulatedThread[] {
    return this.threads.filter(({ name }) => name !== "main");
  }

  /** Calls without an answer yet, of all threads. */
  get pendingCalls(): readonly HttpCall[] {
    return this.threads.flatMap(({ vm }) => vm.pendingCalls);
  }

  /** What all VMs that are left have logged, thread by thread. */
  get logs(): readonly LogEntry[] {
    return this.threads.flatMap(({ vm }) => vm.logs);
  }

  /** Scripts the answers to the calls of all threads, also of those to come; the trial VM's have no thread, and get no answer. */
  onHttpCall(script: CallScript): void {
    this.#script = script;
  }

  /** Puts a request to a worker's VM. Fails if there is no such worker. */
  request(input: RequestInput = {}, worker = 0): Stream {
    const thread = this.threads.find(({ name }) => name === `worker ${String(worker)}`);
    if (thread === undefined) throw new Error(`there is no worker ${String(worker)}`);
    return thread.root.request(input);
  }

  /** Moves the clock on, with all ticks and timeouts that fall due, in all VMs. */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  /**
   * Updates the plugin: if the trial VM takes the configuration, each thread makes a new root context. Returns whether it did.
   * The old root contexts end at once, or `drainMs` later: Envoy keeps them as long as the old listener drains.
   */
  async update(options: RootOptions, { drainMs = 0 } = {}): Promise<boolean> {
    const plugin = { ...this.#plugin, ...options };
    if (!(await this.#try(plugin))) return false;
    this.#plugin = plugin;
    for (const thread of this.threads) {
      const { vm, root: old } = thread;
      thread.root = this.#createRoot(vm, plugin, thread);
      if (drainMs === 0) vm.endRoot(old);
      else this.#endLater(vm, old, this.clock.elapsedMs + drainMs);
    }
    return true;
  }

  /** Loses a thread's VM as it stands: nothing is called, its calls are cancelled. The others go on. */
  lose(thread: EmulatedThread): void {
    const index = this.threads.indexOf(thread);
    if (index < 0) throw new Error(`${thread.name} has no VM any more`);
    this.threads.splice(index, 1);
    thread.vm.destroy();
  }

  /** Gives a thread a VM, as Envoy does at its start and when it reloads a failed one. */
  async startThread(name: string): Promise<EmulatedThread> {
    if (this.threads.some((thread) => thread.name === name)) throw new Error(`${name} has a VM already`);
    const vm = await this.#load();
    // The script is to see the thread in calls the module makes while it is configured, too.
    const thread = { name, vm } as EmulatedThread;
    thread.root = this.#createRoot(vm, this.#plugin, thread);
    this.threads.push(thread);
    return thread;
  }

  /** Ends the root contexts of all threads in order, and with them the shared data of their VM id. */
  stop(): void {
    for (const { vm } of this.threads.splice(0)) {
      for (const root of [...vm.roots]) vm.endRoot(root);
      vm.destroy();
    }
    this.sharedData.forget(this.#options.vmId ?? "");
  }

  #load(): Promise<Vm> {
    const { clock, sharedData, metrics } = this;
    return Vm.load(this.#wasm, { ...this.#options, clock, sharedData, metrics });
  }

  #createRoot(vm: Vm, options: RootOptions, thread: EmulatedThread): RootContext {
    return vm.createRoot({ ...options, onHttpCall: (call) => this.#script(call, thread) });
  }

  /** Whether a VM of its own takes the configuration. */
  async #try(options: RootOptions): Promise<boolean> {
    this.trial = await this.#load();
    const onHttpCall = (call: HttpCall): Answer => {
      const answer = this.#script(call, undefined);
      // The call may well go out; the VM is gone before there is an answer.
      return typeof answer === "object" && !("reply" in answer) ? answer : "later";
    };
    const { accepted } = this.trial.createRoot({ ...options, onHttpCall });
    this.trial.destroy();
    return accepted;
  }

  #endLater(vm: Vm, root: RootContext, atMs: number): void {
    const leave = this.clock.add(() => [
      {
        atMs,
        fire: () => {
          leave();
          if (!vm.isDestroyed) vm.endRoot(root);
        },
      },
    ]);
  }
}
