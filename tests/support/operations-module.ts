import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isNewer } from "./freshness.ts";

const ROOT = new URL("../../", import.meta.url);
const ENTRY = "tests/core/operations/operations-entry.ts";
const OPTIONS = "tests/core/operations/asconfig.json";
const WASM = new URL("build/operations.wasm", ROOT);
const COMPILER = new URL("node_modules/assemblyscript/bin/asc.js", ROOT);
const PAGE_BYTES = 65_536;

/** What tests/core/operations/operations-entry.ts exports. */
interface Exports {
  memory: { buffer: ArrayBuffer };
  inputAt(length: number): number;
  outputAt(): number;
  outputLength(): number;
  compile(length: number): number;
  run(length: number): number;
  runOften(length: number, times: number): number;
  explain(failure: number): void;
  collect(): void;
}

/** How a run ended: the values on the stack from the bottom, or why an operation failed. One character is one byte. */
export type RunResult = { values: string[] } | { failure: string };

/**
 * The operations of the plugin without the plugin around them. All strings that go in and out as values are latin-1: one
 * character is one byte. A trap is thrown as the `RuntimeError` that it is.
 */
export class OperationsModule {
  readonly #exports: Exports;
  readonly #failures = new Map<number, string>();

  private constructor(exports: Exports) {
    this.#exports = exports;
  }

  /** Loads the module, built first where its sources are newer. */
  static async load(): Promise<OperationsModule> {
    if (!(await isFresh())) await build();
    const imports = {
      env: {
        abort: () => {
          throw new Error("the module aborted");
        },
      },
    };
    const instance = await WebAssembly.instantiate(await WebAssembly.compile(await readFile(WASM)), imports);
    return new OperationsModule(instance.exports as unknown as Exports);
  }

  /** Compiles `ops`, as JSON text or as what is written as such. Returns the errors, none where they are accepted. */
  compile(ops: unknown): string[] {
    const text = typeof ops === "string" ? ops : JSON.stringify(ops);
    const length = this.#give(Buffer.from(text));
    if (this.#exports.compile(length) !== 0) return [];
    return this.#output().toString().split("\n").slice(0, -1);
  }

  /** Runs what was compiled last on a stack, given from its bottom. */
  run(values: readonly string[]): RunResult {
    const failure = this.#exports.run(this.#give(encode(values)));
    return failure === 0 ? { values: decode(this.#output()) } : { failure: this.#textOf(failure) };
  }

  /** Runs what was compiled last `times` times on the same stack; returns how many runs succeeded. */
  runOften(values: readonly string[], times: number): number {
    return this.#exports.runOften(this.#give(encode(values)), times);
  }

  /** Frees what earlier configurations have left, the one compiled last included. */
  collect(): void {
    this.#exports.collect();
  }

  /** The size of the module's memory in pages of 64 KiB. */
  get memoryPages(): number {
    return this.#exports.memory.buffer.byteLength / PAGE_BYTES;
  }

  #give(bytes: Buffer): number {
    const at = this.#exports.inputAt(bytes.length);
    bytes.copy(new Uint8Array(this.#exports.memory.buffer), at);
    return bytes.length;
  }

  #output(): Buffer {
    const { memory } = this.#exports;
    return Buffer.from(memory.buffer, this.#exports.outputAt(), this.#exports.outputLength());
  }

  #textOf(failure: number): string {
    let text = this.#failures.get(failure);
    if (text === undefined) {
      this.#exports.explain(failure);
      text = this.#output().toString();
      this.#failures.set(failure, text);
    }
    return text;
  }
}

function encode(values: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.reduce((sum, value) => sum + 4 + value.length, 0));
  let at = 0;
  for (const value of values) {
    at = bytes.writeInt32LE(value.length, at);
    at += bytes.write(value, at, "latin1");
  }
  return bytes;
}

function decode(bytes: Buffer): string[] {
  const values: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + 4;
    at = start + bytes.readInt32LE(at);
    values.push(bytes.toString("latin1", start, at));
  }
  return values;
}

/** Test files run side by side may each build: the file is replaced in one step. */
async function build(): Promise<void> {
  await mkdir(new URL("build/", ROOT), { recursive: true });
  const partial = `build/operations.${String(process.pid)}.wasm`;
  await promisify(execFile)(
    process.execPath,
    [fileURLToPath(COMPILER), ENTRY, "--config", OPTIONS, "--outFile", partial],
    { cwd: fileURLToPath(ROOT) },
  );
  await rename(new URL(partial, ROOT), WASM);
}

async function isFresh(): Promise<boolean> {
  const names = await readdir(new URL("assembly/core", ROOT), { recursive: true });
  const sources = names.filter((name) => name.endsWith(".ts")).map((name) => `assembly/core/${name}`);
  return isNewer(
    WASM,
    [...sources, ENTRY, OPTIONS].map((name) => new URL(name, ROOT)),
  );
}
