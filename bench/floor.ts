import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = new URL("../", import.meta.url);

/** Modules that do next to nothing; `bench/floor/<name>.ts` says what. */
export const FLOOR_MODULES = ["read-headers", "fixed-call", "read-and-call", "ignore-configuration"] as const;
export type FloorModule = (typeof FLOOR_MODULES)[number];

/** Compiles a floor module and returns the path of the WebAssembly. Fails with the compiler's messages. */
export async function compileFloorModule(name: FloorModule): Promise<string> {
  const path = (relative: string) => fileURLToPath(new URL(relative, ROOT));
  await mkdir(path("build/floor"), { recursive: true });
  const outFile = path(`build/floor/${name}.wasm`);
  const asc = path("node_modules/assemblyscript/bin/asc.js");
  const source = `bench/floor/${name}.ts`;
  // The paths of asc are relative to the root of the project, that of its configuration too.
  const args = [asc, source, "--config", "bench/floor/asconfig.json", "--outFile", outFile];
  await promisify(execFile)(process.execPath, args, { cwd: fileURLToPath(ROOT) });
  return outFile;
}

/** Compiles all of them; returns their paths by name. */
export async function compileFloorModules(): Promise<Record<FloorModule, string>> {
  const compiled = FLOOR_MODULES.map(async (name) => [name, await compileFloorModule(name)] as const);
  return Object.fromEntries(await Promise.all(compiled)) as Record<FloorModule, string>;
}
