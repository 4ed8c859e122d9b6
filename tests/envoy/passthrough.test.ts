import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { configuration, Gateway, service, type Sent } from "../support/gateway.ts";
import { luaFilter, type EnvoyObject } from "../support/envoy-config.ts";

const APP_ID = { app_id: [{ query_string: { keys: ["app_id"] } }], app_key: [{ query_string: { keys: ["app_key"] } }] };

/** A following filter that needs the headers itself: it tells what it sees, and keeps the token from the API. */
const FOLLOWING = luaFilter(`function envoy_on_request(handle)
  local seen = {}
  for name, value in pairs(handle:headers()) do
    if string.sub(name, 1, 9) == "x-3scale-" then table.insert(seen, name .. "=" .. value) end
  end
  table.sort(seen)
  handle:headers():add("x-following-saw", table.concat(seen, " "))
  handle:headers():remove("x-3scale-service-token")
end`);

function passing(services: readonly EnvoyObject[], backend?: EnvoyObject): EnvoyObject {
  const base = configuration(services, { upstream: { url: "https://backend.test:8443/base/?x=1", timeout: 750 } });
  return { ...base, ...backend, passthrough_metadata: true };
}

const SERVICES = [
  service(),
  service({
    id: "two",
    token: "token-2",
    authorities: ["ids.test"],
    credentials: APP_ID,
    mapping_rules: [
      { method: "any", pattern: "/", usages: [{ name: "hits", delta: 1 }] },
      {
        method: "any",
        pattern: "/a",
        usages: [
          { name: "hits", delta: 2 },
          { name: 'odd "name"', delta: 3 },
        ],
      },
    ],
  }),
  service({ id: "three", token: undefined, authorities: ["tokenless.test"] }),
];

const OURS = [
  ...["app-id", "user-key", "cluster-name", "upstream-url", "timeout", "service-id", "service-token", "usages"],
  "auth-failure-mode-allowed",
].map((name) => `x-3scale-${name}`);

describe("passthrough_metadata", () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await Gateway.start({
      passing: { configuration: passing(SERVICES) },
      followed: { configuration: passing(SERVICES), after: [FOLLOWING] },
      no_backend: { configuration: passing([service()], { backend: undefined }) },
      asking: { configuration: configuration() },
    });
  });
  after(() => gateway.stop());

  const own = ({ passed }: Sent) =>
    Object.fromEntries((passed[0]?.headers ?? []).filter(([name]) => /^x-3scale-/i.test(name)));

  const BACKEND = {
    "x-3scale-cluster-name": "backend",
    "x-3scale-upstream-url": "https://backend.test:8443/base/?x=1",
    "x-3scale-timeout": "750",
  };
  const USER_KEY = {
    ...BACKEND,
    "x-3scale-user-key": "key",
    "x-3scale-service-id": "service-1",
    "x-3scale-service-token": "token-1",
    "x-3scale-usages": '{"hits":1}',
  };

  function assertRefused({ answer, calls, passed }: Sent, body: string): void {
    assert.deepEqual([answer.status, answer.body], [403, body]);
    assert.deepEqual([calls.length, passed.length], [0, 0]);
  }

  it("passes a user key on, and asks nobody", async () => {
    const sent = await gateway.get("passing", "/?user_key=key");
    assert.deepEqual([sent.answer.status, sent.calls], [200, []]);
    assert.deepEqual(own(sent), USER_KEY);
  });

  it("passes an application's id, with its key after a colon, and the sum of usages", async () => {
    const sent = await gateway.send("passing", { host: "ids.test", path: "/a/b?app_id=id&app_key=the+key" });
    assert.deepEqual([sent.answer.status, sent.calls], [200, []]);
    const { "x-3scale-usages": usages, ...rest } = own(sent);
    assert.deepEqual(JSON.parse(usages ?? ""), { hits: 3, 'odd "name"': 3 });
    const service = { "x-3scale-service-id": "two", "x-3scale-service-token": "token-2" };
    assert.deepEqual(rest, { ...BACKEND, "x-3scale-app-id": "id:the key", ...service });
    const alone = await gateway.send("passing", { host: "ids.test", path: "/?app_id=id" });
    assert.equal(own(alone)["x-3scale-app-id"], "id");
  });

  it("lets a following filter see them, which may keep the token from the API", async () => {
    const sent = await gateway.get("followed", "/?user_key=key");
    const expected = Object.entries(USER_KEY).map(([name, value]) => `${name}=${value}`);
    assert.equal(sent.passed[0]?.header("x-following-saw"), expected.sort().join(" "));
    assert.equal(sent.passed[0]?.header("x-3scale-service-token"), undefined);
  });

  it("removes what a client sends under these names, in any case and number", async () => {
    const headers = OURS.flatMap((name): [string, string][] => [
      [name, "client's"],
      [name.toUpperCase(), "client's too"],
    ]);
    const sent = await gateway.get("passing", "/?user_key=key", [...headers, ["x-3scale-other", "kept"]]);
    assert.equal(sent.answer.status, 200);
    assert.deepEqual(own(sent), { ...USER_KEY, "x-3scale-other": "kept" });
    assert.equal(sent.passed[0]?.headers.filter(([name]) => OURS.includes(name)).length, Object.keys(USER_KEY).length);
    assert.equal(own(sent)["x-3scale-app-id"], undefined);
  });

  it("is not needed for that: a plugin that asks 3scale removes them too", async () => {
    const sent = await gateway.get(
      "asking",
      "/?user_key=key",
      OURS.map((name): [string, string] => [name, "client's"]),
    );
    assert.deepEqual([sent.answer.status, sent.calls.length], [200, 1]);
    assert.deepEqual(own(sent), {});
  });

  it("refuses as without it where credentials, a rule or a service are missing", async () => {
    assertRefused(await gateway.get("passing", "/"), "Authentication parameters missing\n");
    assertRefused(await gateway.send("passing", { host: "unknown.test" }), "Unknown service\n");
  });

  it("refuses where there is no backend or no service token to pass on", async () => {
    const failed = "Authentication failed\n";
    assertRefused(await gateway.get("no_backend", "/?user_key=key"), failed);
    assertRefused(await gateway.send("passing", { host: "tokenless.test", path: "/?user_key=key" }), failed);
  });

  it("refuses a key with control characters: no header can be smuggled in", async () => {
    for (const key of ["a%0Ab", "a%0D%0Ax-3scale-service-id:%20other", "a%00b", "%7F", "a%1F", "%0A"]) {
      const sent = await gateway.get("passing", `/?user_key=${key}`);
      assertRefused(sent, "Authentication failed\n");
      const details = await gateway.envoy.waitForAccessLog(`/?user_key=${key}`);
      assert.equal(details.details, "3scale_credentials_not_sendable");
    }
    for (const path of ["/?app_id=a%0A&app_key=k", "/?app_id=a&app_key=%0Ak", "/?app_id=a%3A&app_key=k%0D"]) {
      assertRefused(await gateway.send("passing", { host: "ids.test", path }), "Authentication failed\n");
    }
  });

  it("passes other bytes as they are", async () => {
    const sent = await gateway.get("passing", "/?user_key=%C3%A9%FF%22%2C%3D");
    assert.equal(own(sent)["x-3scale-user-key"], '\xc3\xa9\xff",=');
  });

  it("counts what it passes on", async () => {
    const outcomes = await gateway.outcomesOf(() => gateway.get("passing", "/?user_key=key"));
    assert.deepEqual(outcomes, { passed_through: 1 });
  });
});
