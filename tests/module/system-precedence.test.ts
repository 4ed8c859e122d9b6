import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, askAll, systemMetric, UNAVAILABLE, UNKNOWN_SERVICE } from "../support/system-asks.ts";
import { systemConfiguration } from "../support/system-config.ts";
import { startEmulatedSystem } from "../support/system-emulator.ts";
import { fetchedRule, startSingle, staticRule, usages } from "../support/system-single.ts";

/** A service that is configured whole; each of its fields may also be left to 3scale. */
const STATIC = {
  token: "static-token",
  authorities: ["static.test"],
  credentials: { user_key: [{ header: { keys: ["x-key"] } }] },
  mapping_rules: [{ method: "any", pattern: "/", usages: [{ name: "static", delta: 5 }] }],
};
type Field = keyof typeof STATIC;
const FIELDS = Object.keys(STATIC) as Field[];

describe("correction 18: what is configured wins, field by field", () => {
  for (let subset = 0; subset < 16; subset++) {
    const chosen = FIELDS.filter((_, index) => (subset >> index) % 2 === 1);
    it(`configured: ${chosen.join(", ") || "nothing but the id"}`, async () => {
      const system = await startSingle({ statics: Object.fromEntries(chosen.map((field) => [field, STATIC[field]])) });
      const has = (field: Field) => chosen.includes(field);
      const authority = has("authorities") ? "static.test" : "api.test";
      const expected = [
        "service_id=1001",
        `service_token=${has("token") ? "static" : "fetched"}-token`,
        `user_key=${has("credentials") ? "header" : "query"}`,
        ...(has("mapping_rules") ? ["usage[static]=5"] : []),
        "usage[hits]=1",
      ].join("&");
      const request = { path: "/?user_key=query", headers: [["x-key", "header"]] as [string, string][] };
      assert.deepEqual(askAll(system, { authority, ...request }), Array(2).fill(expected));
      const other = has("authorities") ? "api.test" : "static.test";
      assert.equal(ask(system, { authority: other, ...request }), UNKNOWN_SERVICE);
    });

    it(`before the first fetch, configured: ${chosen.join(", ") || "nothing but the id"}`, async () => {
      const system = await startEmulatedSystem({
        configuration: systemConfiguration([
          { id: "1001", ...Object.fromEntries(chosen.map((field) => [field, STATIC[field]])) },
        ]),
        prepare: (admin) => {
          admin.fail("later");
        },
      });
      const isWhole = chosen.length === FIELDS.length;
      const request = { authority: "static.test", headers: [["x-key", "header"]] as [string, string][] };
      const passes = "service_id=1001&service_token=static-token&user_key=header&usage[static]=5";
      for (const ms of [0, 500, 5_000]) {
        system.envoy.advance(ms);
        assert.deepEqual(askAll(system, request), Array(2).fill(isWhole ? passes : UNAVAILABLE));
        assert.equal(ask(system, { authority: "unknown.test" }), isWhole ? UNKNOWN_SERVICE : UNAVAILABLE);
      }
    });
  }

  it("a fetched rule equal in method, pattern and metric to a configured one is dropped, others are summed", async () => {
    const system = await startSingle({
      statics: { mapping_rules: [staticRule("GET", "/a", "hits", 2), staticRule("get", "/q?x={y}", "hits", 3)] },
      fetched: {
        rules: [
          fetchedRule("GET", "/a", "hits", { delta: 10 }),
          fetchedRule("GET", "/a", "hits", { delta: 20 }),
          fetchedRule("GET", "/a", "Hits", { delta: 30 }),
          fetchedRule("GET", "/a", "other", { delta: 40 }),
          fetchedRule("POST", "/a", "hits", { delta: 50 }),
          fetchedRule("GET", "/a/", "hits", { delta: 60 }),
          fetchedRule("GET", "/a$", "hits", { delta: 70 }),
          fetchedRule("GET", "/q?x={y}", "hits", { delta: 80 }),
          fetchedRule("GET", "/q", "hits", { delta: 90 }),
        ],
      },
    });
    assert.equal(usages(system, "/ab"), "usage[hits]=2 usage[Hits]=30 usage[other]=40");
    assert.equal(usages(system, "/a/"), "usage[hits]=62 usage[Hits]=30 usage[other]=40");
    assert.equal(usages(system, "/a"), "usage[hits]=72 usage[Hits]=30 usage[other]=40");
    assert.equal(usages(system, "/a", "POST"), "usage[hits]=50");
    assert.equal(usages(system, "/q?x=1"), "usage[hits]=93");
    assert.equal(systemMetric(system, "rules_skipped"), 0);
  });

  it("configured rules come first, then the fetched ones by position, and last ends it", async () => {
    const fetched = {
      rules: [
        fetchedRule("GET", "/", "third", { position: 9 }),
        fetchedRule("GET", "/", "first", { position: 1 }),
        fetchedRule("GET", "/last", "second", { position: 2, last: true }),
        fetchedRule("GET", "/", "negative", { position: -4 }),
      ],
    };
    const none = await startSingle({ fetched });
    assert.equal(usages(none, "/"), "usage[negative]=1 usage[first]=1 usage[third]=1");
    assert.equal(usages(none, "/last"), "usage[negative]=1 usage[first]=1 usage[second]=1");
    const statics = { mapping_rules: [staticRule("GET", "/", "static", 1), staticRule("GET", "/s", "stop", 1, true)] };
    const some = await startSingle({ statics, fetched });
    assert.equal(usages(some, "/"), "usage[static]=1 usage[negative]=1 usage[first]=1 usage[third]=1");
    assert.equal(usages(some, "/s"), "usage[static]=1 usage[stop]=1");
    assert.equal(usages(some, "/last"), "usage[static]=1 usage[negative]=1 usage[first]=1 usage[second]=1");
  });

  it("authorities that are configured as none stay none", async () => {
    const system = await startSingle({ statics: { authorities: [] } });
    assert.equal(ask(system), UNKNOWN_SERVICE);
  });

  it("goes on winning in every later version", async () => {
    const system = await startSingle({
      statics: { token: "static-token", mapping_rules: [staticRule("GET", "/", "hits", 2)] },
    });
    for (const metric of ["hits", "new", "hits"]) {
      system.admin.publish({
        id: "1001",
        token: "another",
        hosts: ["api.test"],
        rules: [fetchedRule("GET", "/", metric)],
        otherRules: 0,
      });
      system.envoy.advance(4_300);
      const added = metric === "hits" ? "" : `&usage[${metric}]=1`;
      assert.equal(ask(system), `service_id=1001&service_token=static-token&user_key=a&usage[hits]=2${added}`);
    }
  });
});
