import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Result } from "../../emulator/index.ts";
import type { EnvoyObject } from "../support/envoy-config.ts";
import { ask, assertSound, logLines, systemMetric, UNAVAILABLE } from "../support/system-asks.ts";
import { ADMIN_TOKEN, systemConfiguration, systemJson } from "../support/system-config.ts";
import { startEmulatedSystem, type EmulatedSystem } from "../support/system-emulator.ts";

type Options = Partial<Parameters<typeof startEmulatedSystem>[0]>;

/** Fetches are started by ticks: this much later than they are due, at most. */
const TICK_MS = 1_000;
const MANY = Array.from({ length: 50 }, (_, index) => String(2001 + index));

function start(ids: readonly string[], system: object = {}, options: Options = {}): Promise<EmulatedSystem> {
  return startEmulatedSystem({
    configuration: systemConfiguration(ids, { system: { ttl: 20, ...system } }),
    prepare: (admin) => {
      for (const id of ids)
        admin.publish({ id, hosts: [ids.length === 1 ? "api.test" : `h${id}.test`], otherRules: 0 });
    },
    ...options,
  });
}

/** The times between the fetches of a service, in ms. */
function gaps({ admin }: EmulatedSystem, id: string): number[] {
  const times = admin.fetches.filter(({ serviceId }) => serviceId === id).map(({ atMs }) => atMs);
  return times.slice(1).map((atMs, index) => atMs - times[index]!);
}

function assertBetween(value: number | undefined, least: number, most: number, what: string): void {
  assert.ok(
    value !== undefined && value >= least && value <= most,
    `${what}: ${String(value)} of ${String(least)} to ${String(most)}`,
  );
}

describe("when services are fetched", () => {
  it("at once, then every ttl and up to a tenth more, each service at times of its own", async () => {
    const system = await start(MANY);
    system.envoy.advance(1);
    assert.equal(system.admin.count(), MANY.length);
    system.envoy.advance(20 * 22_000);
    const all = MANY.flatMap((id) => gaps(system, id));
    for (const gap of all) assertBetween(gap, 20_000, 22_000 + TICK_MS, "a gap");
    assert.ok(new Set(all).size >= 2, "the gaps differ");
    const firstGaps = new Set(MANY.map((id) => gaps(system, id)[0]));
    assert.ok(firstGaps.size >= 2, "services are not fetched in step");
    assert.ok(all.length >= MANY.length * 19);
  });

  it("correction 17: as often as the ttl says, a short one and a long one", async () => {
    const short = await start(["1001"], { ttl: 1 });
    short.envoy.advance(60_000);
    assertBetween(short.admin.count(), 51, 61, "fetches in a minute");
    for (const ttl of [86_400, 4_294_967_295, Number.MAX_SAFE_INTEGER]) {
      const long = await start(["1001"], { ttl }, { concurrency: 1 });
      long.envoy.advance(600_000);
      assert.equal(long.admin.count(), 1, String(ttl));
      assert.equal(ask(long).startsWith("service_id=1001"), true);
    }
  });

  it("every 600 seconds where no ttl is configured", async () => {
    const configuration = systemConfiguration(["1001"], {});
    delete (configuration.system as { ttl?: number }).ttl;
    const system = await start(["1001"], {}, { configuration, concurrency: 1 });
    system.envoy.advance(660_000 + TICK_MS);
    const [gap] = gaps(system, "1001");
    assertBetween(gap, 600_000, 660_000 + TICK_MS, "the gap");
  });

  it("after a failure in 1, 2, 4 … seconds up to the ttl, and after that as ever", async () => {
    const system = await start(["1001"], { ttl: 20 });
    const { envoy, admin } = system;
    admin.fail("refuse-connection");
    envoy.advance(200_000);
    const failing = gaps(system, "1001");
    [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000].forEach((nominal, index) => {
      // The first fetch was before the API failed.
      if (index === 0) return;
      assertBetween(failing[index], nominal / 2, nominal * 1.1 + TICK_MS, `gap ${String(index)}`);
    });
    const bad = await start(
      ["1001"],
      { ttl: 20 },
      {
        prepare: (api) => {
          api.fail("refuse-connection");
        },
      },
    );
    bad.envoy.advance(120_000);
    const waits = gaps(bad, "1001");
    [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000].forEach((nominal, index) => {
      assertBetween(waits[index], nominal, nominal * 1.1 + TICK_MS, `gap ${String(index)} from the start`);
    });
    assert.equal(systemMetric(bad, "fetch_failed"), bad.admin.count());
    bad.admin.heal();
    bad.admin.publish({ id: "1001", hosts: ["api.test"] });
    bad.admin.take();
    bad.envoy.advance(22_000 + TICK_MS);
    assert.equal(ask(bad).startsWith("service_id=1001"), true);
    // The back-off begins anew.
    bad.admin.fail("fail");
    bad.admin.take();
    bad.envoy.advance(22_000 + 2 * TICK_MS + 1_100);
    assertBetween(gaps(bad, "1001")[0], 1_000, 1_100 + TICK_MS, "the first gap of the next failure");
  });

  it("backs off one service alone", async () => {
    const system = await start(["1001", "1002"], { ttl: 8 });
    system.admin.fail({ reply: { status: 500 } }, "1002");
    system.envoy.advance(80_000);
    for (const gap of gaps(system, "1001")) assertBetween(gap, 8_000, 8_800 + TICK_MS, "a gap of the healthy one");
  });

  it("backs off no longer than the ttl after very many failures", async () => {
    const system = await start(
      ["1001"],
      { ttl: 1 },
      {
        concurrency: 1,
        prepare: (admin) => {
          admin.fail("fail");
        },
      },
    );
    system.envoy.advance(300_000);
    for (const gap of gaps(system, "1001")) assertBetween(gap, 1_000, 1_100 + 50, "a gap");
    assert.ok(gaps(system, "1001").length > 255);
  });

  it("has 8 fetches out at most, and the next as soon as one is answered", async () => {
    const system = await start(
      MANY,
      {},
      {
        prepare: (admin) => {
          admin.fail("later");
          for (const id of MANY) admin.publish({ id });
        },
      },
    );
    const { envoy, admin } = system;
    envoy.advance(10);
    assert.equal(envoy.pendingCalls.length, 8);
    for (let answered = 0; answered < MANY.length; answered++) {
      const call = envoy.pendingCalls[0]!;
      call.respond({ body: systemJson({ id: "1", otherRules: 0 }) });
      assert.equal(envoy.pendingCalls.length, Math.min(8, MANY.length - answered - 1));
    }
    assert.deepEqual(new Set(admin.fetches.map(({ serviceId }) => serviceId)).size, MANY.length);
    assert.equal(admin.count(), MANY.length);
  });

  it("lets services that hang not keep the others from being fetched", async () => {
    const system = await start(MANY, { ttl: 2 });
    const { envoy, admin } = system;
    const hanging = MANY.slice(0, 7);
    for (const id of hanging) admin.fail("later", id);
    envoy.advance(500);
    admin.take();
    envoy.advance(22_000);
    for (const id of MANY.slice(7)) assertBetween(admin.count(id), 8, 11, `fetches of ${id}`);
  });

  it("gives up on a fetch after the upstream's timeout", async () => {
    const configuration = systemConfiguration(["1001"], { system: { ttl: 20 }, upstream: { timeout: 750 } });
    const system = await start(
      ["1001"],
      {},
      {
        configuration,
        prepare: (admin) => {
          admin.fail("later");
        },
      },
    );
    system.envoy.advance(749);
    assert.deepEqual(
      system.admin.fetches.map(({ call }) => call.timeoutMs),
      [750],
    );
    assert.equal(systemMetric(system, "fetch_failed"), 0);
    system.envoy.advance(2);
    assert.equal(systemMetric(system, "fetch_failed"), 1);
    assert.match(
      logLines(system, "warn").join("\n"),
      /service "1001" could not be fetched: admin\.test answered with status 504/,
    );
  });

  it("gives a fetch a minute at most: those that hang must not keep others from theirs for long", async () => {
    const timeout = 4_294_967_295;
    const configuration = systemConfiguration(MANY, { system: { ttl: 20 }, upstream: { timeout } });
    const system = await start(MANY, {}, { configuration });
    for (const id of MANY.slice(0, 8)) system.admin.fail("later", id);
    system.envoy.advance(2_000);
    assert.equal(system.admin.count(), 8);
    assert.ok(system.admin.fetches.every(({ call }) => call.timeoutMs === 60_000));
    system.envoy.advance(60_000);
    for (const id of MANY.slice(8)) assert.ok(system.admin.count(id) > 0, id);
    assertSound(system);
  });

  it("goes on when no call can be made, and says so once", async () => {
    const clusters = ["backend"];
    const system = await start(["1001"], { ttl: 4 }, { clusters });
    system.envoy.advance(30_000);
    assert.equal(system.admin.count(), 0);
    assert.deepEqual(logLines(system, "warn", "error"), [
      'service "1001" could not be fetched: no call to the cluster "system" can be made: does Envoy have it, with an endpoint?',
    ]);
    assert.ok(systemMetric(system, "fetch_failed") >= 5);
    const refused = await start(["1001"], { ttl: 4 });
    refused.admin.fail({ refuse: Result.InternalFailure });
    refused.envoy.advance(30_000);
    refused.admin.heal();
    refused.envoy.advance(5_400);
    assert.equal(ask(refused).startsWith("service_id=1001"), true);
    assertSound(refused);
  });

  it("survives answers that come before the call has returned", async () => {
    for (const inline of [{ body: systemJson({ id: "1001", hosts: ["api.test"] }) }, "fail"] as const) {
      const system = await start(MANY, { ttl: 2 });
      system.admin.fail({ inline });
      system.envoy.advance(20_000);
      assertSound(system);
      system.admin.heal();
      system.envoy.advance(5_000);
      for (const id of MANY) assert.match(ask(system, { authority: `h${id}.test` }), new RegExp(`^service_id=${id}&`));
    }
  });
});

describe("how services are asked for", () => {
  const pathOf = async (service: EnvoyObject, system: EnvoyObject, upstream: EnvoyObject): Promise<EmulatedSystem> => {
    const { admin, ...rest } = await startEmulatedSystem({
      configuration: systemConfiguration([{ id: "1001", ...service }], { system, upstream }),
    });
    rest.envoy.advance(5);
    return { admin, ...rest };
  };
  const call = ({ admin }: EmulatedSystem) => admin.fetches[0]?.call ?? admin.strays[0]!;

  it("a GET by the upstream's URL, its host and its port, with a timeout", async () => {
    const system = await pathOf({}, {}, { url: "https://admin.test:8443" });
    const { headers, cluster, method, body, timeoutMs } = call(system);
    assert.deepEqual([cluster, method, body.length, timeoutMs], ["system", "GET", 0, 1_000]);
    assert.equal(headers.text(":authority"), "admin.test:8443");
    assert.equal(headers.text(":scheme"), "https");
    assert.equal(headers.text("accept"), "application/json");
    assert.equal(
      headers.text(":path"),
      `/admin/api/services/1001/proxy/configs/production/latest.json?access_token=${ADMIN_TOKEN}`,
    );
  });

  for (const [environment, asked] of [
    ["production", "production"],
    ["staging", "(staging|sandbox)"],
    ["sandbox", "(staging|sandbox)"],
  ] as const) {
    it(`environment ${environment}`, async () => {
      const { path } = call(await pathOf({ environment }, {}, {}));
      assert.match(path, new RegExp(`/proxy/configs/${asked}/latest\\.json\\?`));
    });
  }

  it("any other environment refuses the configuration, where system is used", async () => {
    for (const environment of ["weird", "", "Production", "production/../staging"]) {
      const system = await pathOf({ environment }, {}, {});
      assert.equal(system.envoy.accepted, false, environment);
    }
  });

  it("with the URL's path before and its query after, ids and tokens encoded", async () => {
    const url = "http://admin.test/base/path?x=1&y=%20";
    const { path } = call(await pathOf({ id: "a b/ü?&=#%" }, { token: "t&k=#é +%" }, { url }));
    assert.equal(
      path,
      "/base/path/admin/api/services/a%20b%2F%C3%BC%3F%26%3D%23%25/proxy/configs/production/latest.json" +
        "?access_token=t%26k%3D%23%C3%A9%20%2B%25&x=1&y=%20",
    );
  });

  it("waits for nothing: the VM answers before the first tick, and while fetches are out", async () => {
    const whole = {
      id: "1002",
      token: "configured",
      authorities: ["whole.test"],
      credentials: { user_key: [{ query_string: { keys: ["user_key"] } }] },
      mapping_rules: [{ method: "any", pattern: "/", usages: [{ name: "hits", delta: 1 }] }],
    };
    const system = await startEmulatedSystem({
      configuration: systemConfiguration(["1001", whole]),
      prepare: (admin) => {
        admin.fail("later");
      },
    });
    for (const ms of [0, 10, 500]) {
      system.envoy.advance(ms);
      assert.match(ask(system, { authority: "whole.test" }), /^service_id=1002&service_token=configured&/);
      assert.equal(ask(system), UNAVAILABLE);
    }
  });
});
