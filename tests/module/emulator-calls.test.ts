import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, describe, it } from "node:test";
import { decodePairs, encodePairs, latin1, Result, Vm, type RootContext } from "../../emulator/index.ts";
import { buildProbe } from "../conformance/build-probe.ts";

let wasm: Uint8Array;
before(async () => {
  wasm = await readFile(await buildProbe());
});

async function start(): Promise<{ vm: Vm; root: RootContext }> {
  const vm = await Vm.load(wasm, { clockNanos: 5_000_000_000n });
  return { vm, root: vm.createRoot() };
}

/** A request that calls and answers with what the probe sees of the answer. */
function calling(call: string, onCall = "callinfo;get 6 :status;get 7 x-t;buffer 4;status"): [string, string][] {
  return [
    ["x-probe", call],
    ["x-on-call", `${onCall};context self;reply 200 $`],
    ["x-return", "4"],
  ];
}

describe("calls", () => {
  it("are handed to the script with all they carry", async () => {
    const { root } = await start();
    const seen: unknown[] = [];
    root.onHttpCall((call) => {
      const { cluster, method, path, authority, timeoutMs } = call;
      seen.push({ cluster, method, path, authority, timeoutMs, body: Buffer.from(call.body).toString() });
      return { reply: { status: 202, body: "yes", trailers: [["x-t", "1"]] } };
    });
    const stream = root.request({ headers: calling("call backend /a?b 70 none data") });
    const call = { cluster: "backend", method: "POST", path: "/a?b", authority: "backend.test", timeoutMs: 70 };
    assert.deepEqual(seen, [{ ...call, body: "data" }]);
    assert.equal(
      stream.response?.text,
      "callinfo=root headers=some body=3 trailers=1|get=0 202|get=0 1|buffer=0 yes|status=0 0 |context=0",
    );
  });

  it("fail with zero headers", async () => {
    const { root } = await start();
    root.onHttpCall(() => "fail");
    const stream = root.request({ headers: calling("call backend /") });
    assert.equal(
      stream.response?.text,
      "callinfo=root headers=0 body=0 trailers=0|get=2|get=2|buffer=1|status=0 11 reset|context=0",
    );
  });

  it("answered before proxy_http_call returns", async () => {
    const { root } = await start();
    for (const inline of [{ status: 201 }, "fail"] as const) {
      root.onHttpCall(() => ({ inline }));
      // The probe learns the token only afterwards: that it survives is what counts.
      const stream = root.request({ headers: [["x-probe", "call backend /;journal;reply 200 $"]] });
      assert.match(stream.response!.text, /unknown token\|?/);
      assert.match(stream.response!.text, /^call=0/);
    }
  });

  it("refused with any code", async () => {
    const { vm, root } = await start();
    root.onHttpCall(() => ({ refuse: Result.InternalFailure }));
    const stream = root.request({ headers: [["x-probe", "call backend /;reply 200 $"]] });
    assert.equal(stream.response?.text, "call=10");
    assert.deepEqual(vm.pendingCalls, []);
  });

  it("answered later, once", async () => {
    const { vm, root } = await start();
    const stream = root.request({ headers: calling("call backend /") });
    assert.deepEqual(stream.outcome, { kind: "paused" });
    const call = vm.pendingCalls[0]!;
    call.respond({ status: 204 });
    assert.equal(stream.outcome.kind, "local-reply");
    assert.throws(() => {
      call.fail();
    }, /not pending/);
    stream.finish();
    vm.assertIdle();
  });

  it("time out when the clock says so", async () => {
    const { vm, root } = await start();
    const stream = root.request({ headers: calling("call backend / 70", "get 6 :status") });
    vm.advance(69);
    assert.equal(stream.outcome.kind, "paused");
    vm.advance(1);
    assert.equal(stream.response?.text, "get=0 504|context=0");
    assert.equal(vm.clockNanos, 5_070_000_000n);
  });

  it("are cancelled with their root context", async () => {
    const { vm, root } = await start();
    root.request({ headers: calling("call backend /") }).abort();
    const call = vm.pendingCalls[0]!;
    vm.endRoot(root);
    assert.throws(() => {
      call.respond();
    }, /not pending/);
    assert.deepEqual(vm.pendingCalls, []);
  });
});

describe("ticks", () => {
  it("fire at their time, and only while there is a period", async () => {
    const { vm, root } = await start();
    assert.throws(() => {
      vm.tick();
    }, /no root context/);
    root.request({ headers: [["x-probe", "journal;tick 100;reply 200 x"]] }).finish();
    vm.advance(99);
    const peek = [["x-probe", "peek;reply 200 $"]] as const;
    assert.equal(root.request({ headers: peek }).response?.text, "");
    vm.tick();
    assert.equal(root.request({ headers: peek }).response?.text, "tick root");
    assert.equal(vm.clockNanos, 5_100_000_000n);
    assert.equal(root.tick, undefined);
  });
});

describe("header pairs", () => {
  it("have the ABI's form", () => {
    const data = encodePairs([
      ["a", latin1("\xff")],
      ["bc", new Uint8Array(0)],
    ]);
    const sizes = [2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0];
    assert.deepEqual([...data], [...sizes, 0x61, 0, 0xff, 0, 0x62, 0x63, 0, 0]);
    assert.deepEqual(decodePairs(data), [
      ["a", latin1("\xff")],
      ["bc", new Uint8Array(0)],
    ]);
  });

  it("are refused when cut, too long, without a NUL, or too many", () => {
    const data = encodePairs([["a", latin1("b")]]);
    const changed = (at: number, value: number) => data.map((byte, index) => (index === at ? value : byte));
    assert.equal(decodePairs(data.subarray(0, -1)), undefined);
    assert.equal(decodePairs(Uint8Array.from([...data, 0])), undefined);
    assert.equal(decodePairs(changed(13, 1)), undefined);
    assert.equal(decodePairs(changed(0, 2)), undefined);
    assert.equal(decodePairs(changed(3, 0xff)), undefined);
    assert.deepEqual(decodePairs(new Uint8Array(0)), []);
    const many = Array.from({ length: 1025 }, () => ["a", latin1("b")] as const);
    assert.equal(decodePairs(encodePairs(many)), undefined);
  });
});
