import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { deepJson, hugeJson } from "../support/admin-faults.ts";
import { ADMIN_TOKEN } from "../support/system-config.ts";
import { startEmulatedSystem, type EmulatedSystem, type EmulatedSystemOptions } from "../support/system-emulator.ts";
import { buildSystemProbe } from "../support/system-probe.ts";

let wasm: Uint8Array;
before(async () => {
  wasm = await buildSystemProbe();
});

const PATH = `/admin/api/services/1001/proxy/configs/staging/latest.json?access_token=${ADMIN_TOKEN}`;

/** A probe that fetches on every tick, every 100 ms, and looks at the answer. */
function start(options: Partial<EmulatedSystemOptions> = {}, path = PATH): Promise<EmulatedSystem> {
  const lines = ["configure period 100", `tick call system ${path} 1000`, "answer answer;status"];
  return startEmulatedSystem({
    configuration: lines.join("\n"),
    concurrency: 1,
    wasm,
    prepare: (admin) => admin.publish({ id: "1001", environment: "sandbox", otherRules: 0 }),
    ...options,
  });
}

const last = ({ envoy }: EmulatedSystem) => envoy.main?.vm.logs.at(-1)?.message.replace(/^.*\|/, "");

describe("the admin API in an emulated Envoy", () => {
  it("answers fetches of every thread, and remembers them", async () => {
    const system = await start();
    const { envoy, admin } = system;
    envoy.advance(200);
    assert.deepEqual(
      admin.take().map(({ atMs, thread, serviceId, environment }) => [atMs, thread, serviceId, environment]),
      [
        [100, "main", "1001", "staging"],
        [100, "worker 0", "1001", "staging"],
        [200, "main", "1001", "staging"],
        [200, "worker 0", "1001", "staging"],
      ],
    );
    assert.equal(last(system), "status=200");
    assert.equal(admin.count(), 0);
  });

  it("has 3scale's refusals, and versions", async () => {
    const system = await start();
    const { envoy, admin } = system;
    const next = () => {
      envoy.advance(100);
      return last(system);
    };
    assert.equal(next(), "status=200");
    assert.equal(admin.versionFor(admin.fetches[0]!), 1);
    assert.equal(admin.publish({ id: "1001", environment: "sandbox" }), 2);
    assert.equal(admin.versionFor(admin.fetches[0]!), 2);
    admin.allow(ADMIN_TOKEN, ["1002"]);
    assert.equal(next(), "status=404");
    admin.allow(ADMIN_TOKEN, "none");
    assert.equal(next(), "status=403");
    admin.allow(ADMIN_TOKEN);
    assert.equal(next(), "status=200");
    admin.withdraw("1001");
    assert.equal(next(), "status=404");
    admin.revoke(ADMIN_TOKEN);
    assert.equal(next(), "status=403");
    assert.equal(admin.strays.length, 0);
  });

  it("misbehaves for one service or for all, until it is healed", async () => {
    const system = await start();
    const { envoy, admin } = system;
    admin.fail("fail", "1002");
    envoy.advance(100);
    assert.equal(last(system), "status=200");
    admin.fail("refuse-connection");
    envoy.advance(100);
    assert.equal(last(system), "status=503");
    admin.fail((document) => ({ reply: { status: 201, body: document.slice(0, 100) } }), "1001");
    envoy.advance(100);
    assert.equal(last(system), "status=201");
    admin.heal("1001");
    envoy.advance(100);
    assert.equal(last(system), "status=503");
    admin.heal();
    envoy.advance(100);
    assert.equal(last(system), "status=200");
    admin.fail("later");
    envoy.advance(100);
    admin.fetches.at(-2)!.call.respond({ status: 202 });
    assert.equal(last(system), "status=202");
  });

  it("tells fetches from other calls, and those from the backend's", async () => {
    const stray = await start({}, "/admin/api/services.json");
    stray.envoy.advance(100);
    assert.deepEqual([stray.admin.strays.length, stray.admin.count(), last(stray)], [2, 0, "status=404"]);
    const configuration = "configure period 100\ntick call backend /x 1000;call none /y 1000\nanswer status";
    const other = await start({ configuration });
    other.envoy.advance(100);
    assert.deepEqual(
      [other.backendCalls.length, other.backendCalls[0]?.path, last(other)?.slice(-10)],
      [2, "/x", "status=200"],
    );
  });

  it("can be given large and deep documents that are right all the same", () => {
    const document = '{"proxy_config":{"content":{"id":1}}}';
    const huge = hugeJson(document, 100_000);
    assert.equal(huge.length, 100_000);
    const { content } = (JSON.parse(huge) as { proxy_config: { content: { id: number } } }).proxy_config;
    assert.equal(content.id, 1);
    const deep = JSON.parse(deepJson(document, 1_000)) as {
      proxy_config: { content: { id: number; nested: unknown[] } };
    };
    assert.equal(deep.proxy_config.content.id, 1);
    assert.equal(deep.proxy_config.content.nested.flat(Infinity).length, 0);
    assert.throws(() => hugeJson("{}", 10), /no "content"/);
  });
});
