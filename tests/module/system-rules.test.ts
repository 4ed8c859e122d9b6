import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askAll, assertSound, logLines, systemMetric } from "../support/system-asks.ts";
import { type ProxyRule } from "../support/system-config.ts";
import { fetchedRule, startSingle, usages } from "../support/system-single.ts";

describe("correction 19: a rule that is wrong is left out, the rest serves", () => {
  const BAD: [Partial<ProxyRule> & Record<string, unknown>, RegExp][] = [
    [{ pattern: "/{}" }, /pattern/],
    [{ pattern: "/a{b" }, /pattern/],
    [{ method: "" }, /method/],
    [{ method: "GE T" }, /method/],
    [{ metric: "" }, /metric/],
  ];
  for (const [fields, wording] of BAD) {
    it(JSON.stringify(fields), async () => {
      const rules = [
        fetchedRule("GET", "/", "hits"),
        { ...fetchedRule("GET", "/", "bad"), position: 17, ...fields },
        fetchedRule("GET", "/", "after", { position: 18 }),
      ];
      const system = await startSingle({ fetched: { rules } });
      assert.deepEqual(
        askAll(system),
        Array(2).fill("service_id=1001&service_token=fetched-token&user_key=a&usage[hits]=1&usage[after]=1"),
      );
      assert.equal(systemMetric(system, "rules_skipped"), 1);
      const lines = logLines(system, "warn").filter((line) => line.includes("skipped"));
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0]!, /^service "1001": rule at position 17 is skipped: found /);
      assert.match(lines[0]!, wording);
      // Once a version, however often it is fetched, and however many VMs take it.
      system.envoy.advance(20_000);
      assert.equal(systemMetric(system, "rules_skipped"), 1);
      assert.equal(logLines(system, "warn").filter((line) => line.includes("skipped")).length, 1);
      assertSound(system);
    });
  }

  it("values of another type, and no object at all", async () => {
    const system = await startSingle({});
    const wrongs = [
      "7",
      "null",
      '"x"',
      "[]",
      '{"http_method":7,"pattern":"/","metric_system_name":"m","delta":1,"position":3}',
      '{"http_method":"GET","pattern":"/","metric_system_name":"m","delta":"1","position":"4"}',
    ];
    const right = JSON.stringify({
      http_method: "GET",
      pattern: "/",
      metric_system_name: "right",
      delta: 1,
      position: 5,
    });
    const { body } = system.admin.answer({
      serviceId: "1001",
      environment: "production",
      token: "admin-access-token",
      ifNoneMatch: undefined,
    });
    const [head = ""] = body.split('"proxy_rules":');
    system.admin.publishJson("1001", `${head}"proxy_rules":[${[...wrongs, right].join(",")}]}}}}`);
    system.envoy.advance(4_300);
    assert.equal(usages(system, "/"), "usage[right]=1");
    assert.ok(
      systemMetric(system, "rules_skipped") >= wrongs.length - 1,
      String(systemMetric(system, "rules_skipped")),
    );
  });

  it("a rule without a metric counts Hits, as with threescale-wasm-auth", async () => {
    const system = await startSingle({ fetched: { rules: [fetchedRule("GET", "/", null)] } });
    assert.equal(usages(system, "/"), "usage[Hits]=1");
  });

  it("a negative delta counts as 0, with a warning", async () => {
    const system = await startSingle({
      fetched: {
        rules: [
          fetchedRule("GET", "/", "hits", { delta: 2 }),
          fetchedRule("GET", "/", "hits", { delta: -5, position: 8 }),
        ],
      },
    });
    assert.equal(usages(system, "/"), "usage[hits]=2");
    assert.match(logLines(system, "warn").join("\n"), /rule at position 8 counts 0: found the delta -5/);
    assert.equal(systemMetric(system, "rules_skipped"), 0);
  });

  it("a thousand of them are counted, and take no more than some lines", async () => {
    const rules = Array.from({ length: 1_000 }, (_, index) => fetchedRule("GET", "/{}", "bad", { position: index }));
    const system = await startSingle({
      fetched: { rules: [...rules, fetchedRule("GET", "/", "hits", { position: 1_000 })] },
    });
    assert.equal(usages(system, "/"), "usage[hits]=1");
    assert.equal(systemMetric(system, "rules_skipped"), 1_000);
    assert.ok(logLines(system, "warn").length < 30);
  });

  it("none at all matches nothing", async () => {
    const system = await startSingle({ fetched: { rules: [] } });
    assert.equal(usages(system, "/"), "404 No Mapping Rule matched");
  });
});
