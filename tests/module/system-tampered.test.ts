import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, askAll, assertSound, fetchers, poller } from "../support/system-asks.ts";
import { systemConfiguration } from "../support/system-config.ts";
import { startEmulatedSystem, type EmulatedSystem } from "../support/system-emulator.ts";
import { flipped, seededNumbers, SharedValues, TAMPERINGS } from "../support/system-tamper.ts";

const HOSTS: Record<string, string> = { "1001": "api.test", "1002": "other.test" };
const IDS = Object.keys(HOSTS);
const TTL_MS = 2_000;
/** By then what was tampered with is as it should be: a fetch of each service, and before it another VM's turn. */
const HEALED_MS = 1.1 * TTL_MS + 3_000 + 500;

async function start(): Promise<{ system: EmulatedSystem; shared: SharedValues }> {
  const system = await startEmulatedSystem({
    configuration: systemConfiguration(IDS, { system: { ttl: TTL_MS / 1000 } }),
    prepare: (admin) => {
      for (const [id, host] of Object.entries(HOSTS)) admin.publish({ id, hosts: [host], otherRules: 5 });
    },
  });
  system.envoy.advance(500);
  return { system, shared: new SharedValues(system) };
}

const served = (id: string, metric = "hits") =>
  `service_id=${id}&service_token=service-token-${id}&user_key=a&usage[${metric}]=1`;

function assertServed(system: EmulatedSystem, what: string, metric = "hits"): void {
  for (const [id, authority] of Object.entries(HOSTS)) {
    const expected = Array(system.envoy.workers.length).fill(served(id, metric));
    assert.deepEqual(askAll(system, { authority }), expected, `${what}: service ${id}`);
  }
}

/** A VM that starts now takes everything from the others. */
async function assertLateVmServed(system: EmulatedSystem, what: string, metric = "hits"): Promise<void> {
  const late = await system.envoy.startThread("worker 9");
  system.envoy.advance(100);
  assertServed(system, `${what}, in a late VM`, metric);
  assert.equal(late.vm.failure, undefined);
  system.envoy.lose(late);
}

async function assertHealed(system: EmulatedSystem, what: string): Promise<void> {
  const { envoy, admin } = system;
  envoy.advance(HEALED_MS);
  assertServed(system, what);
  await assertLateVmServed(system, `${what}, healed`);
  for (const [id, host] of Object.entries(HOSTS)) {
    admin.publish({ id, hosts: [host], otherRules: 5, rules: [{ method: "GET", pattern: "/", metric: "new" }] });
  }
  envoy.advance(HEALED_MS);
  assertServed(system, `${what}, after a change`, "new");
  await assertLateVmServed(system, `${what}, after a change`, "new");
  admin.take();
  envoy.advance(20_000);
  assert.equal(fetchers(system).length, 1, `${what}: one poller`);
  for (const id of IDS) assert.ok(admin.count(id) >= 8 && admin.count(id) <= 10, `${what}: ${String(admin.count(id))}`);
  assertSound(system);
}

describe("what is shared is checked", () => {
  for (const end of ["lease", "index", "slot/0", "pollers"]) {
    for (const [name, tamper] of Object.entries(TAMPERINGS)) {
      it(`${end}: ${name}`, async () => {
        const { system, shared } = await start();
        shared.set(end, tamper(shared.get(end)));
        for (let i = 0; i < 4; i++) {
          system.envoy.advance(60);
          assertServed(system, `step ${String(i)}`);
        }
        await assertHealed(system, "later");
      });
    }
  }

  it("an index that says that everything has changed, over what is cut or garbage", async () => {
    for (const [name, tamper] of Object.entries(TAMPERINGS)) {
      const { system, shared } = await start();
      for (const slot of ["slot/0", "slot/1"]) shared.set(slot, tamper(shared.get(slot)));
      const index = shared.get("index");
      for (let at = 0; at < index.length; at += 12) index.writeUInt32LE(index.readUInt32LE(at) + 7, at);
      shared.set("index", index);
      system.envoy.advance(120);
      assertServed(system, name);
      await assertHealed(system, name);
    }
  });

  it("much that is damaged is no reason for a VM not to take the lost poller's place", async () => {
    const { system, shared } = await start();
    const { envoy, admin } = system;
    for (const slot of ["slot/0", "slot/1"]) shared.set(slot, Buffer.alloc(1 << 20, 0x5a));
    const index = shared.get("index");
    for (let at = 0; at < index.length; at += 12) index.writeUInt32LE(index.readUInt32LE(at) + 7, at);
    shared.set("index", index);
    envoy.advance(10);
    assertServed(system, "at once");
    envoy.lose(poller(system));
    admin.take();
    const { gets } = envoy.sharedData.measure(() => {
      envoy.advance(1_000);
    });
    assert.ok(gets < 200, `no VM reads it all the time: ${String(gets)} reads in a second`);
    envoy.advance(HEALED_MS);
    for (const id of IDS) assert.ok(admin.count(id) >= 1, `${id} is fetched`);
    await assertHealed(system, "later");
  });

  it("one service's document under another's number is not taken", async () => {
    const { system, shared } = await start();
    const [foreign, index] = [shared.get("slot/0"), shared.get("index")];
    foreign.writeUInt32LE(1, 0);
    shared.set("slot/1", foreign);
    index.writeUInt32LE(index.readUInt32LE(12) + 1, 12);
    shared.set("index", index);
    system.envoy.advance(120);
    assertServed(system, "at once");
    await assertHealed(system, "later");
  });

  it("times of fetches: long ago, and yet to come", async () => {
    for (const at of [0n, 1n, 1n << 62n, (1n << 64n) - 1n]) {
      const { system, shared } = await start();
      const index = shared.get("index");
      for (let entry = 0; entry < index.length; entry += 12) index.writeBigUInt64LE(at, entry + 4);
      shared.set("index", index);
      // The next poller goes by them.
      system.envoy.lose(poller(system));
      system.admin.take();
      system.envoy.advance(HEALED_MS);
      for (const id of IDS) assert.ok(system.admin.count(id) >= 1, `${String(at)}: ${id} is fetched`);
      await assertHealed(system, String(at));
    }
  });

  it("a count of pollers that begins anew makes no two pollers", async () => {
    const { system, shared } = await start();
    const { envoy } = system;
    shared.set("pollers", Buffer.alloc(8));
    // Another VM takes over, though the first is well.
    const first = poller(system);
    shared.set("lease", "");
    envoy.threads.find((thread) => thread !== first)!.root.runTick();
    system.admin.take();
    envoy.advance(20_000);
    for (const id of IDS) assert.ok(system.admin.count(id) <= 11, String(system.admin.count(id)));
    assert.equal(fetchers(system).length, 1);
  });

  it("a lease that another holds for good is only waited for as long as it is renewed", async () => {
    const { system, shared } = await start();
    const { envoy, admin } = system;
    const forged = Buffer.alloc(16);
    forged.writeBigUInt64LE(77n, 0);
    for (let i = 0; i < 100; i++) {
      forged.writeBigUInt64LE(envoy.clock.nanos + 2_900_000_000n, 8);
      shared.set("lease", forged);
      envoy.advance(50);
    }
    assertServed(system, "nobody polls");
    admin.take();
    envoy.advance(HEALED_MS);
    assert.equal(fetchers(system).length, 1);
    await assertHealed(system, "later");
  });

  for (let seed = 1; seed <= 4; seed++) {
    it(`bytes changed at random, seed ${String(seed)}`, async () => {
      const random = seededNumbers(seed);
      const { system, shared } = await start();
      const ends = ["lease", "index", "slot/0", "slot/1", "pollers"];
      for (let round = 0; round < 150; round++) {
        const end = ends[random(ends.length)]!;
        const value = shared.get(end);
        const isCut = random(8) === 0;
        shared.set(end, isCut ? value.subarray(0, random(value.length + 1)) : flipped(value, random, 1 + random(4)));
        system.envoy.advance(random(200));
        assertServed(system, `round ${String(round)}, ${end}`);
      }
      await assertHealed(system, "in the end");
    });
  }

  it("the documents of many services in one value", async () => {
    const ids = Array.from({ length: 600 }, (_, index) => String(2001 + index));
    const system = await startEmulatedSystem({
      configuration: systemConfiguration(ids, { system: { ttl: 2 } }),
      concurrency: 1,
      prepare: (admin) => {
        for (const id of ids) admin.publish({ id, hosts: [`h${id}.test`], otherRules: 0 });
      },
    });
    const { envoy } = system;
    const shared = new SharedValues(system);
    envoy.advance(500);
    const random = seededNumbers(99);
    const check = (worker: number) => {
      for (let at = 0; at < ids.length; at += 37) {
        assert.equal(ask(system, { worker, authority: `h${ids[at]!}.test` }), served(ids[at]!));
      }
    };
    for (let round = 0; round < 60; round++) {
      const end = `slot/${String(random(256))}`;
      shared.set(end, flipped(shared.get(end), random, 1 + random(3)));
      const index = shared.get("index");
      index.writeUInt32LE(random(2 ** 31), 12 * Number(end.slice(5)));
      shared.set("index", index);
      envoy.advance(20);
    }
    check(0);
    envoy.advance(HEALED_MS);
    check(0);
    await envoy.startThread("worker 9");
    envoy.advance(100);
    check(9);
    assertSound(system);
  });
});
