import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { chart } from "../../bench/chart.ts";
import { changes } from "../../bench/compare.ts";
import { BASIC, configuration, OIDC } from "../../bench/configuration.ts";
import { compileFloorModules } from "../../bench/floor.ts";
import { parseLog, parseOutput } from "../../bench/load.ts";
import { COMMITTED_JSON, COMMITTED_TABLES, readOptions } from "../../bench/options.ts";
import { coresFor } from "../../bench/processes.ts";
import type { Results, Row } from "../../bench/results.ts";
import type { Scenario } from "../../bench/scenario.ts";
import { scenarioGroups } from "../../bench/scenarios.ts";
import { soakEmulator } from "../../bench/soak-updates.ts";
import { median, medianRatio, quantile, shuffled } from "../../bench/statistics.ts";
import { writeTables } from "../../bench/tables.ts";
import { requestTraffic } from "../../bench/traffic.ts";
import { Vm } from "../../emulator/index.ts";
import { PLUGIN_PATH } from "../support/envoy-config.ts";
import { pluginBytes } from "../support/plugin.ts";

const ROW: Row = {
  group: "services",
  scenario: "1 x 10",
  isBaseline: false,
  rps: 5000,
  p50Ms: 1,
  p99Ms: 2,
  ofNoFilter: 0.5,
  ofExtAuthz: 0.9,
  ofFixedCall: 0.9,
  ofReadAndCall: 0.95,
  cpuUs: 100,
  cpuOfExtAuthz: 1.1,
  cpuOfFixedCall: 1.1,
  cpuOfReadAndCall: 1.05,
  rssIdleMiB: 80,
  rssAfterMiB: 81,
  readySeconds: 0.3,
  readyOfNoFilter: 2,
  traffic: { hostCalls: 5, entries: 5, bytes: 500 },
};

const results = (...rows: Row[]): Results => ({
  envoy: "1.0.0",
  cores: 2,
  settings: { rounds: 1, requests: 1000, connections: 1 },
  rows,
  busy: { envoy: 1, upstream: 0.1 },
  gain: null,
});

const floor = await compileFloorModules();
await pluginBytes();

suite("the floor modules of the bench", () => {
  const request = { host: "svc0.example.com", path: "/", calls: 0 };

  test("read two headers, and no more", async () => {
    const traffic = await requestTraffic({ path: floor["read-headers"], configuration: "" }, request);
    assert.deepEqual([traffic.hostCalls, traffic.entries], [2, 3]);
  });

  test("make one call, and let the request go on when it is answered", async () => {
    const vm = await Vm.load(await readFile(floor["fixed-call"]));
    const root = vm.createRoot();
    const streams = [root.request(), root.request()];
    assert.deepEqual(
      root.pendingCalls.map(({ cluster, path }) => [cluster, path.startsWith("/transactions/authrep.xml?")]),
      [
        ["backend", true],
        ["backend", true],
      ],
    );
    for (const [i, call] of [...root.pendingCalls].reverse().entries()) {
      call.respond({ status: 200 });
      assert.equal(streams[1 - i]?.outcome.kind, "continued");
    }
    const traffic = await requestTraffic({ path: floor["fixed-call"], configuration: "" }, request);
    assert.deepEqual([traffic.hostCalls, traffic.entries], [3, 2]);
  });

  test("read a request, and let it go on where the answer is 200 only", async () => {
    const vm = await Vm.load(await readFile(floor["read-and-call"]));
    const root = vm.createRoot();
    const streams = [200, 403, 204].map((status) => {
      const stream = root.request();
      root.pendingCalls[0]?.respond({ status });
      return stream;
    });
    assert.deepEqual(
      streams.map(({ outcome }) => outcome.kind),
      ["continued", "local-reply", "local-reply"],
    );
    const traffic = await requestTraffic({ path: floor["read-and-call"], configuration: "" }, request);
    assert.deepEqual([traffic.hostCalls, traffic.entries], [5, 4]);
  });

  test("take every configuration without reading it", async () => {
    const vm = await Vm.load(await readFile(floor["ignore-configuration"]));
    const root = vm.createRoot({ configuration: "no JSON" });
    assert.equal(root.accepted, true);
    assert.deepEqual(vm.stats.traffic.hostCalls, {});
  });
});

suite("the scenarios of the bench", () => {
  const tokenFilter = {
    filter: {},
    clusters: [],
    token: "e30.e30.x",
    metadata: { "envoy.filters.http.jwt_authn": { verified_jwt: { azp: "frank" } } },
    close: () => Promise.resolve(),
  };
  const groups = scenarioGroups({ floor, tokenFilter, peer: "peer.wasm" });
  const all = groups.flatMap(({ scenarios }) => scenarios);
  const isSmall = ({ plugin }: Scenario) => plugin?.path === PLUGIN_PATH && plugin.configuration.length < 1e6;

  for (const { name, plugin, request } of all.filter(isSmall)) {
    test(`makes the calls it says: ${name}`, async () => {
      const vm = await Vm.load(await pluginBytes());
      const traffic = await requestTraffic(plugin!, request);
      assert.ok(traffic.hostCalls >= 5, String(traffic.hostCalls));
      const root = vm.createRoot({ configuration: plugin!.configuration });
      assert.equal(root.accepted, true);
      // Claims are in the metadata; without, there are no credentials.
      const needsClaims = plugin!.metadata !== undefined;
      root.request({ authority: request.host, path: request.path, headers: Object.entries(request.headers ?? {}) });
      assert.equal(root.pendingCalls.length, needsClaims ? 0 : request.calls);
    });
  }

  test("measure another module where ours is measured", () => {
    const ours = all.filter(({ plugin }) => plugin?.path === PLUGIN_PATH).map(({ name }) => `peer: ${name}`);
    const peers = all.filter(({ plugin }) => plugin?.path === "peer.wasm").map(({ name }) => name);
    assert.deepEqual(peers.sort(), ours.filter((name) => !name.includes("4 workers")).sort());
    assert.ok(peers.length > 10);
  });

  test("share an Envoy only where the configuration is the same", () => {
    const of = (name: string) => all.find((one) => one.name === name)!.gateway;
    assert.equal(of("10,000 x 10, last"), of("10,000 x 10, unknown"));
    assert.notEqual(of("1 x 10"), of("10 x 10, last"));
  });
});

suite("the figures of the bench", () => {
  test("are medians, ratios taken within a round", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.ok(Number.isNaN(median([])));
    assert.equal(medianRatio([10, 100, 1], [20, 200, 1]), 0.5);
  });

  test("are read from h2load", () => {
    const stdout = [
      "progress: 100% done",
      "",
      "requests: 400 total, 399 started, 398 done, 387 succeeded, 11 failed, 3 errored, 1 timeout",
      "status codes: 380 2xx, 7 3xx, 5 4xx, 2 5xx",
      "time for request:      103us       920us       430us       105us    78.50%",
    ].join("\n");
    assert.deepEqual(parseOutput(stdout), { requests: 394, refused: 7, broken: 6 });
    assert.throws(() => parseOutput("nothing"), /h2load's output has no/);
    const log = ["1000000\t200\t500", "1000100\t200\t1400", "1000500\t403\t500", ""].join("\n");
    assert.deepEqual(parseLog(log), { seconds: 0.0015, latenciesUs: [500, 1400, 500] });
  });

  test("lie below the one asked for, by share", () => {
    assert.equal(quantile([4, 1, 3, 2], 0.5), 3);
    assert.equal(quantile([1, 4, 2, 3], 1), 4);
    assert.ok(Number.isNaN(quantile([], 0.5)));
  });

  test("are taken in an order that is drawn: each scenario comes first at times", () => {
    const order = ["a", "b", "c"];
    const draws = Array.from({ length: 200 }, () => shuffled(order));
    for (const drawn of draws) assert.deepEqual([...drawn].sort(), order);
    assert.deepEqual([...new Set(draws.map(([first]) => first))].sort(), order);
    assert.deepEqual(order, ["a", "b", "c"]);
  });

  test("are compared where they differ by more than 5 %, and where they carry over to another machine", () => {
    const now = {
      ...ROW,
      rps: 1,
      cpuUs: 1,
      ofExtAuthz: 0.8,
      rssIdleMiB: 83,
      traffic: { ...ROW.traffic!, hostCalls: 6 },
    };
    const found = changes(results(ROW), results(now, { ...ROW, scenario: "new" }));
    assert.deepEqual(
      found.map(({ scenario, figure, before, now: is }) => [scenario, figure, before, is]),
      [
        ["1 x 10", "of ext_authz", 0.9, 0.8],
        ["1 x 10", "host calls", 5, 6],
      ],
    );
    assert.deepEqual(changes(results(ROW), results(ROW)), []);
  });

  test("make a picture, always the same one", () => {
    const bars = [
      { label: "a <b> & c", value: 0.5, isBaseline: false },
      { label: "ext_authz", value: 1, isBaseline: true },
    ];
    const svg = chart("Title", bars);
    assert.equal(svg, chart("Title", bars));
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(svg, />a &lt;b> &amp; c<\/text>/);
    const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map((match) => Number(match[1]));
    assert.equal(widths[0]! * 2, widths[1]);
  });
});

suite("docs/performance.md", () => {
  test("shows the figures of docs/performance.json", async () => {
    const directory = await mkdtemp(join(tmpdir(), "bench-tables-"));
    try {
      const copy = join(directory, "performance.md");
      const text = await readFile(COMMITTED_TABLES, "utf8");
      await writeFile(copy, text);
      await writeTables(copy, JSON.parse(await readFile(COMMITTED_JSON, "utf8")) as Results);
      assert.equal(await readFile(copy, "utf8"), text);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

suite("the bench", () => {
  test("reads its options", () => {
    const { json, svg, rounds, compare, soak } = readOptions([]);
    assert.deepEqual([json, svg], ["docs/performance.json", "docs/performance.svg"]);
    assert.deepEqual([rounds, compare, soak], [200, undefined, undefined]);
    assert.equal(readOptions(["--compare", "--rounds", "3"]).compare, "docs/performance.json");
    assert.equal(readOptions(["--compare", "old.json"]).compare, "old.json");
    assert.equal(readOptions(["--soak"]).soak, 1_000_000);
    assert.equal(readOptions(["--soak", "2000"]).soak, 2000);
    assert.throws(() => readOptions(["--rounds", "0"]), /--rounds must be a whole number from 1 on, not 0/);
    assert.throws(() => readOptions(["--no-such"]), /--no-such/);
  });

  test("overwrites the committed figures by a whole run only", () => {
    for (const args of [["--only", "rules"], ["--peer", "x.wasm"], ["--compare"]]) {
      assert.deepEqual([readOptions(args).json, readOptions(args).svg], [undefined, undefined]);
    }
    assert.equal(readOptions(["--only", "rules", "--json", "x.json"]).json, "x.json");
  });

  test("gives each its core, as far as there are enough", () => {
    assert.deepEqual(coresFor(1, 1), {});
    assert.deepEqual(coresFor(1, 2), { measured: "0", other: "1" });
    assert.deepEqual(coresFor(2, 2), {});
    assert.deepEqual(coresFor(2, 4), { measured: "0-1", other: "2-3" });
    assert.deepEqual(coresFor(4, 6), { measured: "0-3", other: "4-5" });
  });

  test("makes configurations that the plugin takes", async () => {
    const vm = await Vm.load(await pluginBytes());
    for (const config of [configuration(3, 2), configuration(1, 1, OIDC), configuration(1, 1, BASIC)]) {
      assert.equal(vm.createRoot({ configuration: JSON.stringify(config) }).accepted, true);
    }
    assert.deepEqual(
      vm.logs.filter(({ level }) => level === "warn"),
      [],
    );
  });

  test("finds that a VM's memory stays constant over updates", async () => {
    const { holds, measured } = await soakEmulator(200);
    assert.ok(holds, measured);
  });
});
