import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cluster, luaFilter } from "../support/envoy-config.ts";
import { configuration as fixedConfiguration } from "../support/gateway.ts";
import { poll } from "../support/poll.ts";
import { freePort } from "../support/ports.ts";
import { ADMIN_TOKEN, systemConfiguration } from "../support/system-config.ts";
import { SystemGateway } from "../support/system-gateway.ts";
import { Load } from "../support/system-load.ts";

const TTL_S = 2;
const WINDOW_MS = 20_000;
const SPREAD_MS = 1.1 * TTL_S * 1_000 + 2_000;
const RATE = 1_250;
const IDS = Array.from({ length: 50 }, (_, index) => String(2001 + index));
const hostOf = (id: string) => `api-${id}.test`;
const ANSWER = 'function envoy_on_request(request) request:respond({[":status"] = "200"}, "") end';

/** The outcomes of the 20 s that all the tests look at. */
interface Run {
  /** Fetches of each service within the window. */
  fetches: Map<string, number>;
  /** From a change to the moment all workers serve it, in ms. */
  spreads: number[];
  load: { answered: number; failures: Record<string, number> };
  swaps: number;
  log: string;
}

describe("50 services with two workers for 20 s", () => {
  let gateway: SystemGateway;
  let run: Run;

  before(async () => {
    const port = await freePort();
    const upstream = { name: "answers", url: "http://backend.test", timeout: 5_000 };
    const configuration = systemConfiguration(IDS, { system: { ttl: TTL_S }, backend: { name: "3scale", upstream } });
    const routes = [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok" } } }];
    gateway = await SystemGateway.start({
      configuration,
      concurrency: 2,
      listeners: {
        load: { configuration, listener: { routes } },
        // Answers AuthRep calls, at no cost to this process.
        answers: { configuration: fixedConfiguration(), before: [luaFilter(ANSWER)], listener: { port } },
      },
      clusters: [cluster("answers", port)],
      // Published before Envoy starts: the first fetch is to find them.
      prepare: (admin) => {
        for (const id of IDS) admin.publish({ id, hosts: [hostOf(id)] });
      },
    });
    run = await measure();
  });
  after(() => gateway.stop());

  async function measure(): Promise<Run> {
    const { admin, envoy } = gateway;
    await admin.waitForFetches(IDS.length);
    const startedAt = admin.fetches[0]!.atMs;
    const untilEnd = () => startedAt + WINDOW_MS - Date.now();
    for (const id of IDS)
      await gateway.waitForWorkers(allowed(id, "/"), ({ status }) => status === 200, { intervalMs: 5 });
    const load = new Load({ port: await envoy.port("load"), rate: RATE, hosts: IDS.map(hostOf), path: "/?user_key=a" });
    let swaps = 0;
    const swapping = setInterval(() => {
      // The last services belong to the changes that are timed.
      const id = IDS[swaps++ % (IDS.length - 10)]!;
      admin.publish({
        id,
        hosts: [hostOf(id), `v${String(swaps)}.${hostOf(id)}`],
        token: `token-${String(swaps)}`,
        rules: rulesWith(`/v${String(swaps)}`),
      });
    }, 50);
    try {
      const spreads: number[] = [];
      for (let id = IDS.length - 1; untilEnd() > SPREAD_MS + 500; id--) spreads.push(await spread(IDS[id]!));
      await poll("the end of the window", () => untilEnd() <= 0, { timeoutMs: WINDOW_MS });
      clearInterval(swapping);
      const within = admin.fetches.filter(({ atMs }) => atMs < startedAt + WINDOW_MS);
      const fetches = new Map(IDS.map((id) => [id, within.filter(({ serviceId }) => serviceId === id).length]));
      await poll("20,000 requests", () => load.answered >= 20_000, { timeoutMs: 10_000 });
      return { fetches, spreads, load: await load.stop(), swaps, log: envoy.log() };
    } finally {
      clearInterval(swapping);
      await load.stop(0);
    }
  }

  const allowed = (id: string, path: string) => ({ host: hostOf(id), path: `${path}?user_key=a` });
  const rulesWith = (pattern: string) => [
    { method: "GET", pattern: "/", metric: "hits" },
    { method: "POST", pattern, metric: `metric${pattern.replace("/", "_")}` },
  ];

  /** Adds a rule, and waits until every worker goes by it. */
  async function spread(id: string): Promise<number> {
    const request = { ...allowed(id, "/new"), method: "POST" };
    for (const { status } of await gateway.requestAll(request)) assert.equal(status, 404);
    gateway.admin.publish({ id, hosts: [hostOf(id)], rules: rulesWith("/new") });
    const at = performance.now();
    await gateway.waitForWorkers(request, ({ status }) => status === 200, { intervalMs: 20 });
    return performance.now() - at;
  }

  it("correction 17: the admin API sees 9 to 11 fetches of each service, not of each worker", (test) => {
    const counts = [...run.fetches.values()];
    test.diagnostic(`fetches of a service: ${String(Math.min(...counts))} to ${String(Math.max(...counts))}`);
    for (const [id, count] of run.fetches) assert.ok(count >= 9 && count <= 11, `${id}: ${String(count)}`);
    assert.deepEqual(gateway.admin.strays, []);
  });

  it("asks with the access token, and for JSON", () => {
    for (const { token, status, headers, method } of gateway.admin.fetches) {
      assert.deepEqual([token, status, method, headers.host], [ADMIN_TOKEN, 200, "GET", "admin.test"]);
      assert.equal(headers.accept, "application/json");
    }
  });

  it("serves a new rule on every worker within 1.1 ttl and 2 s", (test) => {
    const { spreads } = run;
    test.diagnostic(`to all workers, in ms: ${spreads.map((ms) => ms.toFixed(0)).join(", ")}`);
    assert.ok(spreads.length >= 3);
    for (const ms of spreads) assert.ok(ms <= SPREAD_MS, `${ms.toFixed(0)} ms`);
  });

  it("fails no request while versions change, in 20,000 and more", (test) => {
    const { answered, failures } = run.load;
    test.diagnostic(`${String(answered)} requests, ${String(run.swaps)} versions published`);
    assert.deepEqual(failures, {});
    assert.ok(answered >= 20_000, String(answered));
    const versions = run.log.match(/: version \d+ from admin\.test is in force/g) ?? [];
    assert.ok(versions.length >= IDS.length + 100, `${String(versions.length)} versions were put into force`);
  });

  it("logs each version once, not once a worker, and no token", () => {
    const lines = run.log.split("\n").filter((line) => line.includes(" from admin.test is in force"));
    const said = lines.map((line) => line.slice(line.indexOf('service "')));
    const again = new Set(said.filter((text, index) => said.indexOf(text) !== index));
    assert.deepEqual(
      lines.filter((_, index) => again.has(said[index]!)),
      [],
    );
    assert.equal(run.log.includes(ADMIN_TOKEN), false);
    assert.equal(/service-token|token-\d/.test(run.log), false);
    assert.equal(/proxy_on_\w+ failed|unreachable|\[critical\]/.test(run.log), false);
  });

  it("counts fetches, none of them failed, and an age below the ttl and a tenth", async () => {
    const stats = await gateway.gateway.outcomes();
    assert.equal(stats.get("system_fetch_failed"), 0);
    assert.ok((stats.get("system_fetched") ?? 0) >= 450);
    assert.ok((stats.get("system_age_seconds") ?? 99) <= 3);
  });
});
