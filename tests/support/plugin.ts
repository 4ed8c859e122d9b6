import { execFile } from "node:child_process";
import { mkdir, open, readdir, readFile, rename, rm, utimes } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Vm, type Bytes, type LogEntry, type RootContext, type VmOptions } from "../../emulator/index.ts";
import { isNewer } from "./freshness.ts";
import { poll } from "./poll.ts";

const ROOT = new URL("../../", import.meta.url);
const WASM = new URL("build/plugin.wasm", ROOT);
const LOCK = new URL("build/plugin.lock", ROOT);
const COMPILER = new URL("node_modules/assemblyscript/bin/asc.js", ROOT);
const BUILD_TIMEOUT_MS = 120_000;

/** What became of a configuration. */
export interface Verdict {
  accepted: boolean;
  /** What was logged meanwhile, without levels. */
  lines: string[];
  logs: LogEntry[];
}

/** The bytes of the plugin, built first where its sources are newer. Fails with the compiler's messages. */
export async function pluginBytes(): Promise<Uint8Array> {
  if (!(await isFresh())) await build();
  return readFile(WASM);
}

/** Loads the plugin into the emulator. */
export async function loadPlugin(options: VmOptions = {}): Promise<Vm> {
  return Vm.load(await pluginBytes(), options);
}

/**
 * Puts configurations to the plugin, one after another in one VM. Fails where the module traps, so that a configuration that
 * returns has been accepted or refused.
 */
export class ConfigurationProbe {
  readonly vm: Vm;
  readonly #root: RootContext;

  private constructor(vm: Vm) {
    this.vm = vm;
    // Refused, as it is empty.
    this.#root = vm.createRoot();
  }

  static async load(options: VmOptions = {}): Promise<ConfigurationProbe> {
    return new ConfigurationProbe(await loadPlugin(options));
  }

  /** Puts a configuration to a root context of its own. */
  check(configuration: Bytes): Verdict {
    return this.#observe(() => {
      const root = this.vm.createRoot({ configuration });
      const { accepted } = root;
      this.vm.endRoot(root);
      return accepted;
    });
  }

  /** Updates one and the same root context: for many configurations in little time. */
  update(configuration: Bytes): Verdict {
    return this.#observe(() => this.#root.configure(configuration));
  }

  #observe(work: () => boolean): Verdict {
    this.vm.logs.length = 0;
    const accepted = work();
    const { failure } = this.vm;
    if (failure !== undefined) throw new Error(`the module trapped in ${failure.where}: ${failure.message}`);
    const logs = [...this.vm.logs];
    return { accepted, lines: logs.map(({ message }) => message), logs };
  }
}

/** Test files run side by side: one of them builds, the others wait for it. */
async function build(): Promise<void> {
  await mkdir(new URL("build/", ROOT), { recursive: true });
  const turn = await poll("another process to build the plugin", lock, {
    timeoutMs: BUILD_TIMEOUT_MS,
    intervalMs: 100,
  });
  if (turn === "built meanwhile") return;
  try {
    const cwd = fileURLToPath(ROOT);
    const partial = "build/plugin.partial.wasm";
    const startedAt = new Date();
    const asc = [fileURLToPath(COMPILER), "assembly/index.ts", "--config", "asconfig.json", "--target", "release"];
    await promisify(execFile)(process.execPath, [...asc, "--outFile", partial], { cwd, timeout: BUILD_TIMEOUT_MS });
    // A source changed while the compiler ran is newer than the module.
    await utimes(new URL(partial, ROOT), startedAt, startedAt);
    await rename(new URL(partial, ROOT), WASM);
  } finally {
    await rm(LOCK, { force: true });
  }
}

async function lock(): Promise<"locked" | "built meanwhile" | undefined> {
  try {
    const file = await open(LOCK, "wx");
    await file.writeFile(String(process.pid));
    await file.close();
    return "locked";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (await isFresh()) return "built meanwhile";
  if (!(await hasLiveHolder())) await rm(LOCK, { force: true });
  return undefined;
}

/** A process that was ended while it built leaves its lock behind. */
async function hasLiveHolder(): Promise<boolean> {
  try {
    const pid = Number(await readFile(LOCK, "utf8"));
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

async function isFresh(): Promise<boolean> {
  const names = await readdir(new URL("assembly", ROOT), { recursive: true });
  const sources = names.filter((name) => name.endsWith(".ts")).map((name) => new URL(`assembly/${name}`, ROOT));
  return isNewer(WASM, [...sources, new URL("asconfig.json", ROOT)]);
}
