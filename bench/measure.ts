import { measureFootprints, type Footprint } from "./footprint.ts";
import { Gateway } from "./gateway.ts";
import type { LoadResult } from "./load.ts";
import { coresFor, cpuSeconds, pin } from "./processes.ts";
import { membersOf, type GatewaySpec, type Group, type Scenario } from "./scenario.ts";
import { shuffled } from "./statistics.ts";
import { checkedLoad, clustersOf } from "./target.ts";
import type { Upstream } from "./upstream.ts";

export interface Settings {
  /**
   * Many short ones: a machine that others share is quick for a second and slow for the next, so ratios are taken between
   * what was measured within a second, and the median of many counts.
   */
  rounds: number;
  /** In each round, for each scenario. */
  requests: number;
  /** Of the load generator, for each worker. */
  connections: number;
}

/** How often the Envoys are started anew: where a process happens to lie in memory makes it quicker or slower for good. */
const PASSES = 5;

const WARM_UP_REQUESTS = 5000;

/** What one scenario came to in one round. */
export interface Round extends LoadResult {
  /** Processor time that Envoy took for a request. */
  cpuUs: number;
  /** How much of a core Envoy was busy. */
  envoyBusy: number;
  /** How much of a core API and backend were busy. */
  upstreamBusy: number;
}

/** All measurements of a group: by scenario, a round each. */
export interface MeasuredGroup {
  group: Group;
  rounds: Map<Scenario, Round[]>;
}

export interface Measurements {
  groups: MeasuredGroup[];
  footprints: Map<GatewaySpec, Footprint>;
}

/** Where scenarios are measured: an Envoy with a listener for each of its gateways. */
interface Bed {
  gateway: Gateway;
  ports: Map<GatewaySpec, number>;
}

/**
 * Measures memory with an Envoy for each gateway, then load with one Envoy for all gateways of as many workers, so that what
 * makes one process quicker than the next falls on all of them. A round goes through all groups in turn, through the scenarios
 * of each in an order that is drawn anew.
 */
export async function measureGroups(
  groups: readonly Group[],
  upstream: Upstream,
  settings: Settings,
): Promise<Measurements> {
  const measured = groups.map((group) => ({
    group,
    rounds: new Map(membersOf(group).map((one) => [one, [] as Round[]])),
  }));
  const scenarios = [...new Set(groups.flatMap(membersOf))];
  const footprints = await measureFootprints(scenarios, upstream, settings.connections);
  const passes = Math.min(PASSES, settings.rounds);
  for (let pass = 0; pass < passes; pass++) {
    const rounds = Math.floor((settings.rounds * (pass + 1)) / passes) - Math.floor((settings.rounds * pass) / passes);
    await measurePass(measured, upstream, { ...settings, rounds });
  }
  process.stderr.write("\n");
  return { groups: measured, footprints };
}

/** Measures some rounds with Envoys of their own. */
async function measurePass(measured: readonly MeasuredGroup[], upstream: Upstream, settings: Settings): Promise<void> {
  const beds = new Map<number, Bed>();
  const bedOf = ({ gateway: { workers } }: Scenario) => beds.get(workers)!;
  try {
    const scenarios = [...new Set(measured.flatMap(({ group }) => membersOf(group)))];
    for (const workers of new Set(scenarios.map(({ gateway }) => gateway.workers))) {
      const own = scenarios.filter(({ gateway }) => gateway.workers === workers);
      beds.set(workers, await startBed(own, workers, upstream));
    }
    for (const scenario of scenarios) await warmUp(scenario, bedOf(scenario), settings.connections);
    for (let round = 0; round < settings.rounds; round++) {
      for (const { group, rounds } of measured) {
        pin(upstream.pid, coresFor(group.noFilter.gateway.workers).other);
        for (const scenario of shuffled([...rounds.keys()])) {
          rounds.get(scenario)!.push(await measure(scenario, bedOf(scenario), upstream, settings));
        }
      }
      process.stderr.write(".");
    }
  } finally {
    for (const { gateway } of beds.values()) await gateway.stop();
  }
}

async function startBed(scenarios: readonly Scenario[], workers: number, upstream: Upstream): Promise<Bed> {
  const specs = [...new Set(scenarios.map(({ gateway }) => gateway))];
  const listeners = specs.map(({ filters }) => filters);
  const gateway = await Gateway.start({ listeners, clusters: clustersOf(scenarios, upstream), workers });
  pin(gateway.pid, coresFor(workers).measured);
  return { gateway, ports: new Map(specs.map((spec, i) => [spec, gateway.ports[i]!])) };
}

/** Fails where answers, or the calls made for them, are not those of the scenario. */
async function warmUp(scenario: Scenario, { gateway, ports }: Bed, connections: number): Promise<void> {
  const { calls } = scenario.request;
  const backend = "cluster.backend.upstream_rq_total";
  const before = await gateway.stat(backend);
  const { requests } = await checkedLoad(scenario, ports.get(scenario.gateway)!, WARM_UP_REQUESTS, connections);
  const made = (await gateway.stat(backend)) - before;
  if (made !== calls * requests) {
    throw new Error(`"${scenario.name}" made ${String(made)} calls for ${String(requests)} requests`);
  }
}

async function measure(
  scenario: Scenario,
  { gateway, ports }: Bed,
  upstream: Upstream,
  { requests, connections }: Settings,
): Promise<Round> {
  const usage = () => ({ envoy: cpuSeconds(gateway.pid), upstream: cpuSeconds(upstream.pid) });
  const before = usage();
  const result = await checkedLoad(scenario, ports.get(scenario.gateway)!, requests, connections);
  const after = usage();
  const envoySeconds = after.envoy - before.envoy;
  return {
    ...result,
    cpuUs: (envoySeconds / result.requests) * 1e6,
    envoyBusy: envoySeconds / result.seconds,
    upstreamBusy: (after.upstream - before.upstream) / result.seconds,
  };
}
