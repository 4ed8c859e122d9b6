import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { RootContext } from "../../emulator/index.ts";
import { cpuTimeMs } from "../support/cpu-time.ts";
import { loadPlugin } from "../support/plugin.ts";

/**
 * What one client can send within Envoy's limits must not hold a worker up: cost grows with the size of a request, not with
 * its square. Each input is measured against one of half its size; a quadratic one takes four times as long.
 */
const SIZE = 60_000;

const RULES = ["/?{name}=zz", "/?a=1", "/?b={x}&c", "/{x}/y$", "/v{x}w"].map((pattern) => ({
  method: "GET",
  pattern,
  usages: [{ name: "hits", delta: 1 }],
}));

const CONFIGURATION = {
  api: "v1",
  backend: { upstream: { name: "backend", url: "http://backend.example.com" } },
  services: [
    {
      id: "1",
      token: "token",
      authorities: ["a*b*c.example.com", "api.example.com"],
      credentials: {
        user_key: [
          { header: { keys: ["x-json"], ops: [{ json: { path: ["0"], keys: ["a"] } }] } },
          { query_string: { keys: ["user_key"] } },
          { header: { keys: ["x-key"] } },
        ],
      },
      mapping_rules: RULES,
    },
  ],
};

interface Hostile {
  path: string;
  headers?: [string, string][];
}

/** Each returns a request of about `size` bytes. */
const HOSTILE: Record<string, (size: number) => Hostile> = {
  "parameters without =": (size) => ({ path: "/a?" + "a&".repeat(size / 2) }),
  "empty parameters": (size) => ({ path: "/a?" + "&".repeat(size) }),
  "distinct parameters": (size) => ({ path: "/a?" + distinct(size) + "user_key=k" }),
  "distinct parameters on an ambiguous path": (size) => ({ path: "/a/../b?" + distinct(size) + "user_key=k" }),
  "one parameter many times": (size) => ({ path: "/a?" + "a=2&".repeat(size / 4) + "user_key=k" }),
  "many segments": (size) => ({ path: "/a".repeat(size / 2) + "?user_key=k" }),
  "many dot segments": (size) => ({ path: "/a/..".repeat(size / 5) + "?user_key=k" }),
  escapes: (size) => ({ path: "/" + "%2e%2F".repeat(size / 6) + "?user_key=k" }),
  "a long segment": (size) => ({ path: "/v" + "w".repeat(size) + "?user_key=k" }),
  "a JSON list": (size) => ({ path: "/a", headers: [["x-json", `[[${"1,".repeat(size / 2)}1]]`]] }),
  "nested JSON": (size) => ({ path: "/a", headers: [["x-json", "[".repeat(size)]] }),
  "broken JSON": (size) => ({ path: "/a", headers: [["x-json", `{"a":"${"x".repeat(size)}`]] }),
  "many headers": (size) => ({
    path: "/a",
    headers: Array.from({ length: size / 20 }, (_, i): [string, string] => [`x-header-${String(i)}`, "value"]),
  }),
};

function distinct(size: number): string {
  let text = "";
  for (let i = 0; text.length < size; i++) text += `p${String(i)}=zy&`;
  return text;
}

describe("requests made to cost", () => {
  let root: RootContext;

  before(async () => {
    const vm = await loadPlugin({ logLevel: "warn" });
    root = vm.createRoot({ rootId: "hostile", configuration: JSON.stringify(CONFIGURATION) });
    assert.ok(root.accepted);
    root.onHttpCall(() => ({ reply: { status: 200 } }));
  });

  /** The least of several times, in milliseconds: what else the machine does only adds. */
  function leastTime(request: Hostile): number {
    let least = Infinity;
    for (let i = 0; i < 5; i++) {
      const started = cpuTimeMs();
      const stream = root.request({ method: "GET", authority: "api.example.com", ...request });
      least = Math.min(least, cpuTimeMs() - started);
      stream.finish();
    }
    return least;
  }

  for (const [name, make] of Object.entries(HOSTILE)) {
    test(name, () => {
      const half = leastTime(make(SIZE / 2));
      const whole = leastTime(make(SIZE));
      const times = `${half.toFixed(1)} ms for half, ${whole.toFixed(1)} ms for all`;
      // Below a few milliseconds there is nothing to hold up, and what is measured is the emulator.
      assert.ok(whole < 15 || whole < 3.2 * half, times);
      assert.ok(whole < 150, times);
    });
  }
});
