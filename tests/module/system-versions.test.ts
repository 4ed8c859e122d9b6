import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, assertSound, logLines, UNKNOWN_SERVICE } from "../support/system-asks.ts";
import { systemConfiguration } from "../support/system-config.ts";
import { startEmulatedSystem } from "../support/system-emulator.ts";
import { startSingle } from "../support/system-single.ts";
import { SharedValues } from "../support/system-tamper.ts";

describe("a version takes the place of another in one step", () => {
  it("and does nothing where it is equal", async () => {
    const system = await startSingle({});
    const shared = new SharedValues(system);
    const [lines, written] = [logLines(system).length, shared.cas("slot/0")];
    system.envoy.advance(20_000);
    assert.ok(system.admin.count() >= 9);
    assert.deepEqual([logLines(system).length, shared.cas("slot/0")], [lines, written]);
    system.admin.publish({ id: "1001", token: "fetched-token", hosts: ["api.test"], otherRules: 0 });
    system.envoy.advance(4_300);
    assert.notEqual(shared.cas("slot/0"), written);
    assert.match(
      logLines(system, "info").at(-1) ?? logLines(system).join(),
      /configuration accepted|version 2 from admin\.test is in force/,
    );
    assert.equal(logLines(system, "info").filter((line) => line.includes("version 2 from admin.test")).length, 1);
  });

  it("requests in flight end under the version they began with", async () => {
    const system = await startSingle({ options: { concurrency: 1 } });
    const { envoy, admin, backendCalls } = system;
    system.backend.answer = () => "later";
    const stream = envoy.request({ authority: "api.test", path: "/?user_key=a" });
    assert.equal(stream.outcome.kind, "paused");
    admin.publish({
      id: "1001",
      token: "newer",
      hosts: ["moved.test"],
      credentialsLocation: "headers",
      rules: [],
      otherRules: 0,
    });
    for (let i = 0; i < 8; i++) envoy.advance(550);
    // The call has its own timeout; the emulator's clock has passed it.
    assert.notEqual(stream.outcome.kind, "paused");
    system.backend.answer = () => ({ reply: {} });
    assert.equal(ask(system), UNKNOWN_SERVICE);
    assert.match(backendCalls[0]!.path, /service_token=fetched-token/);
    assertSound(system);
  });

  it("requests in flight pass after a swap within their call", async () => {
    const configuration = systemConfiguration([{ id: "1001" }], { system: { ttl: 1 } }) as {
      backend: { upstream: { timeout: number } };
    };
    configuration.backend.upstream.timeout = 60_000;
    const system = await startSingle({ options: { configuration, concurrency: 1 } });
    const { envoy, admin, backendCalls } = system;
    system.backend.answer = () => "later";
    const streams = Array.from({ length: 50 }, () => envoy.request({ authority: "api.test", path: "/?user_key=a" }));
    for (let version = 2; version < 12; version++) {
      admin.publish({ id: "1001", hosts: [`v${String(version)}.test`], otherRules: 0, rules: [] });
      envoy.advance(1_200);
    }
    system.backend.answer = () => ({ reply: {} });
    assert.equal(ask(system), UNKNOWN_SERVICE);
    for (const call of backendCalls) call.respond({});
    for (const stream of streams) {
      assert.equal(stream.outcome.kind, "continued");
      stream.finish();
    }
    assertSound(system);
  });

  it("authorities move from one service to another", async () => {
    const system = await startEmulatedSystem({
      configuration: systemConfiguration(["1001", "1002"], { system: { ttl: 1 } }),
      prepare: (admin) => {
        admin.publish({ id: "1001", hosts: ["api.test", "both.test"] });
        admin.publish({ id: "1002", hosts: ["other.test", "both.test"] });
      },
    });
    const { envoy, admin } = system;
    const served = (authority: string) => /^service_id=(\d+)/.exec(ask(system, { authority }))?.[1] ?? "none";
    const all = () => ["api.test", "both.test", "other.test", "api.test:8443"].map(served).join(" ");
    envoy.advance(200);
    assert.equal(all(), "1001 1001 1002 1001");
    admin.publish({ id: "1001", hosts: ["api.test"] });
    envoy.advance(1_300);
    assert.equal(all(), "1001 1002 1002 1001");
    admin.publish({ id: "1001", hosts: ["other.test"] });
    admin.publish({ id: "1002", hosts: ["API.test"] });
    envoy.advance(1_300);
    assert.equal(all(), "1002 none 1001 1002");
  });
});
