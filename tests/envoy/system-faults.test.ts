import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { FAULTS, slow, type Fault } from "../support/admin-faults.ts";
import { poll } from "../support/poll.ts";
import { ADMIN_TOKEN, systemConfiguration } from "../support/system-config.ts";
import { SystemGateway } from "../support/system-gateway.ts";

const TTL_S = 1;
const SPREAD_MS = 1.1 * TTL_S * 1_000 + 2_000;
const HEALTHY = "1000";

/** What becomes of a service: the log's reason, none where the answer is right in spite of all. */
const REASONS: Record<string, RegExp | undefined> = {
  hang: /answered with status 504/,
  reset: /answered with status 503/,
  "internal error": /answered with status 500/,
  redirect: /answered with status 302/,
  "empty body": /is no proxy configuration/,
  garbage: /is no proxy configuration/,
  "cut JSON": /is no proxy configuration/,
  "cut body": /gave no answer, or none that is whole/,
  huge: /gave no answer, or none that is whole|answered with status 504/,
  deep: /is no proxy configuration: .*128 levels/,
  slow: /gave no answer, or none that is whole/,
  "slow, but in time": undefined,
};
const ALL: Record<string, Fault> = { ...FAULTS, "slow, but in time": slow({ pieceBytes: 8_192, everyMs: 20 }) };
const SERVICES = Object.keys(ALL).map((name, index) => ({ name, id: String(1001 + index) }));

const hostOf = (id: string) => `api-${id}.test`;
const rulesWith = (...paths: string[]) => paths.map((pattern) => ({ method: "GET", pattern, metric: "hits" }));

describe("an admin API that fails one service each way", () => {
  let gateway: SystemGateway;

  before(async () => {
    gateway = await SystemGateway.start({
      configuration: systemConfiguration([HEALTHY, ...SERVICES.map(({ id }) => id)], {
        system: { ttl: TTL_S },
        upstream: { timeout: 600 },
      }),
      prepare: publishAll("/old$"),
    });
    for (const { id } of SERVICES) await waitFor(id, "/old", 200);
  });
  after(() => gateway.stop());

  const publishAll = (...paths: string[]) => {
    return (admin: SystemGateway["admin"]) => {
      for (const id of [HEALTHY, ...SERVICES.map((service) => service.id)]) {
        admin.publish({ id, hosts: [hostOf(id)], rules: rulesWith(...paths) });
      }
    };
  };
  const ask = (id: string, path: string) => ({ host: hostOf(id), path: `${path}?user_key=a` });
  const waitFor = (id: string, path: string, wanted: number) =>
    gateway.waitForWorkers(ask(id, path), ({ status }) => status === wanted, { timeoutMs: SPREAD_MS + 2_000 });
  const statuses = async (id: string, path: string) =>
    (await gateway.requestAll(ask(id, path))).map(({ status }) => status);
  const reasons = (id: string) =>
    gateway.envoy.log().match(new RegExp(`service "${id}" could not be fetched: .*`, "g")) ?? [];

  function assertWell(): void {
    const log = gateway.envoy.log();
    assert.equal(gateway.envoy.isRunning, true);
    assert.equal(/proxy_on_\w+ failed|unreachable executed|abort\(|\[critical\]/.test(log), false);
    assert.equal(log.includes(ADMIN_TOKEN), false);
    assert.equal(log.includes("service-token"), false);
  }

  it("knows every fault there is", () => {
    assert.deepEqual(Object.keys(REASONS).sort(), Object.keys(ALL).sort());
  });

  it("has every service serve its last good configuration, while the others go on", async () => {
    const { admin } = gateway;
    for (const { name, id } of SERVICES) admin.fail(ALL[name]!, id);
    publishAll("/old$", "/new$")(admin);
    admin.take();
    await waitFor(HEALTHY, "/new", 200);
    for (const { id } of SERVICES) await admin.waitForFetches(2, id);
    await poll("each fault to be told", () =>
      SERVICES.every(({ name, id }) => REASONS[name] === undefined || reasons(id).length > 0),
    );
    for (const { name, id } of SERVICES) {
      if (REASONS[name] === undefined) {
        await waitFor(id, "/new", 200);
        continue;
      }
      assert.deepEqual(
        [await statuses(id, "/old"), await statuses(id, "/new")],
        [
          [200, 200],
          [404, 404],
        ],
        name,
      );
    }
    assertWell();
  });

  for (const { name, id } of SERVICES) {
    it(`says once what is wrong: ${name}`, () => {
      const reason = REASONS[name];
      const found = reasons(id);
      assert.equal(found.length, reason === undefined ? 0 : 1, found.join("\n"));
      if (reason !== undefined) assert.match(found[0]!, reason);
    });
  }

  it("is told in the metrics", async () => {
    const wanted = 2 * (SERVICES.length - 1);
    const stats = await poll("failures to be counted", async () => {
      const now = await gateway.gateway.outcomes();
      return (now.get("system_fetch_failed") ?? 0) >= wanted && now;
    });
    assert.ok((stats.get("system_fetched") ?? 0) > SERVICES.length);
    assert.ok((stats.get("system_age_seconds") ?? 0) >= 1);
  });

  it("killed: every service serves on, and follows again when it is back", async () => {
    const { admin } = gateway;
    const failed = async () => (await gateway.gateway.outcomes()).get("system_fetch_failed") ?? 0;
    await admin.kill();
    admin.heal();
    const before = await failed();
    await poll("fetches of all to fail", async () => (await failed()) >= before + 2 * SERVICES.length);
    for (const { name, id } of SERVICES) assert.deepEqual(await statuses(id, "/old"), [200, 200], name);
    const unknown = await gateway.requestAll({ host: "unknown.test", path: "/?user_key=a" });
    assert.deepEqual(
      unknown.map(({ status }) => status),
      [403, 403],
    );
    publishAll("/old$", "/newer$")(admin);
    await admin.revive();
    const revivedAt = performance.now();
    for (const { id } of SERVICES) await waitFor(id, "/newer", 200);
    assert.ok(performance.now() - revivedAt <= SPREAD_MS, `${String(performance.now() - revivedAt)} ms`);
    assertWell();
  });

  it("a token that is refused is told with service and host, and without it", async () => {
    const { admin } = gateway;
    admin.revoke(ADMIN_TOKEN);
    const line = `service "${HEALTHY}" could not be fetched: admin.test refuses the access token (403)`;
    await poll("the refusal to be told", () => gateway.envoy.log().includes(line));
    assert.deepEqual(await statuses(HEALTHY, "/newer"), [200, 200]);
    assertWell();
  });
});
