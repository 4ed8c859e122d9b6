import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { configuration, Gateway, service } from "../support/gateway.ts";
import { request, type ClientRequest } from "../support/http-client.ts";
import { response } from "../support/recording-server.ts";

const OWN_HEADERS = [
  "x-3scale-app-id",
  "x-3scale-user-key",
  "x-3scale-cluster-name",
  "x-3scale-upstream-url",
  "x-3scale-timeout",
  "x-3scale-service-id",
  "x-3scale-service-token",
  "x-3scale-usages",
  "x-3scale-auth-failure-mode-allowed",
];

const userKey = (...sources: object[]) => ({ credentials: { user_key: sources } });
const header = (...keys: string[]) => ({ header: { keys } });
const query = (...keys: string[]) => ({ query_string: { keys } });

const SERVICES = [
  service(),
  service({ id: "any", authorities: ["any.test", ""], ...userKey(header("x-api-key"), query("user_key")) }),
  service({
    id: "capitals",
    authorities: ["Shop.TEST", "*.Glob.Test"],
    ...userKey(header("X-API-Key", "X-Other-KEY")),
  }),
  service({
    id: "empties",
    authorities: ["empties.test"],
    ...userKey(query("first", "second"), header("x-first"), query("last")),
  }),
  service({
    id: "pair",
    authorities: ["pair.test"],
    credentials: { app_id: [query("app_id"), header("x-app-id")], app_key: [query("app_key"), header("x-app-key")] },
  }),
  service({
    id: "operations",
    authorities: ["operations.test"],
    credentials: {
      app_id: [
        { header: { keys: ["x-pair"], ops: [{ split: { separator: ":", max: 2 } }] } },
        { header: { keys: ["x-app-id"] } },
      ],
      app_key: [header("x-app-key")],
    },
  }),
  service({
    id: "authorities",
    authorities: ["127.0.0.1", "%61.test", "[::1]", "plain.test", "port.test:8080", "http.test:80", "https.test:443"],
  }),
];

describe("what a client sends", () => {
  let gateway: Gateway;

  before(async () => {
    const connect = [
      { match: { connect_matcher: {} }, route: { cluster: "api" } },
      { match: { prefix: "/" }, route: { cluster: "api", timeout: "5s" } },
    ];
    gateway = await Gateway.start({
      gateway: {
        configuration: configuration(SERVICES),
        listener: {
          routes: connect,
          hcm: {
            upgrade_configs: [{ upgrade_type: "CONNECT" }],
            http_protocol_options: { accept_http_10: true },
            http2_protocol_options: { allow_connect: true },
          },
        },
      },
      passthrough: { configuration: { ...configuration([service()]), passthrough_metadata: true } },
      failing: {
        configuration: configuration([service()], {
          upstream: { name: "no such cluster" },
          backend: { on_failure: { mode: "allow" } },
        }),
      },
    });
  });
  after(() => gateway.stop());

  const keyOf = async (host: string, path: string, headers: ClientRequest["headers"] = []) => {
    const { answer, calls } = await gateway.send("gateway", { host, path, headers });
    if (calls.length === 0) return `${String(answer.status)} ${answer.body.trim()}`;
    return new URLSearchParams(calls[0]!.path.split("?")[1]).get("user_key");
  };
  const isServed = async (host: string) =>
    (await gateway.send("gateway", { host, path: "/?user_key=k" })).answer.status;

  const ODD: Record<string, ClientRequest> = {
    "a header value that is not UTF-8": {
      host: "api.test",
      path: "/?user_key=k",
      headers: [["x-odd", "a\xff\xfe\x80b"]],
    },
    "a credential that is not UTF-8": { host: "any.test", headers: [["x-api-key", "\xff\xc3\x28\x80"]] },
    "a cookie of all high bytes": {
      host: "api.test",
      path: "/?user_key=k",
      headers: [["cookie", Buffer.from(Array.from({ length: 128 }, (_, i) => 128 + i)).toString("latin1")]],
    },
    "a path with high bytes": { host: "api.test", path: "/\xe9\xff?user_key=\xff" },
    "a path with broken escapes": { host: "api.test", path: "/%/%f/%zz/%00/%ff?user_key=%&%=%f&user_key=%zz" },
    "an absolute target": { host: "api.test", path: "http://api.test/a?user_key=k" },
    "a target that is an asterisk": { host: "api.test", method: "OPTIONS", path: "*" },
    "an odd method": { host: "api.test", method: "M-SEARCH", path: "/?user_key=k" },
    CONNECT: { host: "api.test:443", method: "CONNECT", path: "api.test:443" },
    "CONNECT with a credential": {
      ...{ host: "any.test", method: "CONNECT", path: "any.test:443", headers: [["x-api-key", "k"]] },
    },
    "HTTP/1.0 without Host": { raw: "GET /?user_key=k HTTP/1.0\r\n\r\n" },
    "HTTP/1.1 without Host": { raw: "GET /?user_key=k HTTP/1.1\r\nConnection: close\r\n\r\n" },
    "an empty Host": { raw: "GET /?user_key=k HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n" },
    "an authority with high bytes": { host: "\xff\xfe.test", path: "/?user_key=k" },
    "a thousand parameters": { host: "api.test", path: `/?${"a=b&".repeat(1000)}user_key=k` },
    "eighty headers": {
      host: "api.test",
      path: "/?user_key=k",
      headers: Array.from({ length: 80 }, (_, i) => [`x-${String(i)}`, "v".repeat(400)]),
    },
    "fifty thousand bytes of path": { host: "api.test", path: `/${"../a//".repeat(8_000)}?user_key=k` },
  };

  for (const [what, sent] of Object.entries(ODD)) {
    it(`correction 2: ${what} does not trap`, async () => {
      const logged = gateway.envoy.log().length;
      // Whatever it is answered: not Envoy's 503 for a VM that is gone, and the next request is served.
      const answer = await request(await gateway.envoy.port("gateway"), { timeoutMs: 2_000, ...sent });
      assert.notEqual(answer.status, 503);
      const { answer: next, passed } = await gateway.get("gateway", "/next?user_key=k");
      assert.deepEqual([next.status, next.body, passed.length], [200, "from the API", 1]);
      assert.doesNotMatch(gateway.envoy.log().slice(logged), /critical|Function: proxy_|aborted/i);
    });
  }

  it("correction 2: CONNECT has no path, and so no rule", async () => {
    const { answer, calls } = await gateway.send("gateway", {
      ...{ host: "any.test:80", method: "CONNECT", path: "any.test:80", headers: [["x-api-key", "k"]] },
    });
    assert.deepEqual([answer.status, answer.body, calls.length], [404, "No Mapping Rule matched\n", 0]);
  });

  it("correction 2: bytes reach the backend as they are", async () => {
    const { calls } = await gateway.send("gateway", { host: "any.test", headers: [["x-api-key", "\xff\xc3\x28"]] });
    assert.match(calls[0]?.path ?? "", /&user_key=%FF%C3%28&/);
  });

  for (const name of ["gateway", "failing"]) {
    it(`correction 3: headers of ours that a client sends are removed, unrelated ones kept: ${name}`, async () => {
      const forged = OWN_HEADERS.flatMap((own): [string, string][] => [
        [own, "forged"],
        [own.toUpperCase(), "forged again"],
        [own.replace("x-3s", "X-3s"), ""],
      ]);
      const kept: [string, string][] = [
        ["x-3scale-foo", "1"],
        ["x-3scale", "2"],
        ["x-3scale-", "3"],
        ["x-3scale-usages-of-mine", "4"],
        ["x-request", "5"],
      ];
      const { answer, passed } = await gateway.get(name, "/?user_key=k", [...forged, ...kept]);
      assert.equal(answer.status, 200);
      const seen = passed[0]!.headers.filter(([key]) => key.startsWith("x-3scale") || key === "x-request");
      const allowed: [string, string][] = [["x-3scale-auth-failure-mode-allowed", "true"]];
      assert.deepEqual(seen, [...kept, ...(name === "failing" ? allowed : [])]);
    });
  }

  it("correction 3: what passthrough hands to the next filter is the filter's own, whatever a client sends", async () => {
    const forged = OWN_HEADERS.flatMap((own): [string, string][] => [
      [own, "forged"],
      [own.toUpperCase(), "forged again"],
    ]);
    const { answer, calls, passed } = await gateway.get("passthrough", "/?user_key=k", [
      ...forged,
      ["x-3scale-foo", "1"],
    ]);
    assert.deepEqual([answer.status, calls.length], [200, 0]);
    assert.deepEqual(Object.fromEntries(passed[0]!.headers.filter(([key]) => key.startsWith("x-3scale"))), {
      "x-3scale-foo": "1",
      "x-3scale-user-key": "k",
      "x-3scale-cluster-name": "backend",
      "x-3scale-upstream-url": "http://backend.test/",
      "x-3scale-timeout": "500",
      "x-3scale-service-id": "service-1",
      "x-3scale-service-token": "token-1",
      "x-3scale-usages": '{"hits":1}',
    });
    assert.ok(passed[0]!.headers.every(([, value]) => !value.includes("forged")));
  });

  it("correction 14: a header key and an authority are compared case-insensitively", async () => {
    for (const host of ["shop.test", "SHOP.test", "a.glob.test", "A.GLOB.TEST"]) {
      for (const key of ["x-api-key", "X-API-KEY", "x-Other-Key"])
        assert.equal(await keyOf(host, "/", [[key, "k"]]), "k");
    }
  });

  it("correction 15: an empty value is no match: the next duplicate, key, source is asked", async () => {
    const none = "403 Authentication parameters missing";
    assert.equal(await keyOf("empties.test", "/?first="), none);
    assert.equal(await keyOf("empties.test", "/?first"), none);
    assert.equal(await keyOf("empties.test", "/", [["x-first", ""]]), none);
    assert.equal(await keyOf("empties.test", "/?first=&first=duplicate&second=key"), "duplicate");
    assert.equal(await keyOf("empties.test", "/?first=&second=key", [["x-first", "source"]]), "key");
    assert.equal(await keyOf("empties.test", "/?first=&second=&last=no", [["x-first", "source"]]), "source");
    assert.equal(await keyOf("empties.test", "/?first=&last=last", [["x-first", ""]]), "last");
    const { calls } = await gateway.send("gateway", {
      ...{
        host: "pair.test",
        path: "/?app_id=&app_key=",
        headers: [
          ["x-app-id", "i"],
          ["x-app-key", "k"],
        ],
      },
    });
    assert.match(calls[0]?.path ?? "", /&app_id=i&app_key=k&/);
    const alone = await gateway.send("gateway", { host: "pair.test", path: "/?app_id=i&app_key=" });
    assert.match(alone.calls[0]?.path ?? "", /&app_id=i&usage/);
  });

  it("correction 15: after operations an empty first value fails the source, an empty second one is no key", async () => {
    const callOf = async (...headers: [string, string][]) => {
      const { answer, calls } = await gateway.send("gateway", { host: "operations.test", headers });
      return calls[0]?.path.replace(/^.*service_token=token-1|&usage.*$/g, "") ?? `${String(answer.status)}`;
    };
    assert.equal(await callOf(["x-pair", "i:k"], ["x-app-key", "other"]), "&app_id=i&app_key=k");
    assert.equal(await callOf(["x-pair", "i:"], ["x-app-key", "own"]), "&app_id=i&app_key=own");
    assert.equal(await callOf(["x-pair", "i:"]), "&app_id=i");
    assert.equal(await callOf(["x-pair", ":k"], ["x-app-id", "next"]), "&app_id=next");
    assert.equal(await callOf(["x-pair", ":k"]), "403");
  });

  it("correction 20: powered-by stands on answers of the filter itself only", async () => {
    const poweredBy = async (path: string) => {
      const { answer } = await gateway.get("gateway", path);
      return answer.headers.filter(([name]) => name === "powered-by").map(([, value]) => value);
    };
    assert.deepEqual(await poweredBy("/?user_key=k"), []);
    gateway.api.handler = () => response(200, [["Powered-By", "the API"]]);
    assert.deepEqual(await poweredBy("/?user_key=k"), ["the API"]);
    gateway.api.handler = () => response("200 OK", [], "from the API");
    assert.deepEqual(await poweredBy("/"), ["3scale"]);
  });

  it("correction 24: an authority is lower-cased, an empty or default port removed, and nothing else", async () => {
    for (const host of ["127.0.0.1", "127.0.0.1:80", "%61.test", "%61.TEST:", "[::1]", "[::1]:80", "plain.test:"]) {
      assert.equal(await isServed(host), 200, host);
    }
    for (const host of [
      "0x7f.1",
      "127.1",
      "2130706433",
      "a.test",
      "[0:0:0:0:0:0:0:1]",
      "plain.test:443",
      "plain.test.",
    ]) {
      assert.equal(await isServed(host), 403, host);
    }
    assert.equal(await isServed("port.test:8080"), 200);
    assert.equal(await isServed("port.test"), 403);
    // Both sides alike: the default port of the request's scheme may stand in the configuration.
    assert.equal(await isServed("http.test"), 200);
    assert.equal(await isServed("http.test:80"), 200);
    assert.equal(await isServed("https.test:443"), 200);
    assert.equal(await isServed("https.test"), 403);
  });
});
