import { Gateway } from "./gateway.ts";
import { coresFor, pin, rssMiB } from "./processes.ts";
import type { GatewaySpec, Scenario } from "./scenario.ts";
import { median } from "./statistics.ts";
import { checkedLoad, clustersOf } from "./target.ts";
import type { Upstream } from "./upstream.ts";

/** What an Envoy takes that has one listener only. */
export interface Footprint {
  /** From the start to the answer of the first request: the median of a few starts. */
  readySeconds: number;
  rssIdleMiB: number;
  rssAfterMiB: number;
}

/** Starts of each Envoy, to see how long it takes; the last one is measured. */
const STARTS = 3;
const REQUESTS = 20_000;

/** Measures an Envoy of its own for each gateway, one after the other. */
export async function measureFootprints(
  scenarios: readonly Scenario[],
  upstream: Upstream,
  connections: number,
): Promise<Map<GatewaySpec, Footprint>> {
  const footprints = new Map<GatewaySpec, Footprint>();
  for (const scenario of scenarios) {
    if (footprints.has(scenario.gateway)) continue;
    const footprint = await footprintOf(scenario, upstream, connections);
    footprints.set(scenario.gateway, footprint);
    process.stderr.write(`${scenario.name} is ready after ${footprint.readySeconds.toFixed(2)} s\n`);
  }
  return footprints;
}

async function footprintOf(scenario: Scenario, upstream: Upstream, connections: number): Promise<Footprint> {
  const { filters, workers } = scenario.gateway;
  const start = () =>
    Gateway.start({ listeners: [filters], clusters: clustersOf([scenario], upstream), workers }).catch(
      (error: unknown) => {
        throw new Error(`"${scenario.name}" does not start: ${(error as Error).message}`, { cause: error });
      },
    );
  const readySeconds: number[] = [];
  while (readySeconds.length < STARTS - 1) {
    const gateway = await start();
    readySeconds.push(gateway.readySeconds);
    await gateway.stop();
  }
  const gateway = await start();
  try {
    readySeconds.push(gateway.readySeconds);
    pin(gateway.pid, coresFor(workers).measured);
    const rssIdleMiB = rssMiB(gateway.pid);
    await checkedLoad(scenario, gateway.ports[0]!, REQUESTS, connections);
    return { readySeconds: median(readySeconds), rssIdleMiB, rssAfterMiB: rssMiB(gateway.pid) };
  } finally {
    await gateway.stop();
  }
}
