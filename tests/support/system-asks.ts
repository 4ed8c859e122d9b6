import assert from "node:assert/strict";
import type { EmulatedThread, RequestInput } from "../../emulator/index.ts";
import type { EmulatedSystem } from "./system-emulator.ts";

/** What a service that waits for its first fetch is answered. */
export const UNAVAILABLE = "503 Service configuration unavailable";
export const UNKNOWN_SERVICE = "403 Unknown service";

/** The metrics of fetching, without their prefix. */
export type SystemMetric = "fetched" | "fetch_failed" | "rules_skipped" | "age_seconds";

export interface Ask extends RequestInput {
  worker?: number;
}

/**
 * Puts a request to a worker, by default `api.test/?user_key=a` to worker 0, and ends it. Returns the query of the AuthRep
 * call, decoded, where it passes (`passes` where none was made), and `<status> <body>` where it is answered.
 */
export function ask({ envoy, backendCalls }: EmulatedSystem, input: Ask = {}): string {
  const { worker, ...request } = { worker: 0, authority: "api.test", path: "/?user_key=a", ...input };
  const calls = backendCalls.length;
  const stream = envoy.request(request, worker);
  const { outcome, response } = stream;
  stream.finish();
  if (outcome.kind !== "continued") return `${String(response?.status)} ${response?.text.trimEnd() ?? ""}`;
  const [, query = "passes"] = (backendCalls[calls]?.path ?? "").split("?");
  return decodeURIComponent(query);
}

/** {@link ask}, of each worker in turn. */
export function askAll(system: EmulatedSystem, input: Ask = {}): string[] {
  return system.envoy.workers.map(({ name }) => ask(system, { ...input, worker: Number(name.split(" ")[1]) }));
}

/** Fails if a VM has trapped, or has broken a rule of the ABI. */
export function assertSound({ envoy }: EmulatedSystem): void {
  for (const { name, vm } of envoy.threads) {
    assert.equal(vm.failure, undefined, name);
    assert.deepEqual(vm.violations, [], name);
  }
}

/** The value of a metric of fetching. */
export function systemMetric({ envoy }: EmulatedSystem, name: SystemMetric): number {
  return envoy.metrics.value(`threescale_auth_system_${name}`);
}

/** What all VMs have logged so far, of the given level and above if one is given, without the plugin's name before it. */
export function logLines({ envoy }: EmulatedSystem, ...levels: string[]): string[] {
  const entries = envoy.logs.filter(({ level }) => levels.length === 0 || levels.includes(level));
  return entries.map(({ message }) => message.replace(/^3scale-auth: /, ""));
}

/** The threads that have fetched since the last `take()`. */
export function fetchers({ admin }: EmulatedSystem): string[] {
  return [...new Set(admin.fetches.map(({ thread }) => thread))];
}

/** The thread that has fetched last. */
export function poller(system: EmulatedSystem): EmulatedThread {
  const name = system.admin.fetches.at(-1)?.thread;
  const thread = system.envoy.threads.find((one) => one.name === name);
  assert.ok(thread !== undefined, `${String(name)} fetches, and is alive`);
  return thread;
}
