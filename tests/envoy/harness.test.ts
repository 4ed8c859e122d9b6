import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Envoy } from "../support/envoy.ts";
import { cluster, listener, luaFilter, wasmFilter } from "../support/envoy-config.ts";
import { exchange, get, NoResponseError, request } from "../support/http-client.ts";
import { CLOSE, GARBAGE, NEVER, RecordingServer, RESET, response } from "../support/recording-server.ts";

const deny = (status: number) =>
  luaFilter(`function envoy_on_request(h) h:respond({[":status"]="${String(status)}"}, "no\\n") end`);

describe("the harness around a real Envoy", () => {
  let api: RecordingServer;
  let envoy: Envoy;

  before(async () => {
    api = await RecordingServer.start(() => response("200 OK", [["x-api", "1"]], "hello"));
    envoy = await Envoy.start({
      listeners: [listener("gateway", []), listener("closed", [deny(403)])],
      clusters: [cluster("api", api.port)],
      concurrency: 2,
    });
  });

  after(async () => {
    await envoy.stop();
    await api.close();
  });

  it("passes requests through and records them byte for byte", async () => {
    const answer = await request(await envoy.port("gateway"), {
      method: "POST",
      path: "/a%2Fb?x=1&x=%20",
      host: "api.example.com",
      headers: [["X-Bytes", "a\xffb"]],
      body: "b\xfddy",
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.body, "hello");
    assert.equal(answer.header("X-API"), "1");
    const [seen, ...others] = api.take();
    assert.equal(others.length, 0);
    assert.equal(seen?.startLine, "POST /a%2Fb?x=1&x=%20 HTTP/1.1");
    assert.equal(seen.header("x-bytes"), "a\xffb");
    assert.equal(seen.body, "b\xfddy");
    assert.deepEqual(seen.query(), [
      ["x", "1"],
      ["x", " "],
    ]);
  });

  it("reads answers without a body: HEAD and a refused CONNECT", async () => {
    const head = await request(await envoy.port("gateway"), { method: "HEAD", host: "api.example.com" });
    assert.equal(head.status, 200);
    assert.equal(head.body, "");
    const tunnel = await request(await envoy.port("gateway"), {
      method: "CONNECT",
      path: "api.example.com:443",
      host: "api.example.com:443",
    });
    assert.equal(tunnel.status, 404);
  });

  it("tells of each request in the access log", async () => {
    await get(await envoy.port("closed"), "api.example.com", "/refused?1");
    const entry = await envoy.waitForAccessLog("/refused?1");
    assert.equal(entry.code, 403);
    assert.equal(entry.details, "lua_response");
    assert.equal(entry.authority, "api.example.com");
  });

  it("reads counters by name", async () => {
    const name = "http.closed.downstream_rq_4xx";
    const before = await envoy.stat(name);
    await get(await envoy.port("closed"), "api.example.com", "/");
    assert.equal(await envoy.waitForStat(name, before + 1), before + 1);
    assert.equal(await envoy.stat("no.such.counter"), 0);
  });

  it("replaces listeners while Envoy runs, and says which it refused", async () => {
    const first = await envoy.updateListeners([listener("gateway", []), listener("closed", [deny(429)])]);
    assert.deepEqual(first, { accepted: true, rejected: new Map() });
    assert.equal((await get(await envoy.port("closed"), "api.example.com", "/")).status, 429);

    const broken = listener("gateway", [{ name: "no.such.filter" }]);
    const second = await envoy.updateListeners([broken, listener("closed", [deny(418)]), listener("late", [])]);
    assert.equal(second.accepted, false);
    assert.match(second.rejected.get("gateway") ?? "", /no\.such\.filter/);
    assert.equal((await get(await envoy.port("gateway"), "api.example.com", "/")).status, 200);
    assert.equal((await get(await envoy.port("closed"), "api.example.com", "/")).status, 418);
    assert.equal((await get(await envoy.port("late"), "api.example.com", "/")).status, 200);

    const third = await envoy.updateListeners([listener("gateway", []), listener("closed", [deny(403)])]);
    assert.equal(third.accepted, true);
    assert.equal(await envoy.listenerActive("late"), false);
  });

  it("plays a broken upstream: closes, resets, answers garbage, never answers", async () => {
    for (const [reply, status] of [
      [CLOSE, 503],
      [RESET, 503],
      [GARBAGE, 502],
    ] as const) {
      api.handler = () => reply;
      assert.equal((await get(await envoy.port("gateway"), "api.example.com", "/")).status, status);
    }
    api.handler = () => NEVER;
    api.take();
    const under = exchange(await envoy.port("gateway"), { host: "api.example.com", path: "/never" });
    await api.waitFor(1);
    under.abort();
    await assert.rejects(under.response, (error: NoResponseError) => error.why === "aborted");
    const entry = await envoy.waitForAccessLog("/never");
    assert.equal(entry.flags, "DC");
    const late = request(await envoy.port("gateway"), { host: "api.example.com", timeoutMs: 100 });
    await assert.rejects(late, (error: NoResponseError) => error.why === "timeout");
  });
});

describe("a plugin in the harness", () => {
  it("is absent when it refuses its configuration, while other listeners serve", async () => {
    const api = await RecordingServer.start();
    const envoy = await Envoy.start({
      listeners: [
        listener("refused", [wasmFilter({ configuration: "" })]),
        listener("accepted", [wasmFilter({ configuration: { api: "v1", services: [] } })]),
        listener("plain", []),
      ],
      clusters: [cluster("api", api.port)],
    });
    try {
      assert.equal(await envoy.listenerActive("refused"), false);
      assert.equal(await envoy.listenerActive("accepted"), true);
      assert.equal(await envoy.listenerActive("plain"), true);
      await assert.rejects(envoy.port("refused"), /no active listener refused/);
    } finally {
      await envoy.stop();
      await api.close();
    }
    assert.equal(envoy.isRunning, false);
  });
});
