import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SharedData } from "../../emulator/index.ts";
import { ask, askAll, assertSound, fetchers, logLines, poller, UNAVAILABLE } from "../support/system-asks.ts";
import { ADMIN_TOKEN, systemConfiguration } from "../support/system-config.ts";
import { startEmulatedSystem, type EmulatedSystem } from "../support/system-emulator.ts";
import { SharedValues } from "../support/system-tamper.ts";

const HOSTS: Record<string, string> = { "1001": "api.test", "1002": "other.test" };
const VM_ID = "3scale";

interface Shared {
  system: EmulatedSystem;
  shared: SharedValues;
}

async function start(options: Partial<Parameters<typeof startEmulatedSystem>[0]> = {}): Promise<Shared> {
  const system = await startEmulatedSystem({
    configuration: systemConfiguration(Object.keys(HOSTS), { system: { ttl: 2 } }),
    prepare: (admin) => {
      for (const [id, host] of Object.entries(HOSTS)) admin.publish({ id, hosts: [host], otherRules: 5 });
    },
    ...options,
  });
  return { system, shared: new SharedValues(system) };
}

const served = (id: string, metric = "hits") =>
  `service_id=${id}&service_token=service-token-${id}&user_key=a&usage[${metric}]=1`;

describe("what the VMs of an Envoy share", () => {
  it("has keys with the format's version and the configuration's digest", async () => {
    const { system, shared } = await start();
    system.envoy.advance(200);
    const keys = shared.keys;
    assert.ok(keys.length >= 4, keys.join(" "));
    for (const key of keys) assert.match(key, /^3scale-auth-wasm\/1\//);
    const digests = (all: string[]) =>
      new Set(all.map((key) => /^3scale-auth-wasm\/1\/([0-9a-f]{16})\//.exec(key)?.[1]));
    const before = digests(keys);
    const configuration = JSON.stringify(systemConfiguration(Object.keys(HOSTS), { system: { ttl: 3 } }));
    assert.equal(await system.envoy.update({ configuration }, { drainMs: 1_000 }), true);
    system.envoy.advance(200);
    const after = digests(shared.keys.filter((key) => !keys.includes(key)));
    assert.equal(after.size, 1, [...after].join(" "));
    for (const digest of after) assert.equal(before.has(digest), false);
    assertSound(system);
  });

  it("gives another VM id nothing", async () => {
    const { system } = await start();
    system.envoy.advance(200);
    const other = await start({ vmId: "other", sharedData: system.envoy.sharedData });
    assert.equal(ask(other.system), UNAVAILABLE);
    other.system.envoy.advance(200);
    assert.equal(other.system.admin.count(), 2);
    assert.equal(ask(other.system), served("1001"));
  });

  it("has neither the access token nor what the filter does not use", async () => {
    const { system, shared } = await start();
    system.envoy.advance(5_000);
    const text = shared.text();
    assert.match(text, /service-token-1001/);
    for (const absent of [ADMIN_TOKEN, "Shared_secret_sent", "support_email", "policy_chain"]) {
      assert.equal(text.includes(absent), false, absent);
    }
  });

  it("is small beside the documents, and is not written again by fetches that bring nothing new", async () => {
    const { system, shared } = await start();
    system.envoy.advance(200);
    assert.ok(system.envoy.sharedData.byteSize(VM_ID) < 8_000, String(system.envoy.sharedData.byteSize(VM_ID)));
    const before = ["slot/0", "slot/1"].map((end) => shared.cas(end));
    const traffic = system.envoy.sharedData.measure(() => {
      system.envoy.advance(60_000);
    });
    assert.deepEqual(
      ["slot/0", "slot/1"].map((end) => shared.cas(end)),
      before,
    );
    assert.equal(traffic.mismatches, 0);
  });

  it("costs a VM that has nothing to do two small reads a tick", async () => {
    const { system } = await start();
    system.envoy.advance(1_000);
    const [first, second] = system.envoy.workers;
    const idle = [first!, second!].find((thread) => thread !== poller(system))!;
    const { gets, sets, bytesRead } = system.envoy.sharedData.measure(() => {
      idle.root.runTick();
    });
    assert.deepEqual([gets, sets], [2, 0]);
    assert.ok(bytesRead < 100, String(bytesRead));
  });

  it("serves a VM that comes late, without a fetch", async () => {
    const { system } = await start();
    system.envoy.advance(500);
    system.admin.take();
    await system.envoy.startThread("worker 2");
    assert.equal(ask(system, { worker: 2 }), UNAVAILABLE);
    system.envoy.advance(60);
    assert.equal(system.admin.count(), 0);
    for (const [id, authority] of Object.entries(HOSTS)) {
      assert.equal(ask(system, { worker: 2, authority }), served(id));
    }
    system.envoy.advance(20_000);
    assert.equal(fetchers(system).length, 1);
    assert.equal(fetchers(system).includes("worker 2"), false);
  });

  it("is kept where the configuration has come back, though its first root contexts end", async () => {
    const { system, shared } = await start();
    const { envoy } = system;
    envoy.advance(200);
    const slots = shared.keys.filter((key) => key.includes("/slot/"));
    const sizes = () => slots.map((key) => envoy.sharedData.get(VM_ID, key)!.value.length > 0);
    assert.deepEqual(sizes(), [true, true]);
    const configuration = (ttl: number) => ({
      configuration: JSON.stringify(systemConfiguration(Object.keys(HOSTS), { system: { ttl } })),
    });
    assert.equal(await envoy.update(configuration(3), { drainMs: 1_000 }), true);
    assert.equal(await envoy.update(configuration(2), { drainMs: 5_000 }), true);
    // The first ones end while their lease still runs, and are found gone by the next update.
    envoy.advance(1_100);
    assert.equal(await envoy.update(configuration(4)), true);
    assert.deepEqual(sizes(), [true, true]);
    // Nobody goes by it any more.
    envoy.advance(10_000);
    assert.equal(await envoy.update(configuration(5)), true);
    assert.deepEqual(sizes(), [false, false]);
    assertSound(system);
  });

  it("brings a change to every VM within a tick of its fetch", async () => {
    const { system } = await start({ concurrency: 4, staggerMs: 17 });
    system.envoy.advance(500);
    system.admin.publish({ id: "1001", hosts: ["api.test"], rules: [{ method: "GET", pattern: "/", metric: "new" }] });
    const fetched = system.admin.count("1001");
    while (system.admin.count("1001") === fetched) system.envoy.advance(10);
    system.envoy.advance(100);
    assert.deepEqual(askAll(system), Array(4).fill(served("1001", "new")));
  });

  it("has one poller, though two VMs are the first to look", async () => {
    for (const end of ["/lease", "/pollers"]) {
      const { system } = await start();
      const { envoy, admin } = system;
      let raced = 0;
      envoy.sharedData.onAccess = ({ operation, key }) => {
        if (operation !== "set" || !Buffer.from(key).toString().endsWith(end)) return;
        envoy.sharedData.onAccess = () => undefined;
        raced++;
        envoy.workers[0]!.root.runTick();
      };
      envoy.advance(10_000);
      assert.equal(raced, 1);
      assert.equal(fetchers(system).length, 1, end);
      assert.ok(admin.count("1001") <= 6, String(admin.count("1001")));
      assert.deepEqual(askAll(system), Array(2).fill(served("1001")));
      assertSound(system);
    }
  });

  it("reaches every VM, though something else writes each time before the poller does", async () => {
    for (const end of ["slot/0", "index"]) {
      const { system, shared } = await start();
      const { envoy, admin } = system;
      envoy.advance(500);
      admin.publish({ id: "1001", hosts: ["api.test"], rules: [{ method: "GET", pattern: "/", metric: "new" }] });
      let races = 0;
      const race = ({ operation, key }: { operation: string; key: Uint8Array }) => {
        if (operation !== "set" || !Buffer.from(key).toString().endsWith(`/${end}`) || races++ >= 20) return;
        shared.set(end, shared.get(end));
      };
      envoy.sharedData.onAccess = race;
      envoy.advance(3_000);
      assert.ok(races > 0);
      envoy.sharedData.onAccess = () => undefined;
      envoy.advance(10_000);
      assert.deepEqual(askAll(system), Array(2).fill(served("1001", "new")), end);
      await envoy.startThread("worker 2");
      envoy.advance(100);
      assert.equal(ask(system, { worker: 2 }), served("1001", "new"), end);
      assertSound(system);
    }
  });

  it("goes on when Envoy's numbers of values wrap", async () => {
    for (const firstCas of [0xffff_fff0, 0xffff_fffa, 0xffff_ffff]) {
      const { system } = await start({ sharedData: new SharedData({ firstCas }) });
      system.envoy.advance(20_000);
      assert.equal(fetchers(system).length, 1);
      assert.deepEqual(askAll(system), Array(2).fill(served("1001")));
      assertSound(system);
    }
  });

  it("is given back when the configuration is no longer in use", async () => {
    const { system } = await start();
    const { envoy } = system;
    envoy.advance(500);
    const bytes = envoy.sharedData.byteSize(VM_ID);
    for (let round = 0; round < 20; round++) {
      const configuration = JSON.stringify(systemConfiguration(Object.keys(HOSTS), { system: { ttl: 3 + round } }));
      assert.equal(await envoy.update({ configuration }), true);
      envoy.advance(5_000);
      assert.deepEqual(askAll(system), Array(2).fill(served("1001")));
    }
    // Envoy deletes no key: the index, the lease and the keys stay.
    const kept = 20 * 5 * 80;
    assert.ok(envoy.sharedData.byteSize(VM_ID) < 3 * bytes + kept, String(envoy.sharedData.byteSize(VM_ID)));
  });

  it("puts no secret into the log, at any level", async () => {
    const { system } = await start({ logLevel: "trace" });
    const { envoy, admin } = system;
    envoy.advance(500);
    askAll(system, { path: "/?user_key=a-user-key" });
    admin.publishJson(
      "1001",
      '{"proxy_config":{"content":{"backend_authentication_value":"fetched-secret","proxy":7}}}',
    );
    envoy.advance(3_000);
    admin.publish({
      id: "1001",
      token: "other-secret",
      hosts: ["api.test"],
      content: { backend_authentication_type: "provider_key" },
    });
    envoy.advance(5_000);
    admin.revoke(ADMIN_TOKEN);
    envoy.advance(5_000);
    const text = logLines(system).join("\n");
    assert.match(text, /refuses the access token \(403\)/);
    for (const secret of [ADMIN_TOKEN, "service-token", "a-user-key", "fetched-secret", "other-secret"]) {
      assert.equal(text.includes(secret), false, secret);
    }
  });
});
