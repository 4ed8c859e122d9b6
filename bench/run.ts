import { readFileSync, writeFileSync } from "node:fs";
import { pluginBytes } from "../tests/support/plugin.ts";
import { chart } from "./chart.ts";
import { reportChanges } from "./compare.ts";
import { compileFloorModules } from "./floor.ts";
import { measureGroups } from "./measure.ts";
import { startTokenFilter } from "./oidc.ts";
import { readOptions, USAGE, type Options } from "./options.ts";
import { report } from "./report.ts";
import { resultsOf, type Results } from "./results.ts";
import { membersOf, type Group, type Scenario } from "./scenario.ts";
import { GROUPS, PEER, scenarioGroups } from "./scenarios.ts";
import { soak } from "./soak.ts";
import { writeTables } from "./tables.ts";
import { requireTools } from "./tools.ts";
import { requestTraffic, type RequestTraffic } from "./traffic.ts";
import { Upstream } from "./upstream.ts";

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

async function main(options: Options): Promise<number> {
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  requireTools();
  // Each Envoy and the upstream are to end with this process.
  process.setMaxListeners(100);
  // Builds the plugin where its sources are newer.
  await pluginBytes();
  if (options.soak !== undefined) return (await soak(options.soak)) ? 0 : 1;
  const before = options.compare === undefined ? undefined : readResults(options.compare);
  const results = await bench(options);
  report(results);
  if (before !== undefined) reportChanges(before, results);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.svg !== undefined) writeFileSync(options.svg, picture(results));
  if (options.tables !== undefined) await writeTables(options.tables, results);
  return 0;
}

async function bench(options: Options): Promise<Results> {
  const floor = await compileFloorModules();
  const upstream = await Upstream.start();
  const tokenFilter = await startTokenFilter();
  try {
    const groups = chosen(scenarioGroups({ floor, tokenFilter, peer: options.peer }), options.only);
    const traffic = await trafficOf(groups);
    const { rounds, requests, connections } = options;
    const settings = { rounds, requests, connections };
    return resultsOf(await measureGroups(groups, upstream, settings), settings, traffic);
  } finally {
    await tokenFilter.close();
    await upstream.stop();
  }
}

/** The groups and scenarios of these names. Fails where there is none of a name. */
function chosen(groups: readonly Group[], only: readonly string[] | undefined): Group[] {
  if (only === undefined) return [...groups];
  const names = new Set([...GROUPS, ...groups.flatMap(membersOf).map(({ name }) => name)]);
  const unknown = only.filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new Error(`no such group or scenario: ${unknown.join("; ")}. There are: ${[...names].join("; ")}`);
  }
  return groups
    .map((group) => {
      const isChosen = ({ name }: Scenario) => only.includes(name) || only.includes(name.replace(PEER, ""));
      const scenarios = only.includes(group.name) ? group.scenarios : group.scenarios.filter(isChosen);
      return { ...group, scenarios };
    })
    .filter((group) => only.includes(group.name) || group.scenarios.length > 0);
}

async function trafficOf(groups: readonly Group[]): Promise<Map<Scenario, RequestTraffic>> {
  const traffic = new Map<Scenario, RequestTraffic>();
  for (const scenario of new Set(groups.flatMap(membersOf))) {
    const { plugin, request, name } = scenario;
    if (plugin === undefined) continue;
    const counted = await requestTraffic(plugin, request).catch((error: unknown) => {
      // Another module may need of its host what the emulator does not have; it can be measured in Envoy all the same.
      if (!name.startsWith(PEER)) throw error;
      console.error(`not counted in the emulator: ${name}: ${(error as Error).message}`);
    });
    if (counted !== undefined) traffic.set(scenario, counted);
  }
  return traffic;
}

function readResults(path: string): Results {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Results;
  } catch (error) {
    throw new Error(`no figures to compare with in ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function picture({ rows, envoy }: Results): string {
  const bars = rows.map(({ scenario, ofExtAuthz, isBaseline }) => ({ label: scenario, value: ofExtAuthz, isBaseline }));
  return chart(`Requests a second, in shares of ext_authz (Envoy ${envoy})`, bars);
}
