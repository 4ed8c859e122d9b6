import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { EnvoyObject } from "../support/envoy-config.ts";
import { configuration, Gateway, service, type PluginListener } from "../support/gateway.ts";
import { response } from "../support/recording-server.ts";

const USER_KEY = '"credentials": {"user_key": [{"query_string": {"keys": ["user_key"]}}]}';
const BACKEND = '"backend": {"upstream": {"name": "backend", "url": "http://backend.test"}}';

/** A configuration with one service, written as it is: its rule's pattern and metric, and more of its fields. */
const text = (pattern: string, metric = "hits", more = "") =>
  `{"api": "v1", ${BACKEND}, "services": [{"id": "1", "token": "t", "authorities": ["api.test"], ${USER_KEY},
    "mapping_rules": [{"method": "GET", "pattern": "${pattern}", "usages": [{"name": "${metric}", "delta": 1}]}]${more}}]}`;

const without = (field: string): EnvoyObject => ({ ...service(), [field]: undefined });
const system = (ttl: number) => ({
  system: { name: "system", upstream: { name: "system", url: "http://system.test" }, token: "t", ttl },
});

const LISTENERS: Record<string, PluginListener> = {
  "escaped ampersand": { configuration: text("/s?a=1\\u0026b=2") },
  "escaped slash": { configuration: text("\\/a\\/b") },
  "escaped letters": { configuration: text("/\\u0063af\\u0025C3%\\u00419", 'h\\u00e9\\ud83d\\ude00ts\\n\\t\\"\\\\') },
  "no authorities": { configuration: configuration([without("authorities")]) },
  "misspelt authorities": { configuration: configuration([{ ...without("authorities"), authority: ["api.test"] }]) },
  "null authorities": { configuration: configuration([service({ authorities: null })]) },
  "system without authorities": { configuration: { ...configuration([without("authorities")]), ...system(1) } },
  "system with ttl 0": { configuration: { ...configuration(), ...system(0) } },
  "timeout 0": { configuration: configuration([service()], { upstream: { timeout: 0 } }) },
  empty: { configuration: "" },
  "white space": { configuration: " \n\t" },
  "byte order mark": { configuration: `\ufeff${text("/")}` },
  nulls: {
    configuration: configuration([service({ mapping_rules: null }), service({ authorities: ["null.test"] })], {
      upstream: { timeout: null },
      backend: { extensions: null, on_failure: null, name: null },
    }),
  },
  "null credentials": {
    configuration: configuration([
      service({ credentials: { user_key: [{ query_string: { keys: ["user_key"], ops: null } }], app_id: null } }),
    ]),
  },
  "enum names": {
    configuration: configuration([
      service({
        credentials: {
          user_key: [
            {
              header: {
                keys: ["x-in"],
                ops: [{ split: { separator: ":", indexes: null } }, "pop", { strlen: { min: 1, mode: "bytes" } }],
              },
            },
          ],
        },
      }),
    ]),
  },
  "enum names in capitals": {
    configuration: configuration([
      service({
        credentials: { user_key: [{ header: { keys: ["x-in"], ops: [{ strlen: { min: 2, mode: "Bytes" } }] } }] },
      }),
    ]),
  },
  "null api": { configuration: { ...configuration(), api: null } },
};

describe("what a configuration may say", () => {
  let gateway: Gateway;

  before(async () => {
    // A root id of its own for each listener: Envoy's log tells it with what the plugin logs.
    const named = Object.entries(LISTENERS).map(
      ([name, listener]) => [name, { filter: { rootId: name }, ...listener }] as const,
    );
    gateway = await Gateway.start(Object.fromEntries(named));
  });
  after(() => gateway.stop());

  /** What the plugin logged under the configuration of a listener. */
  const logOf = (name: string) =>
    gateway.envoy
      .log()
      .split("\n")
      .filter((line) => line.includes(`wasm log ${name} 3scale: `));

  const usageOf = async (name: string, path: string) => {
    const { answer, calls } = await gateway.get(name, path);
    assert.equal(answer.status, 200);
    return calls[0]?.path.split("&usage")[1];
  };

  it("correction 7: any JSON string is a pattern, or a name", async () => {
    assert.equal(await usageOf("escaped ampersand", "/s?b=2&a=1&user_key=k"), "%5Bhits%5D=1");
    assert.equal((await gateway.get("escaped ampersand", "/s?a=1&user_key=k")).answer.status, 404);
    assert.equal(await usageOf("escaped slash", "/a/b?user_key=k"), "%5Bhits%5D=1");
    assert.equal(
      await usageOf("escaped letters", "/caf%c3%a9?user_key=k"),
      "%5Bh%C3%A9%F0%9F%98%80ts%0A%09%22%5C%5D=1",
    );
  });

  for (const name of ["no authorities", "misspelt authorities", "null authorities"]) {
    it(`correction 8: a service without authorities is refused, or a typo would capture all traffic: ${name}`, async () => {
      assert.equal(await gateway.envoy.listenerActive(name), false);
      assert.ok(logOf(name).some((line) => /error at services\[0\]\.authorities .*\[missing-field\]/.test(line)));
    });
  }

  it("correction 8: with a system a service without authorities matches nothing until they are fetched", async () => {
    const { answer, calls } = await gateway.get("system without authorities", "/?user_key=k");
    assert.deepEqual([answer.status, answer.body, calls.length], [503, "Service configuration unavailable\n", 0]);
  });

  it("correction 8: a small ttl is no reason to refuse, 0 is warned of", async () => {
    assert.equal(await gateway.envoy.listenerActive("system without authorities"), true);
    assert.equal(await gateway.envoy.listenerActive("system with ttl 0"), true);
    assert.ok(logOf("system with ttl 0").some((line) => line.includes("warning at system.ttl ")));
    assert.ok(!logOf("system without authorities").some((line) => line.includes("system.ttl")));
  });

  it("correction 8: timeout 0 is the default of a second, with a warning", async () => {
    const { calls } = await gateway.get("timeout 0", "/?user_key=k");
    assert.equal(calls[0]?.header("x-envoy-expected-rq-timeout-ms"), "1000");
    assert.ok(logOf("timeout 0").some((line) => line.includes("warning at backend.upstream.timeout ")));
  });

  for (const name of ["empty", "white space", "byte order mark"]) {
    it(`correction 9: a configuration of nothing is refused with a diagnostic: ${name}`, async () => {
      assert.equal(await gateway.envoy.listenerActive(name), false);
      assert.ok(logOf(name).some((line) => line.includes("configuration refused: 1 error")));
      assert.ok(logOf(name).some((line) => line.includes("error at the configuration (line ")));
    });
  }

  it("correction 10: null is absent", async () => {
    assert.equal((await gateway.get("nulls", "/?user_key=k")).answer.status, 404);
    gateway.backend.handler = () => response(500);
    const { answer, calls } = await gateway.send("nulls", { host: "null.test", path: "/?user_key=k" });
    gateway.backend.handler = () => response(200);
    assert.deepEqual([answer.status, answer.body], [502, "Bad Gateway\n"]);
    assert.equal(calls[0]?.header("3scale-options"), "no_body=1&rejection_reason_header=1");
    assert.equal(calls[0]?.header("x-envoy-expected-rq-timeout-ms"), "1000");
    assert.equal((await gateway.get("null credentials", "/?user_key=k")).answer.status, 200);
  });

  it("correction 10: operations are taken as they are documented", async () => {
    const popped = await gateway.get("enum names", "/", [["x-in", "a:b:c"]]);
    assert.match(popped.calls[0]?.path ?? "", /&user_key=a&/);
    const capitals = await gateway.get("enum names in capitals", "/", [["x-in", "ab"]]);
    assert.match(capitals.calls[0]?.path ?? "", /&user_key=ab&/);
  });

  it("correction 10: what must be there is missing where it is null", async () => {
    assert.equal(await gateway.envoy.listenerActive("null api"), false);
    assert.ok(logOf("null api").some((line) => /error at api .*\[missing-field\]/.test(line)));
  });
});
