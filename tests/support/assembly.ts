import { execFile } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const COMPILER = fileURLToPath(new URL("../../node_modules/assemblyscript/bin/asc.js", import.meta.url));
/** The project's own would be taken otherwise, with the plugin's `abort`. */
const CONFIG = "tests/core/exports/asconfig.json";

/**
 * Compiles an AssemblyScript entry (a path below the project) with the plugin's runtime and returns the module's bytes.
 * Rejects with the compiler's messages. Test files that run side by side do not disturb each other.
 */
export async function compileAssembly(entry: string, ...options: string[]): Promise<Uint8Array<ArrayBuffer>> {
  await mkdir(`${ROOT}build`, { recursive: true });
  const output = `build/${entry.replaceAll(/[^a-z0-9]+/gi, "-")}.${String(process.pid)}.wasm`;
  const args = [COMPILER, entry, "--config", CONFIG, "--outFile", output, "--noColors", ...options];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    return new Uint8Array(await readFile(ROOT + output));
  } finally {
    await rm(ROOT + output, { force: true });
  }
}

/** Instantiates a module that imports nothing but `env.abort`; a trap's message says where it was. */
export async function instantiateAssembly(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Exports> {
  const module = await WebAssembly.compile(bytes);
  const abort = (_message: number, _file: number, line: number, column: number): never => {
    throw new Error(`the module aborted at line ${String(line)}, column ${String(column)}`);
  };
  const instance = await WebAssembly.instantiate(module, { env: { abort } });
  return instance.exports;
}
