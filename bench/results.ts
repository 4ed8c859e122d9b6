import { cpus } from "node:os";
import { ENVOY_VERSION } from "../envoy/install.ts";
import type { MeasuredGroup, Measurements, Round, Settings } from "./measure.ts";
import { membersOf, type Scenario } from "./scenario.ts";
import { median, medianRatio, quantile, rounded } from "./statistics.ts";
import type { RequestTraffic } from "./traffic.ts";

/** The figures of a scenario: medians over the rounds. */
export interface Row {
  group: string;
  scenario: string;
  isBaseline: boolean;
  rps: number;
  p50Ms: number;
  p99Ms: number;
  /** Requests a second, in shares of the group's baselines. */
  ofNoFilter: number;
  ofExtAuthz: number;
  ofFixedCall: number | null;
  ofReadAndCall: number | null;
  /** Envoy's processor time for a request, in µs and in shares of those baselines. */
  cpuUs: number;
  cpuOfExtAuthz: number;
  cpuOfFixedCall: number | null;
  cpuOfReadAndCall: number | null;
  rssIdleMiB: number;
  rssAfterMiB: number;
  readySeconds: number;
  /** To the readiness of the group's Envoy without filter. */
  readyOfNoFilter: number;
  /** For a request, as the emulator counts; null without a module. */
  traffic: RequestTraffic | null;
}

/** Shares of a core. */
export interface Busy {
  envoy: number;
  upstream: number;
}

/** All that a bench measured. */
export interface Results {
  envoy: string;
  cores: number;
  settings: Settings;
  rows: Row[];
  /** Medians over the measurements with one worker. */
  busy: Busy;
  /** What more workers gain, in requests a second of one worker; null: not measured. */
  gain: Record<string, number> | null;
}

/** Puts the measurements into rows; a scenario that is a baseline of several groups comes once. */
export function resultsOf(
  { groups, footprints }: Measurements,
  settings: Settings,
  traffic: ReadonlyMap<Scenario, RequestTraffic>,
): Results {
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (const measured of groups) {
    for (const scenario of membersOf(measured.group)) {
      if (seen.has(scenario.name)) continue;
      seen.add(scenario.name);
      rows.push({
        group: measured.group.name,
        scenario: scenario.name,
        isBaseline: scenario.isBaseline ?? false,
        ...figuresOf(scenario, measured),
        ...envoyOf(scenario, measured, footprints),
        traffic: roundedTraffic(traffic.get(scenario)),
      });
    }
  }
  const single = groups.flatMap(({ rounds }) =>
    [...rounds].filter(([{ gateway }]) => gateway.workers === 1).flatMap(([, results]) => results),
  );
  return {
    envoy: ENVOY_VERSION,
    cores: cpus().length,
    settings,
    rows,
    busy: {
      envoy: rounded(median(single.map(({ envoyBusy }) => envoyBusy)), 2),
      upstream: rounded(median(single.map(({ upstreamBusy }) => upstreamBusy)), 2),
    },
    gain: gainOf(rows),
  };
}

const rateOf = ({ requests, seconds }: Round): number => requests / seconds;

function figuresOf(scenario: Scenario, { group, rounds }: MeasuredGroup) {
  const rates = (one: Scenario) => rounds.get(one)!.map(rateOf);
  const costs = (one: Scenario) => rounds.get(one)!.map(({ cpuUs }) => cpuUs);
  const middle = (of: (round: Round) => number) => median(rounds.get(scenario)!.map(of));
  const latencyMs = (share: number) => middle(({ latenciesUs }) => quantile(latenciesUs, share) / 1000);
  const { noFilter, extAuthz, fixedCall, readAndCall } = group;
  const share = (of: typeof rates, to: Scenario | undefined) =>
    to === undefined ? null : rounded(medianRatio(of(scenario), of(to)), 3);
  return {
    rps: Math.round(middle(rateOf)),
    p50Ms: rounded(latencyMs(0.5), 2),
    p99Ms: rounded(latencyMs(0.99), 2),
    ofNoFilter: share(rates, noFilter)!,
    ofExtAuthz: share(rates, extAuthz)!,
    ofFixedCall: share(rates, fixedCall),
    ofReadAndCall: share(rates, readAndCall),
    cpuUs: rounded(
      middle(({ cpuUs }) => cpuUs),
      1,
    ),
    cpuOfExtAuthz: share(costs, extAuthz)!,
    cpuOfFixedCall: share(costs, fixedCall),
    cpuOfReadAndCall: share(costs, readAndCall),
  };
}

function envoyOf({ gateway }: Scenario, { group }: MeasuredGroup, footprints: Measurements["footprints"]) {
  const own = footprints.get(gateway)!;
  return {
    rssIdleMiB: rounded(own.rssIdleMiB, 1),
    rssAfterMiB: rounded(own.rssAfterMiB, 1),
    readySeconds: rounded(own.readySeconds, 3),
    readyOfNoFilter: rounded(own.readySeconds / footprints.get(group.noFilter.gateway)!.readySeconds, 2),
  };
}

function roundedTraffic(traffic: RequestTraffic | undefined): RequestTraffic | null {
  if (traffic === undefined) return null;
  const { hostCalls, entries, bytes } = traffic;
  return { hostCalls: rounded(hostCalls, 2), entries: rounded(entries, 2), bytes: Math.round(bytes) };
}

/** Measured only where each worker has a core of its own: then there are scenarios with 4 workers. */
function gainOf(rows: readonly Row[]): Record<string, number> | null {
  const rps = (name: string) => rows.find(({ scenario }) => scenario === name)?.rps;
  const [one, two, four] = [rps("1 x 10"), rps("1 x 10, 2 workers"), rps("1 x 10, 4 workers")];
  if (one === undefined || two === undefined || four === undefined) return null;
  return { "2 workers": rounded(two / one, 2), "4 workers": rounded(four / one, 2) };
}
