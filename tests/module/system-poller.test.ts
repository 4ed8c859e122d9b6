import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ask,
  askAll,
  assertSound,
  fetchers,
  logLines,
  poller,
  systemMetric,
  UNAVAILABLE,
  UNKNOWN_SERVICE,
} from "../support/system-asks.ts";
import { systemConfiguration } from "../support/system-config.ts";
import { startEmulatedSystem, type EmulatedSystem } from "../support/system-emulator.ts";

const TTL_MS = 10_000;
const LEASE_MS = 3_000;
const TICK_MS = 500;
/** A change is in force everywhere by then. */
const SPREAD_MS = 1.1 * TTL_MS + 2_000;

function start(
  options: Partial<Parameters<typeof startEmulatedSystem>[0]> = {},
  ids = ["1001"],
): Promise<EmulatedSystem> {
  return startEmulatedSystem({
    configuration: systemConfiguration(ids, { system: { ttl: TTL_MS / 1000 } }),
    concurrency: 4,
    staggerMs: 13,
    prepare: (admin) => {
      for (const id of ids) admin.publish({ id, hosts: [id === "1001" ? "api.test" : `h${id}.test`], otherRules: 0 });
    },
    ...options,
  });
}

const served = (metric = "hits") => `service_id=1001&service_token=service-token-1001&user_key=a&usage[${metric}]=1`;
const publishNew = ({ admin }: EmulatedSystem, metric: string) =>
  admin.publish({ id: "1001", hosts: ["api.test"], rules: [{ method: "GET", pattern: "/", metric }], otherRules: 0 });

/** How long it takes until all workers serve a new rule, in ms. */
function spread(system: EmulatedSystem, metric: string): number {
  publishNew(system, metric);
  const all = system.envoy.workers.map(() => served(metric));
  for (let ms = 0; ms <= 2 * SPREAD_MS; ms += 100) {
    if (String(askAll(system)) === String(all)) return ms;
    system.envoy.advance(100);
  }
  assert.fail(`after ${String(2 * SPREAD_MS)} ms: ${askAll(system).join("; ")}`);
}

const configured = (ids: readonly string[], ttl = TTL_MS / 1000) => ({
  configuration: JSON.stringify(systemConfiguration(ids, { system: { ttl } })),
});

describe("one VM of an Envoy fetches", () => {
  it("and always the same one, while it is well", async () => {
    const system = await start();
    system.envoy.advance(10 * TTL_MS);
    assert.equal(fetchers(system).length, 1);
    assert.ok(system.admin.count() >= 9 && system.admin.count() <= 11);
    assert.ok(spread(system, "new") <= SPREAD_MS);
    assertSound(system);
  });

  it("and not the one that tries a configuration", async () => {
    const system = await start({ concurrency: 1, staggerMs: 0 });
    assert.equal(system.admin.count(), 0);
    system.envoy.advance(100);
    assert.equal(await system.envoy.update(configured(["1001", "1002"])), true);
    system.envoy.advance(100);
    assert.equal(fetchers(system).includes("trial"), false);
    assert.equal(system.envoy.trial?.failure, undefined);
  });

  it("and another in its place, when it is lost, again and again", async () => {
    const system = await start();
    const { envoy, admin } = system;
    envoy.advance(500);
    const all = new Set<string>();
    for (let round = 0; envoy.workers.length > 1; round++) {
      const lost = poller(system);
      all.add(lost.name);
      envoy.lose(lost);
      admin.take();
      const took = spread(system, `new_${String(round)}`);
      assert.ok(took <= SPREAD_MS, `${lost.name}: ${String(took)} ms`);
      assert.equal(fetchers(system).length, 1);
      // What was fetched before counts: nobody begins at once.
      assert.ok(admin.count() <= 2, String(admin.count()));
    }
    assert.ok(all.size >= 3);
    assert.equal(logLines(system, "error").length, 0);
    assertSound(system);
  });

  it("and another in its place, when it is lost while its fetches are out", async () => {
    const system = await start(
      { staggerMs: 0 },
      Array.from({ length: 20 }, (_, index) => String(1001 + index)),
    );
    const { envoy, admin } = system;
    admin.fail("later");
    envoy.advance(50);
    assert.equal(envoy.pendingCalls.length, 8);
    admin.heal();
    envoy.lose(poller(system));
    envoy.advance(LEASE_MS + TICK_MS);
    assert.deepEqual(
      askAll(system),
      envoy.workers.map(() => served()),
    );
    assert.equal(fetchers(system).length, 2);
  });

  it("and is not replaced while it is well: another looks just as it renews its lease", async () => {
    const system = await start({ concurrency: 1, staggerMs: 0 });
    const { envoy, admin } = system;
    envoy.advance(500);
    const first = poller(system);
    const other = envoy.threads.find((thread) => thread !== first)!;
    admin.take();
    for (let round = 0; round < 20; round++) {
      // Lets the lease come to where it is renewed at the next look.
      for (let i = 0; i < 3; i++) {
        envoy.clock.adjust(400);
        if (i < 2) other.root.runTick();
      }
      envoy.sharedData.onAccess = ({ operation, key }) => {
        if (operation !== "get" || !Buffer.from(key).toString().endsWith("/lease")) return;
        envoy.sharedData.onAccess = () => undefined;
        envoy.clock.adjust(3);
        first.root.runTick();
      };
      other.root.runTick();
      envoy.sharedData.onAccess = () => undefined;
    }
    assert.ok(admin.count() >= 2);
    assert.deepEqual(fetchers(system), [first.name]);
  });

  it("and what comes late to one that was replaced changes nothing", async () => {
    const system = await start({ concurrency: 1, staggerMs: 0 });
    const { envoy, admin } = system;
    envoy.advance(500);
    const first = poller(system);
    const other = envoy.threads.find((thread) => thread !== first)!;
    admin.take();
    let late = "";
    admin.fail((document) => {
      late = document;
      return "later";
    });
    envoy.clock.adjust(1.2 * TTL_MS);
    first.root.runTick();
    const { call } = admin.fetches[0]!;
    admin.heal();
    publishNew(system, "new");
    // Its thread stands still for longer than its lease; the other one takes over.
    envoy.clock.adjust(LEASE_MS + TICK_MS);
    other.root.runTick();
    assert.deepEqual(fetchers(system), [first.name, other.name]);
    first.root.runTick();
    call.respond({ status: 200, body: late });
    assert.deepEqual(askAll(system), [served("new")]);
    other.root.runTick();
    assert.deepEqual(askAll(system), [served("new")]);
    envoy.advance(2 * TTL_MS);
    assert.deepEqual(askAll(system), [served("new")]);
    // It fetches again when it is its turn, though its last fetch came to nothing.
    envoy.lose(other);
    admin.take();
    envoy.advance(LEASE_MS + 1.2 * TTL_MS);
    assert.deepEqual(fetchers(system), [first.name]);
    assertSound(system);
  });

  it("takes no more than its lease to be replaced, also in short ttls", async () => {
    const system = await start({ ...configured(["1001"], 1) });
    const { envoy, admin } = system;
    envoy.advance(500);
    const lost = poller(system);
    admin.take();
    envoy.lose(lost);
    envoy.advance(LEASE_MS + 200);
    assert.equal(admin.count(), 1);
  });

  it("goes on where the other has stopped in backing off", async () => {
    const system = await start({
      prepare: (admin) => {
        admin.fail("fail");
      },
    });
    system.envoy.advance(60_000);
    const { atMs } = system.admin.fetches.at(-1)!;
    system.envoy.lose(system.envoy.threads.find((thread) => thread.name === system.admin.fetches.at(-1)!.thread)!);
    system.admin.take();
    system.envoy.advance(10_000);
    assert.ok(system.admin.count() <= 5, String(system.admin.count()));
    assert.ok(system.admin.fetches[0]!.atMs - atMs >= 1_000);
  });

  for (const minutes of [60, 0.15, 0.05, -0.05, -0.15, -60]) {
    it(`whatever the clock: ${String(minutes)} minutes`, async () => {
      const system = await start();
      const { envoy, admin } = system;
      envoy.advance(4_000);
      envoy.clock.adjust(minutes * 60_000);
      admin.take();
      const took = spread(system, "new");
      assert.ok(took <= SPREAD_MS, `${String(took)} ms`);
      admin.take();
      envoy.advance(5 * TTL_MS);
      assert.ok(admin.count() >= 4 && admin.count() <= 6, `${String(admin.count())} fetches afterwards`);
      assert.equal(fetchers(system).length, 1);
      assert.ok(systemMetric(system, "age_seconds") <= 12, String(systemMetric(system, "age_seconds")));
      assertSound(system);
    });
  }

  it("tells the age of the oldest configuration", async () => {
    const system = await start({}, ["1001", "1002"]);
    const { envoy, admin } = system;
    envoy.advance(1_000);
    assert.ok(systemMetric(system, "age_seconds") <= 1);
    admin.fail("fail", "1002");
    envoy.advance(100_000);
    const age = systemMetric(system, "age_seconds");
    assert.ok(age >= 99 && age <= 101, String(age));
    admin.heal();
    envoy.advance(15_000);
    assert.ok(systemMetric(system, "age_seconds") <= 12);
  });
});

describe("an update of the plugin", () => {
  for (const drainMs of [0, 5_000]) {
    it(`with the same configuration serves on, ${String(drainMs)} ms of draining`, async () => {
      const system = await start();
      const { envoy, admin } = system;
      envoy.advance(500);
      const old = envoy.workers[0]!.root;
      assert.equal(await envoy.update({}, { drainMs }), true);
      assert.notEqual(envoy.workers[0]!.root, old);
      assert.deepEqual(askAll(system), Array(4).fill(served()));
      admin.take();
      assert.ok(spread(system, "new") <= SPREAD_MS);
      assert.ok(admin.count() <= 3, String(admin.count()));
      for (let round = 0; round < 3; round++) {
        await envoy.update({}, { drainMs });
        envoy.advance(1_000);
      }
      assert.deepEqual(askAll(system), Array(4).fill(served("new")));
      assert.ok(spread(system, "newer") <= SPREAD_MS);
      assertSound(system);
    });

    it(`with another service serves the others on, ${String(drainMs)} ms of draining`, async () => {
      const system = await start();
      const { envoy, admin } = system;
      envoy.advance(500);
      admin.publish({ id: "1002", hosts: ["h1002.test"] });
      admin.fail("later", "1002");
      assert.equal(await envoy.update(configured(["1002", "1001"]), { drainMs }), true);
      assert.deepEqual(askAll(system), Array(4).fill(served()));
      assert.equal(ask(system, { authority: "h1002.test" }), UNAVAILABLE);
      envoy.advance(200);
      assert.deepEqual(askAll(system), Array(4).fill(served()));
      admin.heal();
      envoy.advance(2_500 + TICK_MS);
      for (const answer of askAll(system, { authority: "h1002.test" })) assert.match(answer, /^service_id=1002&/);
      assert.ok(spread(system, "new") <= SPREAD_MS);
      assert.equal(await envoy.update(configured(["1002"]), { drainMs }), true);
      assert.deepEqual(askAll(system), Array(4).fill(UNKNOWN_SERVICE));
      assertSound(system);
    });
  }

  it("leaves streams of the old root context their service while it drains", async () => {
    const system = await start({ concurrency: 1 });
    const { envoy } = system;
    envoy.advance(500);
    const old = envoy.workers[0]!.root;
    assert.equal(await envoy.update(configured(["1002"]), { drainMs: 30_000 }), true);
    envoy.advance(2_000);
    publishNew(system, "new");
    envoy.advance(SPREAD_MS);
    const before = system.backendCalls.length;
    old.request({ authority: "api.test", path: "/?user_key=a" }).finish();
    assert.match(decodeURIComponent(system.backendCalls[before]!.path), /usage\[new\]=1$/);
  });

  it("with another token or another place takes nothing over", async () => {
    for (const change of [
      { system: { ttl: 10, token: "other" } },
      { system: { ttl: 10 }, upstream: { url: "http://other.test" } },
    ]) {
      const system = await start({ concurrency: 1 });
      system.envoy.advance(500);
      assert.equal(
        await system.envoy.update({ configuration: JSON.stringify(systemConfiguration(["1001"], change)) }),
        true,
      );
      assert.equal(ask(system), UNAVAILABLE);
    }
  });

  it("with another environment of a service takes nothing over", async () => {
    const system = await start({ concurrency: 1 });
    system.envoy.advance(500);
    const configuration = JSON.stringify(
      systemConfiguration([{ id: "1001", environment: "staging" }], { system: { ttl: 10 } }),
    );
    assert.equal(await system.envoy.update({ configuration }), true);
    assert.equal(ask(system), UNAVAILABLE);
  });

  it("while fetches are out, with their answers during draining, or never", async () => {
    for (const drainMs of [0, 5_000]) {
      const system = await start({ concurrency: 2, staggerMs: 0 });
      const { envoy, admin } = system;
      admin.fail("later");
      envoy.advance(50);
      const { call } = admin.fetches[0]!;
      assert.equal(await envoy.update(configured(["1001"], 11), { drainMs }), true);
      admin.heal();
      assert.equal(envoy.pendingCalls.length, drainMs === 0 ? 0 : 1);
      if (drainMs > 0) call.respond({ status: 200, body: "{}" });
      envoy.advance(LEASE_MS + TICK_MS);
      assert.deepEqual(askAll(system), Array(2).fill(served()));
      assertSound(system);
    }
  });

  it("that is refused leaves everything as it was", async () => {
    const system = await start({ concurrency: 2 });
    system.envoy.advance(500);
    assert.equal(await system.envoy.update({ configuration: "{" }), false);
    assert.ok(spread(system, "new") <= SPREAD_MS);
    assert.equal(fetchers(system).length, 1);
  });
});
