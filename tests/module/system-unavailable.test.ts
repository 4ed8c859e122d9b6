import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, askAll, assertSound, logLines, UNAVAILABLE, UNKNOWN_SERVICE } from "../support/system-asks.ts";
import { systemConfiguration } from "../support/system-config.ts";
import { startEmulatedSystem } from "../support/system-emulator.ts";
import { startSingle } from "../support/system-single.ts";

describe("a service without a token", () => {
  const FORMS: Record<string, Record<string, unknown>> = {
    "no token": { backend_authentication_value: null },
    "an empty one": { backend_authentication_value: "" },
    "a provider key": { backend_authentication_type: "provider_key" },
  };
  for (const [name, content] of Object.entries(FORMS)) {
    it(`${name}: 503, other authorities are unknown; with a configured one it serves`, async () => {
      const system = await startSingle({ fetched: { content } });
      assert.deepEqual(askAll(system), Array(2).fill(UNAVAILABLE));
      assert.equal(ask(system, { authority: "unknown.test" }), UNKNOWN_SERVICE);
      assert.match(logLines(system, "warn").join("\n"), /configure the service's token/);
      const served = await startSingle({ statics: { token: "t" }, fetched: { content } });
      assert.match(ask(served), /^service_id=1001&service_token=t&/);
      system.admin.publish({ id: "1001", token: "come", hosts: ["api.test"], otherRules: 0 });
      system.envoy.advance(4_300);
      assert.deepEqual(askAll(system), Array(2).fill("service_id=1001&service_token=come&user_key=a&usage[hits]=1"));
    });
  }
});

describe("a service whose requests are passed on", () => {
  const start = (token: string) =>
    startEmulatedSystem({
      configuration: systemConfiguration(["1001"], { passthrough_metadata: true }),
      prepare: (admin) => admin.publish({ id: "1001", hosts: ["api.test"], token }),
    });

  it("goes on with what was fetched", async () => {
    const { envoy, backendCalls } = await start("fetched-token");
    envoy.advance(100);
    const stream = envoy.request({ authority: "api.test", path: "/?user_key=a" });
    const names = ["x-3scale-service-id", "x-3scale-service-token", "x-3scale-user-key", "x-3scale-usages"];
    const values = names.map((name) => stream.upstreamHeaders?.text(name));
    assert.deepEqual(values, ["1001", "fetched-token", "a", '{"hits":1}']);
    stream.finish();
    assert.equal(backendCalls.length, 0);
  });

  it("answers 503 where a header cannot carry the token", async () => {
    const system = await start("to\r\nx: ken");
    system.envoy.advance(100);
    assert.deepEqual(askAll(system), Array(2).fill(UNAVAILABLE));
    assertSound(system);
  });
});

describe("services that wait beside services that serve", () => {
  it("answer 503, and so do unknown authorities, until all are fetched", async () => {
    const system = await startEmulatedSystem({
      configuration: systemConfiguration(["1001", "1002"], { system: { ttl: 2 } }),
      prepare: (admin) => {
        admin.publish({ id: "1001", hosts: ["api.test"] });
      },
    });
    const { envoy, admin } = system;
    envoy.advance(5_000);
    assert.match(ask(system), /^service_id=1001&/);
    for (const authority of ["other.test", "unknown.test", ""]) assert.equal(ask(system, { authority }), UNAVAILABLE);
    admin.publish({ id: "1002", hosts: ["other.test"] });
    envoy.advance(4_300);
    assert.match(ask(system, { authority: "other.test" }), /^service_id=1002&/);
    assert.equal(ask(system, { authority: "unknown.test" }), UNKNOWN_SERVICE);
    // Once fetched, it does not wait again.
    admin.withdraw("1002");
    envoy.advance(10_000);
    assert.match(ask(system, { authority: "other.test" }), /^service_id=1002&/);
    assert.equal(ask(system, { authority: "unknown.test" }), UNKNOWN_SERVICE);
  });

  it("may yet be what a wildcard of a service after them stands for: 503 until they are fetched", async () => {
    const whole = (id: string, ...authorities: string[]) => ({
      ...{ id, token: `token-${id}`, authorities },
      credentials: { user_key: [{ query_string: { keys: ["user_key"] } }] },
      mapping_rules: [{ method: "any", pattern: "/", usages: [{ name: "hits", delta: 1 }] }],
    });
    const services = [whole("1000", "*.first.test"), "1001", whole("1002", "whole.test", "whole.test:*", "*")];
    const system = await startEmulatedSystem({ configuration: systemConfiguration(services) });
    const { envoy, admin } = system;
    const served = (authority: string) =>
      /^service_id=(\d+)/.exec(ask(system, { authority }))?.[1] ?? ask(system, { authority });
    const all = () => ["a.first.test", "whole.test", "whole.test:8443", "api.test", "other.test"].map(served);
    assert.deepEqual(all(), ["1000", "1002", "1002", UNAVAILABLE, UNAVAILABLE]);
    envoy.advance(2_000);
    assert.deepEqual(all(), ["1000", "1002", "1002", UNAVAILABLE, UNAVAILABLE]);
    admin.publish({ id: "1001", hosts: ["api.test"] });
    admin.publish({ id: "1000", hosts: [] });
    admin.publish({ id: "1002", hosts: [] });
    envoy.advance(2_500);
    assert.deepEqual(all(), ["1000", "1002", "1002", "1001", "1002"]);
  });

  it("answer as the outcome configuration_unavailable, in plain text", async () => {
    const system = await startEmulatedSystem({ configuration: systemConfiguration(["1001"]) });
    const stream = system.envoy.request({ authority: "api.test" });
    assert.deepEqual(stream.outcome, { kind: "local-reply", status: 503, details: "3scale_configuration_unavailable" });
    assert.equal(stream.response?.text, "Service configuration unavailable\n");
    assert.equal(stream.response?.headers.text("powered-by"), "3scale");
    stream.finish();
    assert.equal(system.envoy.metrics.value("threescale_auth_configuration_unavailable"), 1);
  });
});
