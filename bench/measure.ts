import { cluster } from "../tests/support/envoy-config.ts";
import { Gateway } from "./gateway.ts";
import { load, type LoadResult } from "./load.ts";
import { coresFor, cpuSeconds, pin, rssMiB } from "./processes.ts";
import { membersOf, type GatewaySpec, type Group, type Scenario } from "./scenario.ts";
import { median } from "./statistics.ts";
import type { Upstream } from "./upstream.ts";

export interface Settings {
  rounds: number;
  /** Of load for each measurement. */
  seconds: number;
  /** Of the load generator, for each worker. */
  connections: number;
}

/** Starts of each Envoy, to see how long it takes; the last one is measured. */
const STARTS = 3;

/** How often all Envoys are started anew: one may be quicker than another of the same configuration, for as long as it runs. */
const PASSES = 3;

/** One measurement. */
export interface Round extends LoadResult {
  /** Processor time that Envoy took for a request. */
  cpuUs: number;
  /** How much of a core Envoy was busy. */
  envoyBusy: number;
  /** How much of a core API and backend were busy. */
  upstreamBusy: number;
}

/** A running Envoy and its memory. */
export interface Running {
  gateway: Gateway;
  /** From the start to the answer of the first request: the median of a few starts. */
  readySeconds: number;
  rssIdleMiB: number;
  rssAfterMiB: number;
}

/** All measurements of a group: by scenario, a round each. */
export interface MeasuredGroup {
  group: Group;
  rounds: Map<Scenario, Round[]>;
}

export interface Measurements {
  groups: MeasuredGroup[];
  running: Map<GatewaySpec, Running>;
}

/**
 * Starts an Envoy for each gateway, checks that each does its work, and measures, in a few passes with Envoys of their own. A
 * round goes through all groups in turn, and through the scenarios of each, baselines first. `use` gets the outcome while the
 * Envoys of the last pass still run.
 */
export async function measureGroups(
  groups: readonly Group[],
  upstream: Upstream,
  settings: Settings,
  use: (measurements: Measurements) => void,
): Promise<void> {
  const measured = groups.map((group) => ({
    group,
    rounds: new Map(membersOf(group).map((one) => [one, [] as Round[]])),
  }));
  const passes = Math.min(PASSES, settings.rounds);
  for (let pass = 0; pass < passes; pass++) {
    const rounds = Math.floor((settings.rounds * (pass + 1)) / passes) - Math.floor((settings.rounds * pass) / passes);
    const isLast = pass === passes - 1;
    await measurePass(measured, upstream, { ...settings, rounds }, isLast ? STARTS : 1, (running) => {
      if (isLast) use({ groups: measured, running });
    });
  }
  process.stderr.write("\n");
}

/** Measures some rounds with Envoys of their own. `use` is called while these still run. */
async function measurePass(
  measured: readonly MeasuredGroup[],
  upstream: Upstream,
  settings: Settings,
  starts: number,
  use: (running: Map<GatewaySpec, Running>) => void,
): Promise<void> {
  const running = new Map<GatewaySpec, Running>();
  try {
    const scenarios = [...new Set(measured.flatMap(({ group }) => membersOf(group)))];
    for (const scenario of scenarios) await start(scenario, upstream, running, starts);
    for (const one of running.values()) one.rssIdleMiB = rssMiB(one.gateway.pid);
    for (const scenario of scenarios) await warmUp(scenario, running.get(scenario.gateway)!.gateway, settings);
    for (let round = 0; round < settings.rounds; round++) {
      for (const { rounds } of measured) {
        for (const [scenario, results] of rounds) {
          results.push(await measure(scenario, running.get(scenario.gateway)!.gateway, upstream, settings));
          process.stderr.write(".");
        }
      }
    }
    for (const one of running.values()) one.rssAfterMiB = rssMiB(one.gateway.pid);
    use(running);
  } finally {
    for (const { gateway } of running.values()) await gateway.stop();
  }
}

async function start(
  { name, gateway: spec }: Scenario,
  upstream: Upstream,
  running: Map<GatewaySpec, Running>,
  starts: number,
): Promise<void> {
  if (running.has(spec)) return;
  const clusters = [cluster("api", upstream.port), cluster("backend", upstream.port), ...(spec.clusters ?? [])];
  const readySeconds: number[] = [];
  for (;;) {
    const gateway = await Gateway.start({ filters: spec.filters, clusters, workers: spec.workers }).catch(
      (error: unknown) => {
        throw new Error(`"${name}" does not start: ${(error as Error).message}`, { cause: error });
      },
    );
    readySeconds.push(gateway.readySeconds);
    if (readySeconds.length === starts) {
      pin(gateway.pid, coresFor(spec.workers).measured);
      running.set(spec, {
        gateway,
        readySeconds: median(readySeconds),
        rssIdleMiB: Number.NaN,
        rssAfterMiB: Number.NaN,
      });
      break;
    }
    await gateway.stop();
  }
  if (starts > 1) process.stderr.write(`${name} is ready after ${median(readySeconds).toFixed(2)} s\n`);
}

/** A second of load. Fails where answers, or the calls made for them, are not those of the scenario. */
async function warmUp(scenario: Scenario, gateway: Gateway, settings: Settings): Promise<void> {
  const { calls } = scenario.request;
  const backend = "cluster.backend.upstream_rq_total";
  const before = await gateway.stat(backend);
  const { requests } = await checkedLoad(scenario, gateway, { ...settings, seconds: 1 });
  const made = (await gateway.stat(backend)) - before;
  // What is under way when the load ends is not among the requests.
  const surplus = 2 * settings.connections * scenario.gateway.workers;
  if (requests === 0 || made < calls * requests || made > calls * (requests + surplus)) {
    throw new Error(`"${scenario.name}" made ${String(made)} calls for ${String(requests)} requests`);
  }
}

async function measure(scenario: Scenario, gateway: Gateway, upstream: Upstream, settings: Settings): Promise<Round> {
  pin(upstream.pid, coresFor(scenario.gateway.workers).other);
  const usage = () => ({ envoy: cpuSeconds(gateway.pid), upstream: cpuSeconds(upstream.pid) });
  const before = usage();
  const result = await checkedLoad(scenario, gateway, settings);
  const after = usage();
  return {
    ...result,
    cpuUs: ((after.envoy - before.envoy) / result.requests) * 1e6,
    envoyBusy: (after.envoy - before.envoy) / settings.seconds,
    upstreamBusy: (after.upstream - before.upstream) / settings.seconds,
  };
}

async function checkedLoad(
  { name, request, gateway: spec }: Scenario,
  gateway: Gateway,
  settings: Settings,
): Promise<LoadResult> {
  const result = await load({
    ...request,
    port: gateway.port,
    connections: settings.connections * spec.workers,
    seconds: settings.seconds,
    cores: coresFor(spec.workers).other,
  });
  const isRefusal = (request.status ?? 200) >= 400;
  const wrong = isRefusal ? result.requests - result.refused : result.refused;
  if (wrong + result.broken > 0) {
    throw new Error(`"${name}": ${String(wrong)} wrong answers and ${String(result.broken)} broken requests`);
  }
  return result;
}
