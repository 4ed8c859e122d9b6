import { spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { availableParallelism } from "node:os";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { provideCrdCheck } from "../tests/package/support/crd-go.ts";

/** What passed and what failed. */
interface Counts {
  passed: number;
  failed: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
/** Terminal colours. */
const ANSI = /\u001b\[[\d;]*m/g;
const PLUGIN = "build/plugin.wasm";
const FILE_TIMEOUT_MS = 5 * 60_000;

/** The suites, in the order in which they run: what is quick and near the cause comes first. */
const SUITES: Record<string, () => Promise<Counts>> = {
  core: runCore,
  module: () => runFiles([...testsIn("tests/module"), "tests/conformance/emulator.test.ts"]),
  envoy: () => runFiles([...testsIn("tests/envoy"), "tests/conformance/envoy.test.ts"]),
  package: async () => {
    // The first time takes minutes, which are not those of a test.
    await provideCrdCheck();
    return runFiles(testsIn("tests/package"));
  },
};

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(", ")}; there are ${Object.keys(SUITES).join(", ")}`);
  process.exitCode = 2;
} else await main(positionals.length > 0 ? positionals : Object.keys(SUITES));

async function main(names: readonly string[]): Promise<void> {
  process.chdir(root);
  const total: Counts = await build();
  for (const name of total.failed === 0 ? names : []) {
    const started = Date.now();
    const counts = await SUITES[name]!();
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    console.log(`${name}: ${String(counts.passed)} passed, ${String(counts.failed)} failed in ${seconds} s`);
    total.passed += counts.passed;
    total.failed += counts.failed;
  }
  console.log(`${String(total.passed)} passed, ${String(total.failed)} failed`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** Builds the plugin. A warning of the compiler is a failure: it stands for a mistake more often than not. */
async function build(): Promise<Counts> {
  // What an earlier run has built would hide that nothing is built.
  rmSync(PLUGIN, { force: true });
  const { status, output } = await execute("npm", ["run", "--silent", "build"]);
  const isClean = status === 0 && existsSync(PLUGIN) && !/^(WARNING|ERROR)\b/m.test(output);
  if (!isClean) console.error(`the plugin does not build cleanly:\n${output}`);
  return { passed: isClean ? 1 : 0, failed: isClean ? 0 : 1 };
}

/** The pure logic, by as-pect. */
async function runCore(): Promise<Counts> {
  const { status, output } = await execute("npx", ["asp"]);
  console.log(output);
  const summary = /\[Tests\]:\s*(\d+)\s*\/\s*(\d+)/.exec(output.replaceAll(ANSI, ""));
  const passed = Number(summary?.[1] ?? 0);
  const failed = Number(summary?.[2] ?? 0) - passed;
  return { passed, failed: status === 0 && passed > 0 ? failed : Math.max(failed, 1) };
}

/** The test files of a folder and the folders in it. */
function testsIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = entries.filter((name) => name.endsWith(".test.ts")).map((name) => join(folder, name));
  if (files.length === 0) throw new Error(`no tests in ${folder}`);
  return files.sort();
}

/** Files of Node's test runner. A test that is skipped has failed: a missing part is to be seen. */
async function runFiles(files: readonly string[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0 };
  const stream = run({ files: [...files], concurrency: availableParallelism(), timeout: FILE_TIMEOUT_MS });
  stream.on("test:pass", ({ details, skip, todo, name }) => {
    if ((details as { type?: string }).type === "suite") return;
    if (skip === undefined && todo === undefined) counts.passed++;
    else {
      counts.failed++;
      console.error(`skipped: ${name}`);
    }
  });
  stream.on("test:fail", ({ details }) => {
    if ((details as { type?: string }).type !== "suite") counts.failed++;
  });
  const reported = stream.compose(new spec());
  for await (const chunk of reported) process.stdout.write(chunk as Buffer);
  return counts;
}

/** Runs a command and returns its exit status and all that it wrote. */
function execute(command: string, args: readonly string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (output += data.toString()));
    child.on("error", reject);
    child.on("close", (status) => {
      resolve({ status: status ?? 1, output });
    });
  });
}
