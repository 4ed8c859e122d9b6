import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Which cores what runs on, as taskset has them; undefined: any. */
export interface Cores {
  /** The Envoy that is measured. */
  measured?: string | undefined;
  /** Load generator, API and backend. */
  other?: string | undefined;
}

/**
 * One core for an Envoy with one worker and another for everything else, as far as there are two. With more workers each has
 * a core of its own where two more are left, else nothing is pinned.
 */
export function coresFor(workers: number, available = cpus().length): Cores {
  if (workers === 1) return available > 1 ? { measured: "0", other: "1" } : {};
  if (available < workers + 2) return {};
  return { measured: `0-${String(workers - 1)}`, other: `${String(workers)}-${String(workers + 1)}` };
}

/** Moves all threads of a process to some cores. */
export function pin(pid: number, cores: string | undefined): void {
  const all = `0-${String(cpus().length - 1)}`;
  execFileSync("taskset", ["-apc", cores ?? all, String(pid)], { stdio: "ignore" });
}

/** Processor time that all threads of a process have taken, in seconds. */
export function cpuSeconds(pid: number): number {
  const tasks = `/proc/${String(pid)}/task`;
  let nanoseconds = 0;
  for (const task of readdirSync(tasks)) {
    nanoseconds += Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
  }
  return nanoseconds / 1e9;
}

/** Memory of a process that is resident, in MiB. */
export function rssMiB(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
