import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a load generator measured of one run. */
export interface LoadResult {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers other than 2xx and 3xx, and requests without an answer. */
  failures: number;
}

export interface LoadOptions {
  url: string;
  host: string;
  headers?: Record<string, string> | undefined;
  connections: number;
  seconds: number;
  /** The core to run on; undefined: any. */
  core?: number | undefined;
}

/** Makes sure that wrk is there: as root on Debian it is installed, else one line says what is missing. */
export function requireWrk(): void {
  if (spawnSync("wrk", ["-v"]).error === undefined) return;
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update"], { env });
    spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "wrk"], { env });
    if (spawnSync("wrk", ["-v"]).error === undefined) return;
  }
  throw new Error("the load generator wrk is missing: install it (Debian and Ubuntu: apt-get install wrk)");
}

/** Runs wrk against a URL and returns what it measured. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const wrk = [
    "wrk",
    "-t1",
    `-c${String(options.connections)}`,
    `-d${String(options.seconds)}s`,
    "--timeout",
    "20s",
    "--latency",
    "-H",
    `Host: ${options.host}`,
    ...Object.entries(options.headers ?? {}).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
    options.url,
  ];
  const [command, ...args] = options.core === undefined ? wrk : ["taskset", "-c", String(options.core), ...wrk];
  const { stdout } = await run(command!, args);
  return {
    requestsPerSecond: Number(capture(stdout, /Requests\/sec:\s+([\d.]+)/)),
    p50Ms: milliseconds(capture(stdout, /\n\s+50%\s+(\S+)/)),
    p99Ms: milliseconds(capture(stdout, /\n\s+99%\s+(\S+)/)),
    failures:
      Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0) +
      [.../(?:connect|read|write|timeout) (\d+)/g[Symbol.matchAll](stdout)].reduce((sum, m) => sum + Number(m[1]), 0),
  };
}

function capture(text: string, pattern: RegExp): string {
  const match = pattern.exec(text);
  if (match?.[1] === undefined) throw new Error(`wrk's output has no ${String(pattern)}:\n${text}`);
  return match[1];
}

function milliseconds(duration: string): number {
  const unit = { us: 0.001, ms: 1, s: 1000, m: 60_000 }[duration.replace(/[\d.]/g, "")];
  if (unit === undefined) throw new Error(`wrk's output has a duration in an unknown unit: ${duration}`);
  return Number.parseFloat(duration) * unit;
}
