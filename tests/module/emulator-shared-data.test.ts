import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Result, SharedData, toBytes, Vm, type RootContext } from "../../emulator/index.ts";
import { buildSystemProbe } from "../support/system-probe.ts";

let wasm: Uint8Array;
before(async () => {
  wasm = await buildSystemProbe();
});

async function start(sharedData: SharedData, vmId = "probe"): Promise<{ vm: Vm; root: RootContext }> {
  const vm = await Vm.load(wasm, { vmId, sharedData });
  return { vm, root: vm.createRoot() };
}

function run(root: RootContext, script: string): string {
  return root.request({ headers: [["x-probe", script]] }).response!.text;
}

describe("shared data", () => {
  it("numbers every set from one counter, whatever the key; 0 overwrites; an absent key takes any number", async () => {
    const { root } = await start(new SharedData());
    // What Envoy 1.40 answers to the very same script.
    assert.equal(run(root, "set lease x 4294967295;get lease"), "set=0|get=0 1 x");
    assert.equal(
      run(
        root,
        "get k;set k a 7;get k;set k b 7;set k b last;get k;set k c last;set k c 0;get k;set k d 4294967295;set e %00 0;get e;set n x 1;get n",
      ),
      "get=1|set=0|get=0 2 a|set=8|set=0|get=0 3 b|set=0|set=0|get=0 5 c|set=8|set=0|get=0 6 \0|set=0|get=0 7 x",
    );
  });

  it("is common to the VMs of an id, and only to them", async () => {
    const sharedData = new SharedData();
    const one = await start(sharedData);
    const two = await start(sharedData);
    const other = await start(sharedData, "other");
    run(one.root, "set k a 0");
    assert.equal(run(two.root, "get k;set k b last"), "get=0 1 a|set=0");
    assert.equal(run(one.root, "get k"), "get=0 2 b");
    assert.equal(run(other.root, "get k;set k c 9"), "get=1|set=0");
    assert.deepEqual(sharedData.keys("probe"), ["k"]);
    assert.equal(sharedData.byteSize("probe"), 2);
    assert.deepEqual(sharedData.get("other", "k"), { value: toBytes("c"), cas: 3 });
  });

  it("of a VM loaded without any is its own", async () => {
    const one = await Vm.load(wasm);
    const two = await Vm.load(wasm);
    run(one.createRoot(), "set k a 0");
    assert.equal(run(two.createRoot(), "get k"), "get=1");
    assert.equal(one.sharedData.get("", "k")?.cas, 1);
  });

  it("gives an empty value without an allocation, and a copy of any other", async () => {
    const sharedData = new SharedData();
    const { vm, root } = await start(sharedData);
    const value = Buffer.from("abc");
    sharedData.set("probe", "k", value);
    value.fill("x");
    sharedData.set("probe", "empty", "");
    run(root, "get k");
    const { allocations, bytesWritten } = vm.stats.measure(() => {
      assert.equal(run(root, "get empty;get k"), "get=0 2 |get=0 1 abc");
    });
    // The script, and abc.
    assert.deepEqual([allocations, bytesWritten], [2, "get empty;get k".length + 3]);
  });

  it("counts what modules do, and not what a test does", async () => {
    const sharedData = new SharedData();
    const { vm, root } = await start(sharedData);
    const traffic = sharedData.measure(() => {
      run(root, "get k;set k 12345 0;get k;set k 1 99");
      sharedData.get("probe", "k");
    });
    assert.deepEqual(traffic, { gets: 2, sets: 2, mismatches: 1, bytesRead: 5, bytesWritten: 5 });
    const { hostCalls } = vm.stats.traffic;
    assert.deepEqual([hostCalls.proxy_get_shared_data, hostCalls.proxy_set_shared_data], [2, 2]);
  });

  it("lets another VM come between a get and its set", async () => {
    const sharedData = new SharedData();
    const one = await start(sharedData);
    const two = await start(sharedData);
    run(one.root, "set k free 0");
    sharedData.onAccess = ({ operation }) => {
      if (operation !== "set") return;
      sharedData.onAccess = () => undefined;
      assert.equal(run(two.root, "get k;set k two last"), "get=0 1 free|set=0");
    };
    assert.equal(run(one.root, "get k;set k one last;get k"), "get=0 1 free|set=8|get=0 2 two");
  });

  it("leaves 0 out when its numbers wrap", () => {
    const sharedData = new SharedData({ firstCas: 0xffff_ffff });
    sharedData.set("v", "a", "1");
    sharedData.set("v", "b", "1");
    assert.deepEqual([sharedData.get("v", "a")?.cas, sharedData.get("v", "b")?.cas], [0xffff_ffff, 1]);
    assert.equal(sharedData.set("v", "b", "2", 0xffff_ffff), Result.CasMismatch);
  });

  it("is forgotten with the last VM of an id", async () => {
    const sharedData = new SharedData();
    const { root } = await start(sharedData);
    run(root, "set k a 0");
    sharedData.forget("probe");
    assert.equal(run(root, "get k;set k b 0;get k"), "get=1|set=0|get=0 2 b");
  });

  it("refuses pointers outside the memory", async () => {
    const vm = await Vm.load(wasm, { strict: false });
    assert.equal(run(vm.createRoot(), "get-outside;set-outside"), "get-outside=6|set-outside=6");
    assert.deepEqual(
      vm.violations.map(({ rule }) => rule),
      ["out-of-bounds", "out-of-bounds"],
    );
  });
});
