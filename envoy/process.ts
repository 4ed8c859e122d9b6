import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { provideEnvoy } from "./install.ts";

export interface EnvoyProcessOptions {
  /** The bootstrap file: YAML or JSON by its extension. Its admin address may have port 0. */
  configPath: string;
  /** An existing directory for the log and the admin address. */
  workDirectory: string;
  /** Worker threads. Default 1. */
  concurrency?: number;
  /** Default "info". */
  logLevel?: string;
  /** As Envoy's option has it: `wasm:debug,http:trace`. */
  componentLogLevel?: string;
  extraArguments?: readonly string[];
  /** How long Envoy may take until it is LIVE. Default 60 s: a debug start on a busy machine. */
  startTimeoutMs?: number;
}

/** A running Envoy, its own process: no shell and no wrapper between. */
export class EnvoyProcess {
  readonly adminPort: number;
  /** The file with all that Envoy writes. */
  readonly logPath: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, logPath: string, adminPort: number) {
    this.#child = child;
    this.logPath = logPath;
    this.adminPort = adminPort;
  }

  /** Starts Envoy and waits until it is LIVE; fails with the end of its log when it exits or takes too long. */
  static async start(options: EnvoyProcessOptions): Promise<EnvoyProcess> {
    const { configPath, workDirectory, concurrency = 1, logLevel = "info", componentLogLevel } = options;
    const logPath = join(workDirectory, "envoy.log");
    const adminAddressPath = join(workDirectory, "admin-address");
    const log = openSync(logPath, "w");
    const child = spawn(
      await provideEnvoy(),
      [
        ...["-c", configPath, "--concurrency", String(concurrency), "-l", logLevel],
        ...(componentLogLevel === undefined ? [] : ["--component-log-level", componentLogLevel]),
        // Without hot restart any number of Envoys live side by side: no shared memory, no base id.
        ...["--disable-hot-restart", "--admin-address-path", adminAddressPath],
        ...["--drain-time-s", "1", "--parent-shutdown-time-s", "2", "--file-flush-interval-msec", "10"],
        ...(options.extraArguments ?? []),
      ],
      { stdio: ["ignore", log, log] },
    );
    closeSync(log);
    const deadline = Date.now() + (options.startTimeoutMs ?? 60_000);
    try {
      await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
      process.on("exit", killNow);
      child.once("exit", () => process.off("exit", killNow));
      for (;;) {
        if (hasExited(child)) throw new Error(`Envoy ended at once (${exitOf(child)})`);
        const port = await readAdminPort(adminAddressPath);
        if (port !== undefined && (await isLive(port))) return new EnvoyProcess(child, logPath, port);
        if (Date.now() > deadline) throw new Error("Envoy did not become LIVE in time");
        await delay(20);
      }
    } catch (error) {
      await end(child);
      throw new Error(`${(error as Error).message}\n${tail(readFileSync(logPath, "utf8"))}`, { cause: error });
    }

    function killNow(): void {
      child.kill("SIGKILL");
    }
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** All that Envoy has logged so far. */
  log(): string {
    return readFileSync(this.logPath, "utf8");
  }

  /** The last lines of the log. */
  logTail(): string {
    return tail(this.log());
  }

  /** The body of an admin endpoint's answer; fails when its status is not 200. */
  async admin(path: string, method: "GET" | "POST" = "GET"): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${String(this.adminPort)}${path}`, { method });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`Envoy's admin answered ${String(answer.status)} to ${path}: ${body}`);
    return body;
  }

  /** The port each active listener is bound to, by listener name. */
  async listenerPorts(): Promise<Map<string, number>> {
    interface Listeners {
      listener_statuses?: { name: string; local_address?: { socket_address?: { port_value?: number } } }[];
    }
    const { listener_statuses = [] } = JSON.parse(await this.admin("/listeners?format=json")) as Listeners;
    return new Map(listener_statuses.map((one) => [one.name, one.local_address?.socket_address?.port_value ?? 0]));
  }

  get isRunning(): boolean {
    return !hasExited(this.#child);
  }

  /** Settles when the process has ended. */
  async exited(): Promise<void> {
    if (!hasExited(this.#child)) await new Promise((resolve) => this.#child.once("exit", resolve));
  }

  /** Asks the process to end, kills it after 5 s, and waits for its exit. */
  stop(): Promise<void> {
    return end(this.#child);
  }
}

const hasExited = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const exitOf = (child: ChildProcess): string => child.signalCode ?? `exit code ${String(child.exitCode)}`;

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasExited(child)) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await exited;
  clearTimeout(timer);
}

async function readAdminPort(path: string): Promise<number | undefined> {
  const address = await readFile(path, "utf8").catch(() => "");
  const found = /:(\d+)$/.exec(address.trim());
  return found === null ? undefined : Number(found[1]);
}

async function isLive(adminPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${String(adminPort)}/server_info`);
    return ((await answer.json()) as { state?: string }).state === "LIVE";
  } catch {
    return false;
  }
}

const tail = (log: string): string => log.trimEnd().split("\n").slice(-15).join("\n");
