import { readFile } from "node:fs/promises";
import { Vm } from "../emulator/index.ts";
import { cluster, PLUGIN_PATH, wasmFilter, type EnvoyObject } from "../tests/support/envoy-config.ts";
import { authority, configuration, pathOf } from "./configuration.ts";
import { Gateway } from "./gateway.ts";
import { load } from "./load.ts";
import { coresFor, pin, rssMiB } from "./processes.ts";
import type { Verdict } from "./soak.ts";
import { Upstream } from "./upstream.ts";

const CONNECTIONS = 16;
const WARM_UP_REQUESTS = 50_000;
const SLICE_REQUESTS = 100_000;
const ALLOWED_GROWTH_MIB = 2;

const REQUEST = { host: authority(0), path: `${pathOf(9)}?user_key=abcdef0123456789` };
const CONFIGURATION = JSON.stringify(configuration(1, 10));

interface Growth {
  requests: number;
  rssMiB: number;
  allocatedMiB: number;
}

/** The filter and no filter over so many requests: Envoy's memory may grow by 2 MiB more, the VM's own not at all. */
export async function soakRequests(requests: number): Promise<Verdict[]> {
  const upstream = await Upstream.start();
  try {
    pin(upstream.pid, coresFor(1).other);
    const without = await growthOf([], requests, upstream);
    const ours = await growthOf([wasmFilter({ configuration: CONFIGURATION })], requests, upstream);
    const words = ({ requests: made, rssMiB: rss, allocatedMiB }: Growth) =>
      `${signed(rss)} MiB resident, ${signed(allocatedMiB)} MiB allocated over ${made.toLocaleString("en")} requests`;
    return [
      {
        what: "requests: Envoy's memory grows by no more than without filter + 2 MiB",
        measured: `${words(ours)}; without filter ${words(without)}`,
        holds: ours.rssMiB <= Math.max(0, without.rssMiB) + ALLOWED_GROWTH_MIB,
      },
      await soakEmulatedRequests(requests),
    ];
  } finally {
    await upstream.stop();
  }
}

async function growthOf(filters: readonly EnvoyObject[], requests: number, upstream: Upstream): Promise<Growth> {
  const clusters = [cluster("api", upstream.port), cluster("backend", upstream.port)];
  const gateway = await Gateway.start({ listeners: [filters], clusters, workers: 1 });
  try {
    pin(gateway.pid, coresFor(1).measured);
    const options = { ...REQUEST, port: gateway.ports[0]!, connections: CONNECTIONS, cores: coresFor(1).other };
    await load({ ...options, requests: WARM_UP_REQUESTS });
    const before = { rss: rssMiB(gateway.pid), allocated: await gateway.allocatedMiB() };
    let made = 0;
    while (made < requests) {
      const result = await load({ ...options, requests: Math.min(SLICE_REQUESTS, requests - made) });
      if (result.refused + result.broken > 0)
        throw new Error(`${String(result.refused + result.broken)} requests failed`);
      made += result.requests;
      process.stderr.write(`${made.toLocaleString("en")} requests, ${rssMiB(gateway.pid).toFixed(1)} MiB\n`);
    }
    const allocatedMiB = (await gateway.allocatedMiB()) - before.allocated;
    return { requests: made, rssMiB: rssMiB(gateway.pid) - before.rss, allocatedMiB };
  } finally {
    await gateway.stop();
  }
}

/** Envoy does not tell the size of a VM's memory; the emulator does. */
async function soakEmulatedRequests(requests: number): Promise<Verdict> {
  const vm = await Vm.load(await readFile(PLUGIN_PATH), { logLevel: "warn" });
  const root = vm.createRoot({ configuration: CONFIGURATION });
  root.onHttpCall(() => ({ reply: { status: 200 } }));
  const ask = () => {
    root.request({ method: "GET", authority: REQUEST.host, path: REQUEST.path }).finish();
  };
  for (let i = 0; i < 1000; i++) ask();
  const before = vm.memoryPages;
  for (let i = 0; i < requests; i++) ask();
  return {
    what: "requests: the VM's memory stays as it is",
    measured: `${String(before)} → ${String(vm.memoryPages)} pages over ${requests.toLocaleString("en")} requests`,
    holds: vm.memoryPages === before,
  };
}

const signed = (figure: number): string => `${figure >= 0 ? "+" : ""}${figure.toFixed(1)}`;
