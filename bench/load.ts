import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a load generator measured of one run. */
export interface LoadResult {
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers other than 2xx and 3xx. */
  refused: number;
  /** Requests without an answer. */
  broken: number;
}

export interface LoadOptions {
  port: number;
  host: string;
  path: string;
  headers?: Record<string, string> | undefined;
  connections: number;
  seconds: number;
  /** The cores to run on, as taskset has them; undefined: any. */
  cores?: string | undefined;
}

/** Runs wrk against a port of 127.0.0.1 and returns what it measured. */
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
    `http://127.0.0.1:${String(options.port)}${options.path}`,
  ];
  const [command, ...args] = options.cores === undefined ? wrk : ["taskset", "-c", options.cores, ...wrk];
  const { stdout } = await run(command!, args);
  return parse(stdout);
}

/** Reads wrk's output. */
export function parse(stdout: string): LoadResult {
  return {
    requests: Number(capture(stdout, /(\d+) requests in/)),
    requestsPerSecond: Number(capture(stdout, /Requests\/sec:\s+([\d.]+)/)),
    p50Ms: milliseconds(capture(stdout, /\n\s+50%\s+(\S+)/)),
    p99Ms: milliseconds(capture(stdout, /\n\s+99%\s+(\S+)/)),
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
    broken: [.../(?:connect|read|write|timeout) (\d+)/g[Symbol.matchAll](stdout)].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    ),
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
