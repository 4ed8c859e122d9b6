import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { EmulatedEnvoy, type EmulatedEnvoyOptions, type EmulatedThread, type LogEntry } from "../../emulator/index.ts";
import { buildSystemProbe } from "../support/system-probe.ts";

let wasm: Uint8Array;
before(async () => {
  wasm = await buildSystemProbe();
});

const START_NANOS = 5_000_000_000n;
/** How long a lease is good for, in ticks of 100 ms, is of no matter here: who sets the key first has it. */
const ELECT = "set leader %41 4294967295";
const MIB = 1024 * 1024;

async function start(lines: string[], options: EmulatedEnvoyOptions = {}): Promise<EmulatedEnvoy> {
  const plugin = { configuration: lines.join("\n"), ...options.plugin };
  return EmulatedEnvoy.start(wasm, { vmId: "probe", clockNanos: START_NANOS, ...options, plugin });
}

const text = (logs: readonly LogEntry[]) => logs.map(({ message }) => message.replace(/^probe: /, ""));
const names = (threads: readonly EmulatedThread[]) => threads.map(({ name }) => name);

/** What all threads have logged since the last time, by thread. */
function take(envoy: EmulatedEnvoy): Record<string, string[]> {
  return Object.fromEntries(envoy.threads.map(({ name, vm }) => [name, text(vm.logs.splice(0))]));
}

describe("an emulated Envoy", () => {
  it("tries the configuration, then starts the main thread and the workers", async () => {
    const envoy = await start([`configure ${ELECT};time`], { concurrency: 3 });
    assert.deepEqual(names(envoy.threads), ["main", "worker 0", "worker 1", "worker 2"]);
    assert.deepEqual(names(envoy.workers), ["worker 0", "worker 1", "worker 2"]);
    assert.equal(envoy.main, envoy.threads[0]);
    // As in Envoy: the trial VM comes first, what it puts into shared data stays, and it is gone.
    assert.deepEqual(text(envoy.trial!.logs), ["configure: set=0|time=5000"]);
    assert.equal(envoy.trial!.isDestroyed, true);
    assert.deepEqual(text(envoy.logs), Array(4).fill("configure: set=8|time=5000"));
    envoy.stop();
    assert.deepEqual([envoy.threads, envoy.sharedData.keys("probe")], [[], []]);
  });

  it("has no threads when the configuration is refused", async () => {
    const envoy = await start(["refuse"]);
    assert.deepEqual([envoy.accepted, envoy.threads], [false, []]);
    assert.throws(() => envoy.request(), /there is no worker 0/);
  });

  it("ticks in all threads in the order of time, by one clock, and not in the trial VM", async () => {
    const envoy = await start(["configure period 100", "tick time"]);
    envoy.advance(99);
    take(envoy);
    envoy.advance(201);
    assert.deepEqual(take(envoy), {
      main: ["tick: time=5100", "tick: time=5200", "tick: time=5300"],
      "worker 0": ["tick: time=5100", "tick: time=5200", "tick: time=5300"],
      "worker 1": ["tick: time=5100", "tick: time=5200", "tick: time=5300"],
    });
    assert.equal(text(envoy.trial!.logs).length, 1);
    assert.equal(envoy.clock.elapsedMs, 300);
  });

  it("lets one thread act at a time: the first of a tick sees nothing of the later ones", async () => {
    const envoy = await start(["configure period 100", "tick get a;set a x last"], { concurrency: 1 });
    take(envoy);
    envoy.advance(100);
    assert.deepEqual(take(envoy), { main: ["tick: get=1|set=0"], "worker 0": ["tick: get=0 1 x|set=0"] });
  });

  it("starts its threads one after the other when told to", async () => {
    const envoy = await start(["configure period 100;time", "tick time"], { staggerMs: 10 });
    assert.deepEqual(text(envoy.trial!.logs), ["configure: period=0|time=5000"]);
    envoy.advance(100);
    assert.deepEqual(take(envoy), {
      main: ["configure: period=0|time=5000", "tick: time=5100"],
      "worker 0": ["configure: period=0|time=5010", "tick: time=5110"],
      "worker 1": ["configure: period=0|time=5020", "tick: time=5120"],
    });
  });

  it("has one metric of a name, whichever thread counts", async () => {
    const envoy = await start(["configure period 100", "tick count fetches"], { concurrency: 2 });
    take(envoy);
    envoy.advance(100);
    assert.deepEqual(take(envoy)["worker 1"], ["tick: count=3"]);
    assert.equal(envoy.metrics.value("fetches"), 3);
  });

  it("sets the time of day without a tick", async () => {
    const envoy = await start(["configure period 100", "tick time"], { concurrency: 0 });
    take(envoy);
    envoy.clock.adjust(-3_000);
    envoy.advance(100);
    envoy.clock.adjust(60_000);
    envoy.advance(99);
    assert.deepEqual(take(envoy), { main: ["tick: time=2100"] });
  });

  it("answers calls of ticks later and in order, with what can go wrong", async () => {
    const lines = [
      "configure period 100",
      "tick call system /a 50;call system /b 500;period 0",
      "answer answer;status",
    ];
    const envoy = await start(lines, { concurrency: 0 });
    take(envoy);
    envoy.advance(100);
    const [a, b] = envoy.pendingCalls;
    assert.deepEqual([a?.path, b?.path, envoy.pendingCalls.length], ["/a", "/b", 2]);
    b!.respond({ status: 201, body: "abc" });
    envoy.advance(50);
    assert.deepEqual(take(envoy).main, [
      `tick: call=0 ${String(a!.token)}|call=0 ${String(b!.token)}|period=0`,
      `answer: answer=${String(b!.token)} 1 3|status=201`,
      `answer: answer=${String(a!.token)} 3 24|status=504`,
    ]);
  });

  for (const [name, answer, expected] of [
    ["zero headers", "fail", "answer=4 0 0|status=2|read=1"],
    ["no connection", "refuse-connection", "answer=4 3 98|status=503|read=0 3 344"],
    ["Envoy's own timeout", "timeout", "answer=4 3 24|status=504|read=0 3 344"],
    ["an empty body", { reply: {} }, "answer=4 1 0|status=200|read=0 0 0"],
  ] as const) {
    it(`a call of a tick gets ${name}`, async () => {
      const lines = ["configure period 100", "tick call system /a 50;period 0", "answer answer;status;read 0 3"];
      const envoy = await start(lines, { concurrency: 0 });
      envoy.onHttpCall(() => answer);
      envoy.advance(100);
      assert.equal(take(envoy).main?.at(-1), `answer: ${expected}`);
    });
  }

  it("a call to a cluster that is missing is refused, and not answered", async () => {
    const lines = ["configure period 100", "tick call nowhere /a 50;period 0", "answer answer"];
    const envoy = await start(lines, { concurrency: 0, clusters: ["system"] });
    take(envoy);
    envoy.advance(1_000);
    assert.deepEqual(take(envoy).main, ["tick: call=2|period=0"]);
  });

  it("hands a long body over in windows, and fails one over 32 MiB", async () => {
    const script = "answer answer;windows 65536;read 33554431 2;read 33554432 1;read 4294967290 4294967295";
    const lines = ["configure period 100", "tick call system /a 0", script];
    const envoy = await start(lines, { concurrency: 0 });
    let size = 32 * MIB;
    envoy.onHttpCall(() => ({ reply: { body: new Uint8Array(size).fill(1) } }));
    take(envoy);
    const pages = envoy.main!.vm.memoryPages;
    envoy.advance(100);
    const bytes = String(size);
    const whole = `answer: answer=4 1 ${bytes}|windows=${bytes} ${bytes}|read=0 1 1|read=0 0 0|read=0 0 0`;
    assert.equal(take(envoy).main?.at(-1), whole);
    assert.equal(envoy.main!.vm.memoryPages, pages);
    size++;
    envoy.advance(100);
    assert.equal(take(envoy).main?.at(-1), "answer: answer=8 0 0|windows=failed|read=1|read=1|read=1");
  });

  it("tells the script which thread calls, from the configuration on; the trial VM's call is not answered", async () => {
    const lines = ["configure call system /a 50;period 100", "tick call system /b 50;period 0", "answer status"];
    const envoy = await start(lines);
    const seen: string[] = [];
    envoy.onHttpCall(({ path }, thread) => {
      seen.push(`${thread?.name ?? "trial"} ${path}`);
      return { reply: {} };
    });
    assert.equal(envoy.pendingCalls.length, 3);
    envoy.advance(100);
    const again = { configuration: lines.join("\n").replace("/a", "/c") };
    assert.equal(await envoy.update(again), true);
    assert.deepEqual(seen, [
      "main /b",
      "worker 0 /b",
      "worker 1 /b",
      "trial /c",
      "main /c",
      "worker 0 /c",
      "worker 1 /c",
    ]);
    assert.deepEqual(text(envoy.trial!.logs), ["configure: call=0 4|period=0"]);
  });

  it("goes on when a thread's VM is lost, and gives it a new one", async () => {
    const lines = ["configure period 100", "tick get a;call system /a 50", "answer status"];
    const envoy = await start(lines);
    envoy.advance(100);
    const [first] = envoy.pendingCalls;
    const lost = envoy.main!;
    envoy.lose(lost);
    take(envoy);
    assert.deepEqual([names(envoy.threads), envoy.pendingCalls.length], [["worker 0", "worker 1"], 2]);
    assert.throws(() => {
      first!.respond();
    }, /not pending/);
    assert.throws(() => {
      envoy.lose(lost);
    }, /no VM/);
    const { callbacks } = lost.vm.stats.measure(() => {
      envoy.advance(100);
    });
    assert.deepEqual(callbacks, {});
    assert.equal(lost.root.request().outcome.kind, "failed");
    assert.match(take(envoy)["worker 1"]!.join(), /tick: get=1\|call=0/);
    await envoy.startThread("main");
    envoy.advance(100);
    assert.match(take(envoy).main!.join(), /^configure: period=0,tick: get=1/);
    await assert.rejects(envoy.startThread("main"), /has a VM/);
  });

  it("updates every thread, and keeps the old contexts while they drain", async () => {
    const envoy = await start(["configure period 100", "tick time"], { concurrency: 1 });
    const before = envoy.threads.map(({ root }) => root);
    assert.equal(await envoy.update({ configuration: "refuse" }), false);
    assert.equal(
      await envoy.update({ configuration: "configure period 100\ntick set new x 0" }, { drainMs: 150 }),
      true,
    );
    assert.ok(envoy.threads.every(({ root }, index) => root !== before[index] && root.accepted));
    take(envoy);
    envoy.advance(100);
    assert.deepEqual(take(envoy).main, ["tick: set=0", "tick: set=0"]);
    envoy.advance(100);
    assert.deepEqual(take(envoy).main, ["tick: set=0"]);
    assert.ok(envoy.threads.every(({ vm }) => vm.roots.length === 1));
  });

  it("a tick can be had out of turn", async () => {
    const envoy = await start(["configure period 100", "tick time"], { concurrency: 0 });
    take(envoy);
    envoy.main!.root.runTick();
    envoy.advance(100);
    assert.deepEqual(take(envoy).main, ["tick: time=5000", "tick: time=5100"]);
  });

  it("the clock cannot be moved from within its events", async () => {
    const envoy = await start(["configure period 100", "tick call system /a 50"], { concurrency: 0 });
    envoy.onHttpCall(() => {
      envoy.advance(1);
      return "fail";
    });
    assert.throws(() => {
      envoy.advance(100);
    }, /the clock is moving/);
  });
});
