import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RootContext } from "../../emulator/index.ts";
import { cpuTimeMs } from "../support/cpu-time.ts";
import { loadPlugin } from "../support/plugin.ts";

/** What a request costs must not depend on how many services and rules there are that do not match it. */

const REQUESTS = 200;
const ROUNDS = 9;

function configuration(services: number, rules: number): string {
  const rule = (r: number) => ({
    method: "GET",
    pattern: `/api/v1/resource-${String(r)}/{id}`,
    usages: [{ name: `metric-${String(r)}`, delta: 1 }],
  });
  return JSON.stringify({
    api: "v1",
    backend: { upstream: { name: "backend", url: "http://backend.example.com" } },
    services: Array.from({ length: services }, (_, s) => ({
      id: String(s),
      token: "token",
      authorities: [`s${String(s)}.example.com`, `*.s${String(s)}.example.com`],
      credentials: { user_key: [{ header: { keys: ["x-key"] } }] },
      mapping_rules: Array.from({ length: rules }, (_, r) => rule(r)),
    })),
  });
}

async function rootOf(services: number, rules: number): Promise<RootContext> {
  const vm = await loadPlugin({ logLevel: "warn" });
  const root = vm.createRoot({ rootId: "flat", configuration: configuration(services, rules) });
  assert.ok(root.accepted);
  root.onHttpCall(() => ({ reply: { status: 200 } }));
  return root;
}

/** The time of some requests, in milliseconds. */
function time(root: RootContext, authority: string, path: string): number {
  const started = cpuTimeMs();
  for (let i = 0; i < REQUESTS; i++) {
    const stream = root.request({ method: "GET", authority, path, headers: [["x-key", "k"]] });
    stream.finish();
  }
  return cpuTimeMs() - started;
}

describe("the cost of a request is flat", () => {
  const rows: [what: string, services: number, rules: number, authority: string, path: string][] = [
    ["5,000 services, the last", 5000, 2, "s4999.example.com", "/api/v1/resource-1/42"],
    ["5,000 services, the last by a glob", 5000, 2, "a.s4999.example.com", "/api/v1/resource-1/42"],
    ["5,000 services, an unknown one", 5000, 2, "unknown.example.com", "/api/v1/resource-1/42"],
    ["10,000 rules, the last", 1, 10_000, "s0.example.com", "/api/v1/resource-9999/42"],
    ["10,000 rules, none", 1, 10_000, "s0.example.com", "/api/v2/resource-1/42"],
  ];
  for (const [what, services, rules, authority, path] of rows) {
    test(what, async () => {
      const small = await rootOf(1, 2);
      const large = await rootOf(services, rules);
      let leastSmall = Infinity;
      let leastLarge = Infinity;
      for (let i = 0; i < ROUNDS; i++) {
        leastSmall = Math.min(leastSmall, time(small, "s0.example.com", "/api/v1/resource-1/42"));
        leastLarge = Math.min(leastLarge, time(large, authority, path));
      }
      // A scan of all takes ten times as long and more.
      const times = `${leastLarge.toFixed(1)} ms, with one service and two rules ${leastSmall.toFixed(1)} ms`;
      assert.ok(leastLarge < 2.5 * leastSmall, times);
    });
  }
});
