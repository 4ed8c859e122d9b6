import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:http2";
import { afterEach, describe, it } from "node:test";
import { configuration, Gateway, pluginListeners, service, type PluginListener } from "../support/gateway.ts";
import { exchange, type Exchange, type NoResponseError } from "../support/http-client.ts";
import { poll } from "../support/poll.ts";
import { response, type RecordedRequest, type Reply } from "../support/recording-server.ts";

interface Version {
  token?: string;
  status?: number;
  metric?: string;
}

/** A plugin configuration that can be told from others by the calls it makes and the answers it gives. */
const version = ({ token = "token-1", status = 502, metric = "hits" }: Version): PluginListener => ({
  configuration: configuration(
    [service({ token, mapping_rules: [{ method: "GET", pattern: "/", usages: [{ name: metric, delta: 1 }] }] })],
    { upstream: { timeout: 5_000 }, backend: { on_failure: { mode: "deny", status } } },
  ),
});

const REFUSED: PluginListener = { configuration: '{"api": "v2"}' };
const parameter = (call: RecordedRequest | undefined, name: string) => new Map(call?.query()).get(name);

describe("the life of a request", () => {
  let gateway: Gateway;
  afterEach(() => gateway.stop());

  /** Makes the backend answer by hand: returns the answers that are owed, by user key. */
  function answerByHand(): Map<string, (reply: Reply) => void> {
    const owed = new Map<string, (reply: Reply) => void>();
    gateway.backend.handler = (call) =>
      new Promise<Reply>((resolve) => owed.set(parameter(call, "user_key") ?? "", resolve));
    return owed;
  }

  /** Starts a request, and waits until its call is out. */
  async function begin(name: string, key: string): Promise<Exchange> {
    const started = exchange(await gateway.envoy.port(name), { host: "api.test", path: `/?user_key=${key}` });
    const isOut = () => gateway.backend.requests.some((call) => parameter(call, "user_key") === key);
    await poll(`the call for ${key}`, isOut, { intervalMs: 2 });
    return started;
  }

  it("keeps two configurations in one VM apart", async () => {
    gateway = await Gateway.start({
      one: version({ token: "token-1", status: 502, metric: "first" }),
      two: version({ token: "token-2", status: 503, metric: "second" }),
    });
    const owed = answerByHand();
    const started = new Map<string, Exchange>();
    for (const key of ["one-a", "two-a", "one-b", "two-b"]) started.set(key, await begin(key.slice(0, 3), key));
    assert.deepEqual(
      gateway.backend.requests.map((call) => [parameter(call, "service_token"), call.path.split("usage")[1]]),
      [
        ["token-1", "%5Bfirst%5D=1"],
        ["token-2", "%5Bsecond%5D=1"],
        ["token-1", "%5Bfirst%5D=1"],
        ["token-2", "%5Bsecond%5D=1"],
      ],
    );
    // Answered in another order than asked.
    const answers: [key: string, status: number, expected: number][] = [
      ["two-b", 500, 503],
      ["one-a", 500, 502],
      ["two-a", 200, 200],
      ["one-b", 403, 403],
    ];
    for (const [key, status, expected] of answers) {
      owed.get(key)!(response(status));
      assert.equal((await started.get(key)!.response).status, expected, key);
    }
  });

  it("ends under the configuration it began with, while a new one serves; a refused one changes nothing", async () => {
    gateway = await Gateway.start({ gateway: version({ token: "old", status: 502 }) });
    const owed = answerByHand();
    const before = await begin("gateway", "before");

    const refused = await gateway.envoy.updateListeners(pluginListeners({ gateway: REFUSED }));
    assert.deepEqual([...refused.rejected.keys()], ["gateway"]);
    const during = await begin("gateway", "during");
    assert.equal(parameter(gateway.backend.requests.at(-1), "service_token"), "old");
    owed.get("during")!(response(500));
    assert.equal((await during.response).status, 502);

    const accepted = await gateway.envoy.updateListeners(
      pluginListeners({ gateway: version({ token: "new", status: 504 }) }),
    );
    assert.equal(accepted.accepted, true);
    const after = await begin("gateway", "after");
    assert.equal(parameter(gateway.backend.requests.at(-1), "service_token"), "new");
    owed.get("before")!(response(500));
    owed.get("after")!(response(500));
    assert.equal((await before.response).status, 502);
    assert.equal((await after.response).status, 504);
  });

  it("is abandoned when the client leaves before the verdict; the late answer harms nobody", async () => {
    gateway = await Gateway.start({ gateway: version({}) });
    const owed = answerByHand();
    const keys = Array.from({ length: 20 }, (_, i) => `key-${String(i)}`);
    const started = await Promise.all(keys.map((key) => begin("gateway", key)));
    const added = await gateway.outcomesOf(async () => {
      // Those with even numbers leave.
      for (const [i, one] of started.entries()) if (i % 2 === 0) one.abort();
      for (const [i, one] of started.entries()) {
        if (i % 2 === 0) await assert.rejects(one.response, (error: NoResponseError) => error.why === "aborted");
      }
      // It must not be given the verdict of one that left.
      const later = await begin("gateway", "later");
      for (const [i, key] of keys.entries()) owed.get(key)!(response(i % 2 === 0 || i % 3 === 0 ? 403 : 200));
      for (const [i, one] of started.entries()) {
        if (i % 2 !== 0) assert.equal((await one.response).status, i % 3 === 0 ? 403 : 200, String(i));
      }
      const abandoned = async () => ((await gateway.outcomes()).get("abandoned") ?? 0) === 10;
      await poll("the abandoned requests to be counted", abandoned);
      owed.get("later")!(response(200));
      assert.equal((await later.response).status, 200);
    });
    assert.deepEqual(added, { abandoned: 10, allowed: 8, authentication_failed: 3 });
    assert.equal(gateway.api.requests.length, 8);
  });

  it("is one of many streams on one HTTP/2 connection", async () => {
    gateway = await Gateway.start({ gateway: version({}) });
    const owed = answerByHand();
    const session = connect(`http://127.0.0.1:${String(await gateway.envoy.port("gateway"))}`);
    try {
      const statuses = Array.from({ length: 50 }, (_, i) => {
        const path = `/?user_key=key-${String(i)}`;
        const stream = session.request({ ":path": path, ":authority": "api.test", "x-3scale-usages": "forged" });
        return new Promise<number>((resolve, reject) => {
          stream.once("response", (headers) => {
            resolve(Number(headers[":status"]));
          });
          stream.once("error", reject);
          stream.resume();
        });
      });
      await gateway.backend.waitFor(50);
      for (let i = 49; i >= 0; i--) owed.get(`key-${String(i)}`)!(response([200, 403, 500][i % 3]!));
      assert.deepEqual(
        await Promise.all(statuses),
        statuses.map((_, i) => [200, 403, 502][i % 3]),
      );
      const passed = gateway.api.take();
      assert.equal(passed.length, 17);
      assert.ok(passed.every((seen) => seen.header("x-3scale-usages") === undefined));
    } finally {
      session.destroy();
    }
  });

  it("leaves nothing behind: 2,000 large requests do not make Envoy grow", async () => {
    gateway = await Gateway.start({ gateway: version({}) });
    gateway.backend.handler = (call) => response(parameter(call, "user_key") === "wrong" ? 403 : 200);
    const headers = Array.from({ length: 20 }, (_, i): [string, string] => [`x-${String(i)}`, "v".repeat(1_000)]);
    const run = async (count: number) => {
      let begun = 0;
      const port = await gateway.envoy.port("gateway");
      const client = async () => {
        while (begun++ < count) {
          const isWrong = begun % 2 === 0;
          const path = `/?user_key=${isWrong ? "wrong" : "right"}&long=${"q".repeat(2_000)}`;
          const { status } = await exchange(port, { host: "api.test", path, headers }).response;
          assert.equal(status, isWrong ? 403 : 200);
          gateway.api.take();
          gateway.backend.take();
        }
      };
      await Promise.all(Array.from({ length: 8 }, client));
    };
    await run(600);
    const before = residentKiB(gateway.envoy.pid);
    const added = await gateway.outcomesOf(() => run(2_000));
    assert.equal(
      Object.values(added).reduce((sum, count) => sum + count, 0),
      2_000,
    );
    // A copy of each request's headers would be 40 MiB.
    const grownKiB = residentKiB(gateway.envoy.pid) - before;
    assert.ok(grownKiB < 10_240, `Envoy grew by ${String(grownKiB)} KiB`);
  });
});

function residentKiB(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"));
  assert.ok(found !== null, "Linux tells the memory of a process");
  return Number(found[1]);
}
