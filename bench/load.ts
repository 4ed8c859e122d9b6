import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A run that takes longer hangs. */
const MOST_MS = 120_000;

/** What a load generator measured of one run. */
export interface LoadResult {
  /** Those that were answered. */
  requests: number;
  /** From the first request to the last answer; connecting is not counted. */
  seconds: number;
  /** Of each request, from its first byte to the last one of its answer. */
  latenciesUs: number[];
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
  /** How many requests to make, spread over the connections. */
  requests: number;
  /** The cores to run on, as taskset has them; undefined: any. */
  cores?: string | undefined;
}

let directory: string | undefined;

/** Where h2load writes what it has to say of each request. */
function logPath(): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), "bench-load-"));
    process.on("exit", () => {
      rmSync(made, { recursive: true, force: true });
    });
    directory = made;
  }
  return join(directory, "requests.log");
}

/** Runs h2load with HTTP/1.1 against a port of 127.0.0.1 and returns what it measured. To be run one at a time. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const h2load = [
    "h2load",
    ...["--h1", "-t1", `-c${String(options.connections)}`, `-n${String(options.requests)}`],
    `--log-file=${logPath()}`,
    `--connect-to=127.0.0.1:${String(options.port)}`,
    ...Object.entries(options.headers ?? {}).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
    `http://${options.host}${options.path}`,
  ];
  const [command, ...args] = options.cores === undefined ? h2load : ["taskset", "-c", options.cores, ...h2load];
  // It appends to the log of the run before.
  rmSync(logPath(), { force: true });
  const { stdout } = await run(command!, args, { timeout: MOST_MS });
  return { ...parseOutput(stdout), ...parseLog(readFileSync(logPath(), "utf8")) };
}

/** Reads h2load's output: how requests fared. */
export function parseOutput(stdout: string): Pick<LoadResult, "requests" | "refused" | "broken"> {
  const [, total, done] = capture(stdout, /requests: (\d+) total, \d+ started, (\d+) done,/);
  const [, clientErrors, serverErrors] = capture(stdout, /status codes: .* (\d+) 4xx, (\d+) 5xx/);
  const [, errored, timedOut] = capture(stdout, / (\d+) errored, (\d+) timeout/);
  const withoutAnswer = Number(errored) + Number(timedOut);
  return {
    requests: Number(done) - withoutAnswer,
    refused: Number(clientErrors) + Number(serverErrors),
    broken: withoutAnswer + Number(total) - Number(done),
  };
}

/** Reads h2load's log: of each request its start in µs, its status, and how long it took in µs, separated by tabs. */
export function parseLog(log: string): Pick<LoadResult, "seconds" | "latenciesUs"> {
  let [start, end] = [Infinity, 0];
  const latenciesUs = log
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [at, , duration] = line.split("\t").map(Number) as [number, number, number];
      start = Math.min(start, at);
      end = Math.max(end, at + duration);
      return duration;
    });
  return { seconds: (end - start) / 1e6, latenciesUs };
}

function capture(text: string, pattern: RegExp): RegExpExecArray {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`h2load's output has no ${String(pattern)}:\n${text}`);
  return match;
}
