import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { cluster, listener, type EnvoyObject } from "../tests/support/envoy-config.ts";
import { Envoy } from "../tests/support/envoy.ts";
import { load, requireWrk, type LoadResult } from "./load.ts";
import { BASELINES, SCENARIOS, type Scenario } from "./scenarios.ts";

const USAGE = `npm run bench -- [options]
  --rounds N        rounds; each measures every scenario once (default 3)
  --seconds N       seconds of load for each measurement (default 5)
  --connections N   connections of the load generator (default 16)
  --only NAME;…     scenarios to measure; "no filter" and "ext_authz" always are
  --peer FILE       measure another module that takes the v1 configuration too
  --json FILE       write the figures there`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "16" },
    only: { type: "string" },
    peer: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

interface Measured {
  scenario: Scenario;
  envoy: Envoy;
  rssIdleMiB: number;
  results: Round[];
}

interface Round extends LoadResult {
  /** Processor time that Envoy took for a request. */
  cpuUs: number;
}

if (values.help) console.log(USAGE);
else await main();

async function main(): Promise<void> {
  requireWrk();
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  const connections = Number(values.connections);
  const peer = values.peer === undefined ? undefined : resolve(values.peer);
  // One core for the Envoy that is measured, one for everything else, as far as there are two.
  const cores = cpus().length > 1 ? { measured: 0, other: 1 } : undefined;

  const upstream = await Envoy.start({ listeners: [direct("upstream")], clusters: [], logLevel: "error" });
  const measured: Measured[] = [];
  try {
    pin(upstream, cores?.other);
    const port = await upstream.port("upstream");
    const clusters = [cluster("api", port), cluster("backend", port)];
    for (const scenario of chosen(peer)) {
      const envoy = await Envoy.start({
        listeners: [listener("bench", scenario.filters())],
        clusters,
        logLevel: "error",
      });
      measured.push({ scenario, envoy, rssIdleMiB: 0, results: [] });
      if (!(await envoy.listenerActive("bench"))) {
        throw new Error(`the configuration of "${scenario.name}" is refused:\n${envoy.log()}`);
      }
      pin(envoy, cores?.measured);
    }
    for (const each of measured) {
      each.rssIdleMiB = rssMiB(each.envoy);
      await measure(each, 1, connections, cores?.other);
    }
    for (let round = 0; round < rounds; round++) {
      for (const each of measured) {
        each.results.push(await measure(each, seconds, connections, cores?.other));
        process.stderr.write(".");
      }
    }
    process.stderr.write("\n");
    report(measured, { rounds, seconds, connections });
  } finally {
    for (const { envoy } of measured) await envoy.stop();
    await upstream.stop();
  }
}

function chosen(peer: string | undefined): readonly Scenario[] {
  const names = values.only?.split(";").map((name) => name.trim());
  const ours = SCENARIOS.filter(({ name }) => names?.includes(name) ?? true);
  const theirs = peer === undefined ? [] : ours.map((each) => withPlugin(each, peer));
  return [...BASELINES, ...ours, ...theirs];
}

/** The same with another module. */
function withPlugin(scenario: Scenario, path: string): Scenario {
  return { ...scenario, name: `peer: ${scenario.name}`, filters: () => scenario.filters(path) };
}

async function measure(each: Measured, seconds: number, connections: number, core?: number): Promise<Round> {
  const port = await each.envoy.port("bench");
  const { host, path, headers } = each.scenario;
  const before = cpuSeconds(each.envoy);
  const result = await load({
    url: `http://127.0.0.1:${String(port)}${path}`,
    host,
    headers,
    connections,
    seconds,
    core,
  });
  const requests = result.requestsPerSecond * seconds;
  return { ...result, cpuUs: ((cpuSeconds(each.envoy) - before) / requests) * 1e6 };
}

/** A listener that answers every request itself: the API and the backend of the measurement. */
function direct(name: string): EnvoyObject & { name: string } {
  const routes = [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok\n" } } }];
  return listener(name, [], { routes });
}

function pin(envoy: Envoy, core: number | undefined): void {
  if (core !== undefined) execFileSync("taskset", ["-apc", String(core), String(envoy.pid)], { stdio: "ignore" });
}

/** User and system time of all threads, in ticks of a hundredth of a second. */
function cpuSeconds(envoy: Envoy): number {
  const stat = readFileSync(`/proc/${String(envoy.pid)}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function rssMiB(envoy: Envoy): number {
  const status = readFileSync(`/proc/${String(envoy.pid)}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
}

/** The middle one of several figures. */
function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function report(measured: readonly Measured[], settings: Record<string, number>): void {
  const baseline = (name: string) => measured.find(({ scenario }) => scenario.name === name)!;
  // Ratios are taken within a round, so that what else the machine does falls on both sides alike.
  const ratio = (each: Measured, to: Measured) =>
    median(each.results.map((result, i) => result.requestsPerSecond / to.results[i]!.requestsPerSecond));
  const rows = measured.map((each) => ({
    scenario: each.scenario.name,
    rps: Math.round(median(each.results.map((r) => r.requestsPerSecond))),
    ofNoFilter: Number(ratio(each, baseline("no filter")).toFixed(2)),
    ofExtAuthz: Number(ratio(each, baseline("ext_authz")).toFixed(2)),
    cpuUs: Math.round(median(each.results.map((r) => r.cpuUs))),
    p50Ms: median(each.results.map((r) => r.p50Ms)),
    p99Ms: median(each.results.map((r) => r.p99Ms)),
    failures: each.results.reduce((sum, r) => sum + r.failures, 0),
    rssIdleMiB: each.rssIdleMiB,
    rssAfterMiB: rssMiB(each.envoy),
  }));
  console.table(rows);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ settings, rows }, null, 2)}\n`);
}
