import { cluster, type EnvoyObject } from "../tests/support/envoy-config.ts";
import { load, type LoadResult } from "./load.ts";
import { coresFor } from "./processes.ts";
import type { Scenario } from "./scenario.ts";
import type { Upstream } from "./upstream.ts";

/** The clusters that some scenarios need in one Envoy. */
export function clustersOf(scenarios: readonly Scenario[], upstream: Upstream): EnvoyObject[] {
  const own = new Set(scenarios.flatMap(({ gateway }) => gateway.clusters ?? []));
  return [cluster("api", upstream.port), cluster("backend", upstream.port), ...own];
}

/** Puts requests of a scenario to a listener. Fails where answers are not those of the scenario. */
export async function checkedLoad(
  { name, request, gateway }: Scenario,
  port: number,
  requests: number,
  connections: number,
): Promise<LoadResult> {
  const result = await load({
    ...request,
    ...{ port, requests },
    connections: connections * gateway.workers,
    cores: coresFor(gateway.workers).other,
  });
  const isRefusal = (request.status ?? 200) >= 400;
  const wrong = isRefusal ? result.requests - result.refused : result.refused;
  if (wrong + result.broken > 0) {
    throw new Error(`"${name}": ${String(wrong)} wrong answers and ${String(result.broken)} broken requests`);
  }
  return result;
}
