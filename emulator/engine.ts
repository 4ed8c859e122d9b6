import type { Context } from "./context.ts";
import { GuestMemory } from "./memory.ts";
import { Stats } from "./stats.ts";
import { Violation, type Rule } from "./violation.ts";

const ABI_EXPORT = "proxy_abi_version_0_2_1";

/** The module cannot run in an Envoy of this ABI: it misses an export or wants an import there is none of. */
export class ModuleError extends Error {
  override readonly name = "ModuleError";
}

/** How the VM died: no callback is called any more. */
export interface Failure {
  /** The export that trapped, or the step of the start that was refused. */
  where: string;
  message: string;
  stack?: string;
}

type Exported = (...args: number[]) => unknown;

/** The instance of a module: entering it, the contexts in it, and what it has done wrong. */
export class Engine {
  readonly stats = new Stats();
  readonly memory = new GuestMemory(this);
  readonly contexts = new Map<number, Context>();
  readonly violations: Violation[] = [];
  failure: Failure | undefined;
  /** The host has taken the VM away: no callback is called any more. */
  isDestroyed = false;
  /** A local reply was asked for: the callback's own status counts no more. */
  stopIteration = false;
  readonly #strict: boolean;
  #exports: WebAssembly.Exports = {};
  #started = false;
  #nextId = 1;
  #current: Context | undefined;
  #effectiveId = 0;
  #entered: string[] = [];
  #afterCall: (() => void)[] = [];
  #deliveries: (() => void)[] = [];
  #reported = 0;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** Compiles and instantiates the module with `imports` of `env`. Rejects with {@link ModuleError}. */
  async instantiate(bytes: Uint8Array, env: Record<string, (...args: never[]) => unknown>): Promise<void> {
    const module = await WebAssembly.compile(bytes).catch((error: unknown) => {
      throw new ModuleError(`not a WebAssembly module: ${(error as Error).message}`);
    });
    const unknown = WebAssembly.Module.imports(module).filter(({ module, name }) => module !== "env" || !(name in env));
    if (unknown.length > 0) {
      const names = unknown.map(({ module, name }) => `${module}.${name}`).join(", ");
      throw new ModuleError(`the module imports what a Proxy-Wasm 0.2.1 host does not offer here: ${names}`);
    }
    const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
    if (!exported.has(ABI_EXPORT)) throw new ModuleError(`the module does not export ${ABI_EXPORT}`);
    if (!exported.has("memory")) throw new ModuleError("the module does not export its memory");
    if (!exported.has("malloc") && !exported.has("proxy_on_memory_allocate")) {
      throw new ModuleError("the module exports neither proxy_on_memory_allocate nor malloc");
    }
    try {
      const instance = await WebAssembly.instantiate(module, { env });
      this.#exports = instance.exports;
    } catch (error) {
      throw new ModuleError(`the module does not start: ${(error as Error).message}`);
    }
    for (const name of this.#has("_initialize") ? ["_initialize", "main"] : ["_start"]) {
      const args = name === "main" ? [0, 0] : [];
      if (this.#has(name)) this.call(undefined, name, ...args);
    }
    this.#started = true;
  }

  /** Host calls other than logging are allowed only once the module has started. */
  get started(): boolean {
    return this.#started;
  }

  /** Whether the module has trapped, or the VM was destroyed. */
  get isDead(): boolean {
    return this.failure !== undefined || this.isDestroyed;
  }

  get memoryBuffer(): ArrayBuffer {
    const memory = this.#exports.memory as WebAssembly.Memory | undefined;
    return memory?.buffer ?? new ArrayBuffer(0);
  }

  /** A context id that was never used before. */
  allocateId(): number {
    return this.#nextId++;
  }

  /** The context host calls work on: the effective one as long as it exists, else the one whose callback runs. */
  get context(): Context {
    const context = this.contexts.get(this.#effectiveId) ?? this.#current;
    if (context === undefined) throw new Error("no callback is running");
    return context;
  }

  /** Makes `id` the effective context of the running callback; false if there is no such context, and a violation if there never was. */
  setEffective(id: number): boolean {
    if (!this.contexts.has(id)) {
      // Asking for a context that is gone is how a module that is not told of it finds out.
      const wasThere = id > 0 && id < this.#nextId;
      if (!wasThere) this.violate("unknown-context", `proxy_set_effective_context(${String(id)}) in ${this.where()}`);
      return false;
    }
    this.#effectiveId = id;
    return true;
  }

  /** Whether the callback that runs is one of `context`'s own. */
  isRunning(context: Context): boolean {
    return this.#current === context;
  }

  /** The callback that runs, for messages. */
  where(): string {
    return this.#entered.at(-1) ?? "the module's start";
  }

  /** Records a violation; a strict VM throws it once the module has returned. */
  violate(rule: Rule, detail: string): void {
    this.violations.push(new Violation(rule, detail));
  }

  /**
   * Calls an export in `context`, undefined if the module has none of that name or the VM is dead. A trap kills the VM.
   */
  call(context: Context | undefined, name: string, ...args: number[]): number | undefined {
    if (this.isDead || !this.#has(name)) return undefined;
    const saved = [this.#current, this.#effectiveId] as const;
    this.#current = context;
    this.#effectiveId = 0;
    this.#entered.push(name);
    this.stats.countCallback(name);
    try {
      return Number((this.#exports[name] as Exported)(...args) ?? 0) >>> 0;
    } catch (error) {
      this.#trapped(name, error);
      return undefined;
    } finally {
      this.#entered.pop();
      [this.#current, this.#effectiveId] = saved;
    }
  }

  /** Calls a callback, lets `conclude` judge its result, then does what the module has put off until it returned. */
  enter<T>(context: Context, name: string, args: number[], conclude: (result: number | undefined) => T): T {
    const concluded = conclude(this.call(context, name, ...args));
    this.stopIteration = false;
    for (let action = this.#afterCall.shift(); action !== undefined; action = this.#afterCall.shift()) action();
    return concluded;
  }

  /** Puts `action` off until the running callback has returned. */
  afterCall(action: () => void): void {
    this.#afterCall.push(action);
  }

  /** Puts `delivery` off until the host is idle: an event of its own. */
  deliver(delivery: () => void): void {
    this.#deliveries.push(delivery);
  }

  /** Does something from outside, then delivers what has come up meanwhile; a strict VM throws the first new violation. */
  operate<T>(work: () => T): T {
    if (this.#entered.length > 0) throw new Error("the module is running: this is for between its callbacks");
    const result = work();
    for (let next = this.#deliveries.shift(); next !== undefined; next = this.#deliveries.shift()) next();
    const first = this.violations[this.#reported];
    this.#reported = this.violations.length;
    if (this.#strict && first !== undefined) throw first;
    return result;
  }

  /** Allocates in the module; 0 if it has none to give. */
  allocate(size: number): number {
    const name = this.#has("malloc") ? "malloc" : "proxy_on_memory_allocate";
    try {
      return Number((this.#exports[name] as Exported)(size)) >>> 0;
    } catch (error) {
      this.#trapped(name, error);
      return 0;
    }
  }

  #has(name: string): boolean {
    return typeof this.#exports[name] === "function";
  }

  #trapped(name: string, error: unknown): void {
    // Too deep a recursion is a RangeError in V8 and a trap in Envoy; anything else is a mistake of the host.
    if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
    this.failure ??= {
      where: name,
      message: error.message,
      ...(error.stack !== undefined && { stack: error.stack }),
    };
  }
}
