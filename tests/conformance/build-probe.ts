import { execFile } from "node:child_process";
import { mkdir, rename } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));
const SOURCE = "tests/conformance/probe";

/**
 * Compiles the conformance probe to `build/probe.wasm` and returns that file's path. Test files that run side by side may each
 * call it. Rejects with the compiler's output if the probe does not compile.
 */
export async function buildProbe(): Promise<string> {
  const directory = join(projectRoot, "build");
  const output = join(directory, "probe.wasm");
  // Others may be reading the file: it is replaced in one step.
  const fresh = join(directory, `probe.${String(process.pid)}.wasm`);
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")),
    "bin",
    "asc.js",
  );
  await mkdir(directory, { recursive: true });
  await promisify(execFile)(
    process.execPath,
    [compiler, `${SOURCE}/index.ts`, "--config", `${SOURCE}/asconfig.json`, "--outFile", fresh],
    { cwd: projectRoot },
  );
  await rename(fresh, output);
  return output;
}
