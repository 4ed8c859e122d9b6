import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { HANG } from "../support/admin-faults.ts";
import { systemConfiguration } from "../support/system-config.ts";
import { SystemGateway } from "../support/system-gateway.ts";

const TTL_S = 1;
const SPREAD_MS = 1.1 * TTL_S * 1_000 + 2_000;
const hostOf = (id: string) => `api-${id}.test`;
const RULES = [{ method: "GET", pattern: "/", metric: "hits" }];

/** What only a fetch could have brought is missed at once: no fetch is answered meanwhile. */
describe("an update of the plugin's configuration", () => {
  let gateway: SystemGateway;

  before(async () => {
    gateway = await SystemGateway.start({
      configuration: configured(["1001"], TTL_S),
      concurrency: 2,
      prepare: (admin) => {
        for (const id of ["1001", "1002"]) admin.publish({ id, hosts: [hostOf(id)], rules: RULES });
      },
    });
    await waitFor("1001", 200);
  });
  after(() => gateway.stop());

  const configured = (ids: readonly string[], ttl: number) => systemConfiguration(ids, { system: { ttl } });
  const ask = (id: string, method = "GET") => ({ method, host: hostOf(id), path: "/?user_key=a" });
  const waitFor = (id: string, wanted: number, method = "GET") =>
    gateway.waitForWorkers(ask(id, method), ({ status }) => status === wanted, { intervalMs: 20 });
  const statuses = async (id: string) => (await gateway.requestAll(ask(id))).map(({ status }) => status);

  it("takes over what was fetched: no request is answered 503, though nothing is fetched", async () => {
    gateway.admin.fail(HANG);
    for (const ttl of [2, 3, 2]) {
      await gateway.configure(configured(["1001"], ttl));
      assert.deepEqual(await statuses("1001"), [200, 200], `ttl ${String(ttl)}`);
    }
    gateway.admin.heal();
  });

  it("lets a service that is new wait for its first fetch, and no other", async () => {
    gateway.admin.fail(HANG);
    await gateway.configure(configured(["1002", "1001"], TTL_S));
    assert.deepEqual(await statuses("1001"), [200, 200]);
    assert.deepEqual(await statuses("1002"), [503, 503]);
    gateway.admin.heal();
    await waitFor("1002", 200);
    assert.deepEqual(await statuses("1001"), [200, 200]);
  });

  it("leaves one poller, and changes are followed as before", async () => {
    const { admin } = gateway;
    admin.publish({
      id: "1001",
      hosts: [hostOf("1001")],
      rules: [...RULES, { method: "POST", pattern: "/", metric: "hits" }],
    });
    const at = performance.now();
    await waitFor("1001", 200, "POST");
    assert.ok(performance.now() - at <= SPREAD_MS, `${String(performance.now() - at)} ms`);
  });

  it("that is refused leaves everything as it was", async () => {
    await assert.rejects(gateway.configure(systemConfiguration([{ id: "1001", environment: "weird" }])), /refused/);
    assert.match(gateway.envoy.log(), /services\[0\]\.environment/);
    assert.deepEqual(await statuses("1001"), [200, 200]);
  });
});
