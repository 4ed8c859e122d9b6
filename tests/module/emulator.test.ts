import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, describe, it } from "node:test";
import { latin1, ModuleError, Result, Violation, Vm, type RootContext, type Rule } from "../../emulator/index.ts";
import { buildProbe } from "../conformance/build-probe.ts";
import { emptyModule, importing, silentModule } from "./emulator-module.ts";

let wasm: Uint8Array;
before(async () => {
  wasm = await readFile(await buildProbe());
});

/** Asks the probe for what it has recorded. */
function journal(root: RootContext): string {
  const stream = root.request({ headers: [["x-probe", "journal;reply 200 $"]] });
  stream.finish();
  return stream.response!.text;
}

async function start(options: Parameters<typeof Vm.load>[1] = {}): Promise<{ vm: Vm; root: RootContext }> {
  const vm = await Vm.load(wasm, options);
  const root = vm.createRoot({ rootId: "root", configuration: "plugin" });
  journal(root);
  return { vm, root };
}

const rejectsWith = (load: Promise<unknown>, pattern: RegExp) =>
  assert.rejects(load, (error: Error) => error instanceof ModuleError && pattern.test(error.message));

describe("loading", () => {
  it("names WASI imports and other unknown ones", async () => {
    const module = importing(["wasi_snapshot_preview1", "fd_write"], ["env", "abort"], ["env", "proxy_log"]);
    await rejectsWith(Vm.load(module), /: wasi_snapshot_preview1\.fd_write, env\.abort$/);
  });

  it("wants the ABI version, and what is WebAssembly", async () => {
    await rejectsWith(Vm.load(emptyModule), /proxy_abi_version_0_2_1/);
    await rejectsWith(Vm.load(Uint8Array.of(1, 2, 3)), /not a WebAssembly module/);
  });

  it("skips callbacks the module does not have", async () => {
    const vm = await Vm.load(silentModule);
    const root = vm.createRoot();
    assert.equal(root.accepted, true);
    const stream = root.request({ body: "abc" });
    assert.deepEqual(stream.outcome, { kind: "continued" });
    stream.finish();
    assert.equal(stream.response?.status, 200);
    assert.deepEqual(vm.stats.traffic.callbacks, {});
    vm.assertIdle();
  });
});

describe("root contexts", () => {
  it("several in one VM, each with its root id and configuration, and the VM's configuration", async () => {
    const vm = await Vm.load(wasm, { vmConfiguration: "vm" });
    const first = vm.createRoot({ rootId: "one", configuration: "a" });
    const second = vm.createRoot({ configuration: Uint8Array.of(0xff) });
    assert.equal(
      journal(first),
      "create root|vm-start 2 vm|configure 1 a|create root|vm-start 2 vm|configure 1 \ufffd",
    );
    const ask: [string, string][] = [["x-probe", "property plugin_root_id;reply 200 $"]];
    assert.equal(first.request({ headers: ask }).response?.text, "property=0 one");
    assert.equal(second.request({ headers: ask }).response?.text, "property=0 ");
  });

  it("a refused configuration: requests get 503", async () => {
    const vm = await Vm.load(wasm);
    const root = vm.createRoot({ configuration: "refuse" });
    assert.equal(root.accepted, false);
    assert.deepEqual(root.request().outcome, { kind: "failed", status: 503 });
  });

  it("a refused start", async () => {
    const vm = await Vm.load(wasm, { vmConfiguration: "refuse-start" });
    assert.equal(vm.createRoot().accepted, false);
  });

  it("configured anew on the same context, the old configuration stays when refused", async () => {
    const { root } = await start();
    assert.equal(root.configure("new"), true);
    assert.equal(root.configure("refuse"), false);
    assert.equal(root.accepted, true);
    assert.equal(journal(root), "configure 3 new|configure 6 refuse");
  });

  it("updated as Envoy does: a new context, and the old one ends only if the new one is taken", async () => {
    const { vm, root } = await start();
    assert.equal(vm.update(root, { configuration: "refuse" }), root);
    const updated = vm.update(root, { configuration: "new" });
    assert.notEqual(updated, root);
    assert.match(journal(updated), /configure 3 new\|done root\|delete root$/);
    assert.equal(vm.roots.includes(root), false);
  });

  it("ends only after proxy_done when it wants to flush", async () => {
    const vm = await Vm.load(wasm);
    const root = vm.createRoot({ configuration: "flush" });
    const other = vm.createRoot({ configuration: "flush" });
    vm.endRoot(root);
    assert.equal(vm.roots.length, 2);
    vm.advance(10);
    assert.deepEqual(vm.roots, [other]);
    assert.match(journal(other), /done root\|.*delete root$/);
  });
});

describe("requests", () => {
  it("strings are UTF-8, latin1 gives bytes; names become lower-case", async () => {
    const { root } = await start();
    const stream = root.request({
      path: "/ä",
      headers: [
        ["X-Text", "é"],
        ["x-bytes", latin1("\xe9")],
      ],
    });
    assert.deepEqual(stream.upstreamHeaders?.latin1().slice(1), [
      [":path", "/\xc3\xa4"],
      [":method", "GET"],
      [":scheme", "http"],
      ["x-text", "\xc3\xa9"],
      ["x-bytes", "\xe9"],
      ["x-forwarded-proto", "http"],
    ]);
    stream.finish();
  });

  it("pieces of a body, trailers, and the upstream's response", async () => {
    const { root } = await start();
    const onBody = ["x-on-body", "buffer 0;flush"] as const;
    const stream = root.request({ method: "POST", headers: [onBody], body: ["ab", "c"] });
    assert.equal(Buffer.from(stream.forwarded!.body).toString(), "abc");
    stream.respond({ status: 201, headers: [["x-a", "1"]], body: "made", trailers: [["x-t", "2"]] });
    assert.deepEqual([stream.response?.status, stream.response?.text], [201, "made"]);
    stream.finish();
    assert.equal(journal(root), "buffer=0 abc");
  });

  it("finish, respond and abort refuse what cannot be", async () => {
    const { vm, root } = await start();
    const paused = root.request({ headers: [["x-return", "4"]] });
    assert.deepEqual(paused.outcome, { kind: "paused" });
    assert.throws(() => {
      paused.finish();
    }, /paused/);
    assert.throws(() => {
      paused.respond();
    }, /nothing to respond to/);
    assert.throws(() => {
      vm.assertIdle();
    }, /1 streams/);
    paused.abort();
    assert.throws(() => {
      paused.abort();
    }, /ended already/);
    vm.assertIdle();
  });
});

describe("strictness", () => {
  const rules: [rule: Rule, operation: string, onCall?: string][] = [
    ["second-local-reply", "reply 403 one;reply 404 two"],
    ["invalid-status", "reply 99 a"],
    ["invalid-header", "add 0 x-a a%0ab"],
    ["invalid-header", "reply 403 a d x%20a=1"],
    ["malformed-pairs", "reply 403 no d x-a=1 -1 malformed"],
    ["unknown-context", "context none"],
    ["no-stream", "context root;reply 403 lost"],
    ["continue-not-paused", "continue 0"],
    ["continue-without-response", "continue 1"],
    ["out-of-bounds", "log-outside"],
    ["reply-after-continue", "call backend /", "context self;continue 0;reply 403 no"],
    ["continue-after-reply", "call backend /", "context self;reply 403 no;continue 0"],
  ];
  for (const [rule, operation, onCall] of rules) {
    it(`${rule}: ${onCall ?? operation}`, async () => {
      const { vm, root } = await start();
      const headers: [string, string][] = [["x-probe", operation]];
      if (onCall !== undefined) headers.push(["x-on-call", onCall], ["x-return", "4"]);
      root.onHttpCall(() => ({ reply: {} }));
      assert.throws(
        () => root.request({ headers }),
        (error) => error instanceof Violation && error.rule === rule,
      );
      assert.deepEqual(
        vm.violations.map((violation) => violation.rule),
        [rule],
      );
    });
  }

  it("reply-after-continue: a reply from the body callback", async () => {
    const { root } = await start();
    const headers: [string, string][] = [["x-on-body", "reply 403 no"]];
    assert.throws(() => root.request({ headers, body: "abc" }), { rule: "reply-after-continue" });
  });

  it("a VM that is not strict records only", async () => {
    const { vm, root } = await start({ strict: false });
    const stream = root.request({ headers: [["x-probe", "reply 403 one;reply 404 two"]] });
    assert.deepEqual(stream.outcome, { kind: "local-reply", status: 403, details: "probe" });
    assert.equal(vm.violations.length, 1);
  });

  it("a trap kills the VM: 503 from then on, and no callback is called", async () => {
    const { vm, root } = await start();
    const stream = root.request({ headers: [["x-probe", "trap"]] });
    assert.deepEqual(stream.outcome, { kind: "failed", status: 503 });
    assert.equal(vm.failure?.where, "proxy_on_request_headers");
    assert.match(vm.failure.message, /unreachable/);
    stream.finish();
    const traffic = vm.stats.measure(() => {
      const later = root.request();
      assert.equal(later.response?.status, 503);
      later.finish();
    });
    assert.deepEqual([traffic.callbacks, traffic.hostCalls], [{}, {}]);
    vm.assertIdle();
  });
});

describe("bookkeeping", () => {
  it("counts host calls, callbacks and bytes", async () => {
    const { vm, root } = await start();
    const traffic = vm.stats.measure(() => {
      root
        .request({
          headers: [
            ["x-probe", "get 0 x-a;get 0 x-a"],
            ["x-a", "12345"],
          ],
        })
        .finish();
    });
    // Seven reads of the probe's own headers, and the two asked for.
    assert.equal(traffic.hostCalls.proxy_get_header_map_value, 9);
    assert.equal(traffic.callbacks.proxy_on_request_headers, 1);
    assert.equal(traffic.allocations, 3);
    assert.equal(traffic.bytesWritten, "get 0 x-a;get 0 x-a".length + 2 * "12345".length);
    assert.ok(traffic.bytesRead > 0);
    assert.ok(vm.memoryPages >= 1);
  });

  it("keeps logs at the level and above, and metrics by name", async () => {
    const { vm, root } = await start({ logLevel: "warn" });
    const script = "log 2 info;log 3 warn;log 5 critical;log-level;define 0 hits;increment 0 3;reply 200 $";
    const stream = root.request({ headers: [["x-probe", script]] });
    assert.match(stream.response!.text, /log-level=0 3/);
    assert.deepEqual(vm.logs, [
      { level: "warn", message: "warn" },
      { level: "critical", message: "critical" },
    ]);
    assert.deepEqual(vm.metrics.byName.get("hits"), { type: "counter", value: 3n, recorded: [] });
    assert.equal(vm.metrics.value("hits") + vm.metrics.value("none"), 3);
  });

  it("properties and foreign functions a test provides", async () => {
    const { vm, root } = await start();
    vm.setProperty(["node", "id"], "n1");
    vm.registerForeignFunction("known", () => Uint8Array.of(1));
    vm.registerForeignFunction("failing", () => Result.InternalFailure);
    const script = "property node.id;foreign known;foreign failing;foreign other;reply 200 $";
    const stream = root.request({ headers: [["x-probe", script]] });
    assert.equal(stream.response?.text, "property=0 n1|foreign=0|foreign=10|foreign=1");
  });
});
