import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { HttpCall, RootContext, Vm } from "../../emulator/index.ts";
import { loadPlugin } from "../support/plugin.ts";
import { configuration } from "./config-text.ts";

const CREDENTIALS = '{"user_key": [{"header": {"keys": ["x-key"]}}]}';
const BROKEN = ["", "{", "[]", '{"api": "v2"}', configuration({ id: "1" }), configuration({ top: ', "cache": {}' })];

/** A configuration that can be told from others: by the cluster it calls and the service it asks about. */
function named(name: string): string {
  const upstream = `"name": "cluster-${name}", "url": "https://${name}.test"`;
  return configuration({
    upstream,
    id: `"${name}"`,
    token: `"token-${name}"`,
    authorities: '["*"]',
    credentials: CREDENTIALS,
  });
}

/** What a request makes the root context ask; undefined where it asks nothing. */
function asks(root: RootContext): HttpCall | undefined {
  const calls: HttpCall[] = [];
  root.onHttpCall((call) => {
    calls.push(call);
    return { reply: { status: 200 } };
  });
  const stream = root.request({ headers: [["x-key", "k"]] });
  stream.finish();
  assert.ok(calls.length <= 1);
  return calls[0];
}

function assertServes(root: RootContext, name: string): void {
  const call = asks(root);
  assert.equal(call?.cluster, `cluster-${name}`);
  assert.equal(call.authority, `${name}.test`);
  assert.match(call.path, new RegExp(`\\?service_id=${name}&service_token=token-${name}&`));
}

function assertRefusalLogged(vm: Vm): void {
  assert.match(vm.logs[0]?.message ?? "", /^3scale-auth: configuration refused: \d+ error/);
  assert.equal(vm.logs[0]?.level, "error");
  vm.logs.length = 0;
}

suite("an update", () => {
  test("that is accepted takes effect", async () => {
    const vm = await loadPlugin();
    const root = vm.createRoot({ configuration: named("old") });
    assertServes(root, "old");
    assert.equal(root.configure(named("new")), true);
    assertServes(root, "new");
    vm.assertIdle();
  });

  for (const [index, broken] of BROKEN.entries()) {
    test(`that is refused leaves the configuration before in force: ${JSON.stringify(broken.slice(0, 40))}`, async () => {
      const vm = await loadPlugin();
      const root = vm.createRoot({ configuration: named("old") });
      vm.logs.length = 0;
      assert.equal(root.configure(broken), false);
      assertRefusalLogged(vm);
      assert.equal(root.accepted, true);
      assertServes(root, "old");
      assert.equal(root.configure(named(`new${String(index)}`)), true);
      assertServes(root, `new${String(index)}`);
    });

    test(`in a root context of its own that is refused leaves the old one in force: ${JSON.stringify(broken.slice(0, 40))}`, async () => {
      const vm = await loadPlugin();
      const old = vm.createRoot({ rootId: "3scale-auth-wasm", configuration: named("old") });
      vm.logs.length = 0;
      const root = vm.update(old, { configuration: broken });
      assertRefusalLogged(vm);
      assert.equal(root, old);
      assertServes(root, "old");
    });
  }

  test("many of them, good and bad, in turn", async () => {
    const vm = await loadPlugin();
    const root = vm.createRoot({ configuration: named("v0") });
    for (let i = 1; i <= 200; i++) {
      assert.equal(root.configure(BROKEN[i % BROKEN.length] ?? ""), false);
      assertServes(root, `v${String(i - 1)}`);
      assert.equal(root.configure(named(`v${String(i)}`)), true);
      assertServes(root, `v${String(i)}`);
    }
  });

  test("does not concern a request that waits for its answer", async () => {
    const vm = await loadPlugin();
    const root = vm.createRoot({ configuration: named("old") });
    const waiting = root.request({ headers: [["x-key", "k"]] });
    assert.equal(waiting.outcome.kind, "paused");
    const [call] = root.pendingCalls;
    assert.equal(root.configure(named("new")), true);
    assertServes(root, "new");
    call?.respond({ status: 200 });
    assert.equal(waiting.outcome.kind, "continued");
    waiting.finish();
    vm.assertIdle();
  });

  test("changes the answer on failure only for the requests that begin with it", async () => {
    const vm = await loadPlugin();
    const onFailure = (status: number) =>
      named("b").replace('"https://b.test"}', `"https://b.test"}, "on_failure": {"status": ${String(status)}}`);
    const root = vm.createRoot({ configuration: onFailure(599) });
    const before = root.request({ headers: [["x-key", "k"]] });
    assert.equal(root.configure(onFailure(444)), true);
    const after = root.request({ headers: [["x-key", "k"]] });
    for (const call of [...root.pendingCalls]) call.fail();
    assert.equal(before.response?.status, 599);
    assert.equal(after.response?.status, 444);
  });

  test("a first configuration that was refused can be mended", async () => {
    const vm = await loadPlugin();
    const root = vm.createRoot({ configuration: "{}" });
    assert.equal(root.accepted, false);
    assert.equal(root.request({}).outcome.kind, "failed");
    assert.equal(root.configure(named("mended")), true);
    assertServes(root, "mended");
  });
});

suite("several root contexts in one VM", () => {
  const ROOT_IDS = ["3scale-auth-wasm", "", "another", "é😀", "x".repeat(1000)];

  test("are kept apart, whatever their root ids", async () => {
    const vm = await loadPlugin();
    const roots = ROOT_IDS.map((rootId, i) => vm.createRoot({ rootId, configuration: named(`n${String(i)}`) }));
    for (const [i, root] of roots.entries()) assert.equal(root.accepted, true, ROOT_IDS[i]);
    for (const [i, root] of roots.entries()) assertServes(root, `n${String(i)}`);
    for (const [i, root] of [...roots.entries()].reverse()) assertServes(root, `n${String(i)}`);
  });

  test("are kept apart, also with the same root id", async () => {
    const vm = await loadPlugin();
    for (const rootId of ["", "3scale-auth-wasm"]) {
      const a = vm.createRoot({ rootId, configuration: named("a") });
      const b = vm.createRoot({ rootId, configuration: named("b") });
      assertServes(a, "a");
      assertServes(b, "b");
      assertServes(a, "a");
    }
  });

  test("one that is refused harms no other", async () => {
    const vm = await loadPlugin();
    const good = vm.createRoot({ rootId: "good", configuration: named("good") });
    for (const configuration of BROKEN) {
      assert.equal(vm.createRoot({ rootId: "bad", configuration }).accepted, false);
      assertServes(good, "good");
    }
  });

  test("an update of one leaves the others alone", async () => {
    const vm = await loadPlugin();
    const [a, b] = ["a", "b"].map((name) => vm.createRoot({ rootId: name, configuration: named(name) }));
    assert.ok(a && b);
    assert.equal(a.configure(named("a2")), true);
    assertServes(a, "a2");
    assertServes(b, "b");
    assert.equal(b.configure("{}"), false);
    assertServes(a, "a2");
    assertServes(b, "b");
  });

  test("requests of both at once get the answers of their own", async () => {
    const vm = await loadPlugin();
    const [a, b] = ["a", "b"].map((name) => vm.createRoot({ rootId: name, configuration: named(name) }));
    assert.ok(a && b);
    const toA = a.request({ headers: [["x-key", "k"]] });
    const toB = b.request({ headers: [["x-key", "k"]] });
    assert.deepEqual(
      vm.pendingCalls.map(({ cluster }) => cluster),
      ["cluster-a", "cluster-b"],
    );
    b.pendingCalls[0]?.respond({ status: 200 });
    a.pendingCalls[0]?.respond({ status: 403 });
    assert.equal(toB.outcome.kind, "continued");
    assert.equal(toA.response?.status, 403);
  });
});

suite("a root context that is deleted", () => {
  test("leaves the others alone", async () => {
    const vm = await loadPlugin();
    const [a, b] = ["a", "b"].map((name) => vm.createRoot({ configuration: named(name) }));
    assert.ok(a && b);
    vm.endRoot(a);
    assert.deepEqual(vm.roots, [b]);
    assertServes(b, "b");
    const c = vm.createRoot({ configuration: named("c") });
    assertServes(c, "c");
    assertServes(b, "b");
    assert.equal(vm.failure, undefined);
  });

  test("may be the only one; another can follow", async () => {
    const vm = await loadPlugin();
    vm.endRoot(vm.createRoot({ configuration: named("a") }));
    assert.deepEqual(vm.roots, []);
    assertServes(vm.createRoot({ configuration: named("b") }), "b");
  });

  test("may never have had a configuration", async () => {
    const vm = await loadPlugin();
    vm.endRoot(vm.createRoot());
    assertServes(vm.createRoot({ configuration: named("b") }), "b");
  });

  test("is the old one of an update: a request that it began, and the client then left, does no harm", async () => {
    const vm = await loadPlugin();
    const old = vm.createRoot({ configuration: named("old") });
    const waiting = old.request({ headers: [["x-key", "k"]] });
    const root = vm.update(old, { configuration: named("new") });
    assert.notEqual(root, old);
    assert.deepEqual(vm.pendingCalls, []);
    waiting.abort();
    assertServes(root, "new");
    vm.assertIdle();
    assert.equal(vm.failure, undefined);
  });

  test("gives its memory back", async () => {
    const vm = await loadPlugin();
    const cycle = () => {
      const root = vm.createRoot({ configuration: named("a") });
      assert.equal(root.accepted, true);
      vm.endRoot(root);
    };
    for (let i = 0; i < 200; i++) cycle();
    const pages = vm.memoryPages;
    for (let i = 0; i < 5_000; i++) cycle();
    assert.equal(vm.memoryPages, pages);
  });
});
