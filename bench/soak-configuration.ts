import { loadPlugin } from "../tests/support/plugin.ts";
import { configuration } from "./configuration.ts";
import type { Verdict } from "./soak.ts";

/** How many times as long as Node's `JSON.parse` of the same bytes reading, checking and compiling may take. */
const MOST = 8;
const TIMES = 3;

/** Compares how long a configuration takes with `JSON.parse` of it: the least of a few times each, in turn. */
export async function soakConfiguration(services: number, rules: number): Promise<Verdict> {
  const text = JSON.stringify(configuration(services, rules));
  const vm = await loadPlugin({ logLevel: "error" });
  const root = vm.createRoot({ configuration: text });
  if (!root.accepted) throw new Error("the plugin refuses the configuration");
  let parsed = Infinity;
  let configured = Infinity;
  for (let i = 0; i < TIMES; i++) {
    parsed = Math.min(
      parsed,
      milliseconds(() => JSON.parse(text) as unknown),
    );
    configured = Math.min(
      configured,
      milliseconds(() => root.configure(text)),
    );
  }
  const ratio = configured / parsed;
  const size = `${(text.length / 1e6).toFixed(1)} MB`;
  return {
    what: `configuration: ${String(services)} x ${String(rules)} takes at most ${String(MOST)} times JSON.parse`,
    measured: `${size}, ${configured.toFixed(0)} ms, JSON.parse ${parsed.toFixed(0)} ms: ${ratio.toFixed(1)} times`,
    holds: ratio <= MOST,
  };
}

function milliseconds(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
