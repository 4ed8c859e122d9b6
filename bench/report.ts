import type { Results, Row } from "./results.ts";

/** Prints the figures as tables. */
export function report(results: Results): void {
  console.log("\nLoad: requests a second and processor time of Envoy, also in shares of the baselines");
  console.table(results.rows.map(loadColumns));
  console.log("Envoy: memory, time until the first answer; host calls and bytes of a request, as the emulator counts");
  console.table(results.rows.map(envoyColumns));
  const { envoy, upstream } = results.busy;
  console.log(`Busy, of a core: Envoy ${envoy.toFixed(2)}, API and backend ${upstream.toFixed(2)}`);
  const gain =
    results.gain === null
      ? ["not measured"]
      : Object.entries(results.gain).map(([name, by]) => `${name} ${by.toFixed(2)}`);
  console.log(`Gain of more workers, in requests a second of one: ${gain.join(", ")}`);
}

function loadColumns(row: Row): Record<string, string | number> {
  return {
    scenario: row.scenario,
    rps: row.rps,
    "of no filter": row.ofNoFilter,
    "of ext_authz": row.ofExtAuthz,
    "of fixed call": row.ofFixedCall ?? "",
    "of read and call": row.ofReadAndCall ?? "",
    "cpu µs": row.cpuUs,
    "cpu of ext_authz": row.cpuOfExtAuthz,
    "cpu of fixed call": row.cpuOfFixedCall ?? "",
    "cpu of read and call": row.cpuOfReadAndCall ?? "",
    "p50 ms": row.p50Ms,
    "p99 ms": row.p99Ms,
  };
}

function envoyColumns(row: Row): Record<string, string | number> {
  return {
    scenario: row.scenario,
    "RSS idle MiB": row.rssIdleMiB,
    "RSS after MiB": row.rssAfterMiB,
    "ready s": row.readySeconds,
    "ready, of no filter": row.readyOfNoFilter,
    "host calls": row.traffic?.hostCalls ?? "",
    entries: row.traffic?.entries ?? "",
    "bytes copied": row.traffic?.bytes ?? "",
  };
}
