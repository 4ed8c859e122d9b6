import { readFile } from "node:fs/promises";
import { Vm } from "../emulator/index.ts";
import { cluster, listener, PLUGIN_PATH, wasmFilter } from "../tests/support/envoy-config.ts";
import { Envoy } from "../tests/support/envoy.ts";
import { poll } from "../tests/support/poll.ts";
import { configuration } from "./configuration.ts";
import { compileFloorModule } from "./floor.ts";
import { rssMiB } from "./processes.ts";
import type { Verdict } from "./soak.ts";

/** Updates until memory has its size: two configurations side by side while one replaces the other. */
const WARM_UP_UPDATES = 20;
/** Updates at a time, before old listeners are waited for. */
const BATCH = 10;
const ALLOWED_GROWTH_MIB = 2;
/** Nothing listens there: no request is made. */
const NO_PORT = 9;

/** Two configurations of different size, in turn; told apart by their services. */
const TEXTS = [configuration(100, 10), configuration(101, 10)].map((one) => JSON.stringify(one));
const textOf = (update: number): string => TEXTS[update % TEXTS.length]!;

/** Updates in Envoy: its memory grows by no more than with a module that ignores its configuration. */
export async function soakUpdates(updates: number): Promise<Verdict> {
  const ignoring = await growthOf(await compileFloorModule("ignore-configuration"), updates);
  const ours = await growthOf(PLUGIN_PATH, updates);
  return {
    what: "updates: Envoy's memory grows by no more than with a module that ignores them",
    measured: `${ours.toFixed(1)} MiB, ignoring ${ignoring.toFixed(1)} MiB, over ${String(updates)} updates`,
    holds: ours <= Math.max(0, ignoring) + ALLOWED_GROWTH_MIB,
  };
}

async function growthOf(plugin: string, updates: number): Promise<number> {
  const listeners = (update: number) => [listener("soak", [wasmFilter({ configuration: textOf(update), plugin })])];
  const clusters = [cluster("api", NO_PORT), cluster("backend", NO_PORT)];
  const envoy = await Envoy.start({ listeners: listeners(0), clusters, logLevel: "error" });
  try {
    const update = async (from: number, count: number) => {
      for (let i = from; i < from + count; i++) {
        const { accepted, rejected } = await envoy.updateListeners(listeners(i));
        if (!accepted) throw new Error(`update ${String(i)} is refused: ${[...rejected.values()].join("; ")}`);
        if ((i - from + 1) % BATCH === 0 || i === from + count - 1) await drained(envoy);
      }
    };
    await update(1, WARM_UP_UPDATES);
    const before = rssMiB(envoy.pid);
    await update(1 + WARM_UP_UPDATES, updates);
    return rssMiB(envoy.pid) - before;
  } finally {
    await envoy.stop();
  }
}

/** Waits until listeners that were replaced are gone, their VMs' root contexts with them. */
async function drained(envoy: Envoy): Promise<void> {
  const isDrained = async () => (await envoy.stat("listener_manager.total_listeners_draining")) === 0;
  await poll("replaced listeners to drain", isDrained, { timeoutMs: 60_000 });
}

/** Updates in the emulator: the VM's memory keeps its size. */
export async function soakEmulator(updates: number): Promise<Verdict> {
  const vm = await Vm.load(await readFile(PLUGIN_PATH), { logLevel: "error" });
  let root = vm.createRoot({ configuration: textOf(0) });
  const update = (from: number, count: number) => {
    for (let i = from; i < from + count; i++) {
      const next = vm.update(root, { configuration: textOf(i) });
      if (next === root) throw new Error(`update ${String(i)} is refused`);
      root = next;
    }
  };
  update(1, WARM_UP_UPDATES);
  const before = vm.memoryPages;
  update(1 + WARM_UP_UPDATES, updates);
  return {
    what: "updates: the VM's memory stays as it is",
    measured: `${String(before)} → ${String(vm.memoryPages)} pages over ${updates.toLocaleString("en")} updates`,
    holds: vm.memoryPages === before,
  };
}
