import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DEMO_ADMIN_TOKEN, startDemoAdmin, type AdminCall, type DemoAdmin } from "../../envoy/demo-admin/demo-admin.ts";
import { DEMO_PRODUCTS } from "../../envoy/demo-admin/products.ts";
import type { ProxyConfigDocument } from "../../envoy/demo-admin/proxy-config.ts";
import { DEMO_ACCOUNT } from "../../envoy/demo-backend/account.ts";
import { AdminApi } from "../support/admin-api.ts";
import {
  body,
  CUT_BODY,
  CUT_JSON,
  deep,
  EMPTY_BODY,
  GARBAGE,
  HANG,
  huge,
  INTERNAL_ERROR,
  RESET,
  redirect,
  slow,
} from "../support/admin-faults.ts";
import { request, type ClientResponse } from "../support/http-client.ts";
import type { Header } from "../support/http-message.ts";
import { ADMIN_TOKEN } from "../support/system-config.ts";

const latest = (id: string, environment = "production", token: string | null = DEMO_ADMIN_TOKEN) =>
  `/admin/api/services/${id}/proxy/configs/${environment}/latest.json${token === null ? "" : `?access_token=${token}`}`;
const RULES = "/demo/services/1001/rules";
const RULE = { method: "GET", pattern: "/", metric: "hits" };
const configOf = ({ body }: ClientResponse) => (JSON.parse(body) as ProxyConfigDocument).proxy_config;

describe("the demo admin API", () => {
  let admin: DemoAdmin;
  const calls: AdminCall[] = [];
  const get = (path: string, headers: Header[] = []) => request(admin.port, { path, headers });
  const put = (body: string, path = RULES) => request(admin.port, { method: "PUT", path, body });

  before(async () => {
    admin = await startDemoAdmin({
      onCall: (call) => {
        calls.push(call);
      },
    });
  });
  after(() => admin.stop());

  it("gives the newest configuration of each service the demo backend knows", async () => {
    for (const { id, tokens, mode, metrics } of DEMO_ACCOUNT.services) {
      const answer = await get(latest(id));
      assert.equal(answer.status, 200);
      assert.equal(answer.header("content-type"), "application/json; charset=utf-8");
      const { content, environment } = configOf(answer);
      assert.deepEqual([String(content.id), environment], [id, "production"]);
      assert.ok(tokens.includes(content.backend_authentication_value as string));
      const method = { user_key: "1", app_id: "2", oidc: "oidc" }[mode];
      assert.equal(content.proxy.authentication_method, method);
      assert.equal(content.backend_version, method === "oidc" ? "oauth" : method);
      const names = metrics.map(({ name }) => name);
      assert.ok(content.proxy.proxy_rules.every((rule) => names.includes(rule.metric_system_name as string)));
    }
    assert.equal(DEMO_PRODUCTS.length, DEMO_ACCOUNT.services.length);
  });

  it("gives it for staging under both names", async () => {
    for (const name of ["sandbox", "staging"])
      assert.equal(configOf(await get(latest("1001", name))).environment, "sandbox");
  });

  const refused: [name: string, path: string, status: number, body: string][] = [
    ["no access token", latest("1001", "production", null), 403, '{"error":"Access denied"}'],
    ["a wrong access token", latest("1001", "production", "x"), 403, '{"error":"Access denied"}'],
    ["an unknown service", latest("9"), 404, '{"status":"Not found"}'],
    ["an unknown environment", latest("1001", "weird"), 400, '{"error":"invalid environment"}'],
    ["an unknown path", "/admin/api/services/1001.json", 404, '{"status":"Not found"}'],
    ["the rules of an unknown service", "/demo/services/9/rules", 404, '{"status":"Not found"}'],
    ["a path that is none", "//", 404, '{"status":"Not found"}'],
  ];
  for (const [name, path, status, body] of refused) {
    it(`refuses ${name} as 3scale does`, async () => {
      const answer = await get(path);
      assert.deepEqual([answer.status, answer.body], [status, body]);
    });
  }

  it("takes the access token as a user name, too", async () => {
    const basic = (name: string): Header => ["authorization", `Basic ${Buffer.from(`${name}:`).toString("base64")}`];
    const path = latest("1001", "production", null);
    assert.equal((await get(path, [basic(DEMO_ADMIN_TOKEN)])).status, 200);
    assert.equal((await get(path, [basic("x")])).status, 403);
  });

  it("answers 304 to who has the configuration already", async () => {
    const etag = (await get(latest("1002"))).header("etag")!;
    assert.match(etag, /^W\/"/);
    assert.equal((await get(latest("1002"), [["if-none-match", etag]])).status, 304);
    admin.setRules("1002", [RULE]);
    assert.equal((await get(latest("1002"), [["if-none-match", etag]])).status, 200);
  });

  it("shows the rules, and replaces them: the configuration has the next version", async () => {
    const before = configOf(await get(latest("1001"))).version;
    const shown = JSON.parse((await get(RULES)).body) as { version: number; rules: unknown };
    assert.deepEqual(shown, { service: "1001", version: before, rules: DEMO_PRODUCTS[0]!.rules });
    const rules = [{ ...RULE, pattern: "/new/{x}?a=b&c={d}", delta: 3, last: true }, RULE];
    calls.length = 0;
    const answer = await put(JSON.stringify(rules));
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.body), { service: "1001", version: before + 1, rules });
    const { version, content } = configOf(await get(latest("1001")));
    assert.equal(version, before + 1);
    const [first, second] = content.proxy.proxy_rules;
    const { http_method, pattern, metric_system_name, delta, last, position, parameters, querystring_parameters } =
      first!;
    assert.deepEqual(
      [http_method, pattern, metric_system_name, delta, last, position, parameters, querystring_parameters],
      ["GET", "/new/{x}?a=b&c={d}", "hits", 3, true, 1, ["x"], { a: "b", c: "{d}" }],
    );
    assert.deepEqual([second?.delta, second?.last, second?.position], [1, false, 2]);
    assert.deepEqual(calls, [
      { method: "PUT", path: RULES, status: 200, version: version },
      { method: "GET", path: latest("1001", "production", null), status: 200, version },
    ]);
  });

  const wrong: [name: string, body: string, errors: RegExp[]][] = [
    ["no JSON", "[", [/^not JSON: /]],
    ["no list", "{}", [/a list/]],
    ["no object", "[1, null]", [/^rule 1: not an object$/, /^rule 2: not an object$/]],
    [
      "nothing in a rule",
      "[{}]",
      [/method is to be/, /pattern is to begin with/, /metric is to be one of hits, products, sales/],
    ],
    ["an unknown field", JSON.stringify([{ ...RULE, patern: "/" }]), [/no field "patern"/]],
    ["a method in lower case", JSON.stringify([{ ...RULE, method: "get" }]), [/method is to be one of GET,/]],
    ["an open brace", JSON.stringify([{ ...RULE, pattern: "/{a" }]), [/brace/]],
    ["empty braces", JSON.stringify([{ ...RULE, pattern: "/{}" }]), [/brace/]],
    ["a space in a pattern", JSON.stringify([{ ...RULE, pattern: "/a b" }]), [/visible ASCII/]],
    ["a long pattern", JSON.stringify([{ ...RULE, pattern: `/${"a".repeat(255)}` }]), [/longer than 255/]],
    ["an unknown metric", JSON.stringify([{ ...RULE, metric: "clicks" }]), [/metric is to be one of/]],
    ["a delta of 0", JSON.stringify([{ ...RULE, delta: 0 }]), [/delta is to be/]],
    ["a delta that is text", JSON.stringify([{ ...RULE, delta: "1" }]), [/delta is to be/]],
    ["a last that is a number", JSON.stringify([{ ...RULE, last: 1 }]), [/last is to be/]],
    ["too many rules", JSON.stringify(Array(1001).fill(RULE)), [/more than 1000/]],
  ];
  for (const [name, body, expected] of wrong) {
    it(`refuses rules with ${name}, tells why, and keeps what it has`, async () => {
      const before = (await get(RULES)).body;
      const answer = await put(body);
      assert.equal(answer.status, 422);
      const { errors } = JSON.parse(answer.body) as { errors: string[] };
      assert.equal(errors.length, expected.length);
      expected.forEach((pattern, index) => {
        assert.match(errors[index]!, pattern);
      });
      assert.equal((await get(RULES)).body, before);
    });
  }

  it("refuses what is too long, and other methods", async () => {
    assert.equal((await put(" ".repeat(256 * 1024 + 1))).status, 413);
    const other = await request(admin.port, { method: "DELETE", path: RULES });
    assert.deepEqual([other.status, other.header("allow")], [405, "GET, PUT"]);
    assert.equal((await request(admin.port, { method: "POST", path: latest("1001") })).status, 405);
  });

  it("cannot change a service there is none of", () => {
    assert.throws(() => admin.setRules("9", []), /no service 9/);
  });

  it("stops", async () => {
    const other = await startDemoAdmin();
    await other.stop();
    await assert.rejects(request(other.port, { path: RULES }));
  });
});

describe("the admin API for tests", () => {
  let admin: AdminApi;
  const fetch = (id = "1", environment = "production", timeoutMs = 10_000) =>
    request(admin.port, { path: latest(id, environment, ADMIN_TOKEN), timeoutMs });

  before(async () => {
    admin = await AdminApi.start();
    admin.publish({ id: "1" });
    admin.publish({ id: "2", environment: "sandbox" });
  });
  after(() => admin.close());

  it("gives a document as large as real ones, and the next version of it", async () => {
    const first = await fetch();
    assert.ok(first.body.length > 20_000 && first.body.length < 60_000, String(first.body.length));
    assert.equal(configOf(first).version, 1);
    assert.equal(admin.publish({ id: "1", hosts: ["a.test"] }), 2);
    const { version, content } = configOf(await fetch());
    assert.deepEqual([version, content.proxy.hosts], [2, ["a.test"]]);
  });

  it("counts fetches by service, and tells of the next one", async () => {
    admin.take();
    const coming = admin.nextFetch("2");
    await Promise.all([fetch("1"), fetch("2", "staging"), fetch("1")]);
    const { serviceId, environment, version, status, ended } = await coming;
    await ended;
    assert.deepEqual([serviceId, environment, version, status], ["2", "staging", 1, 200]);
    assert.deepEqual([admin.count("1"), admin.count("2"), admin.count()], [2, 1, 3]);
    await admin.waitForFetches(2, "1");
    await assert.rejects(admin.nextFetch("3", 20), /in vain for a fetch of service 3/);
    await request(admin.port, { path: "/other" });
    assert.deepEqual([admin.count(), admin.strays.splice(0)], [3, ["GET /other"]]);
  });

  it("refuses tokens without permission, and services a token may not read", async () => {
    admin.allow(ADMIN_TOKEN, "none");
    const answer = await fetch();
    assert.equal(answer.status, 403);
    assert.equal(answer.body, '{"error":"Your access token does not have the correct permissions"}');
    admin.allow(ADMIN_TOKEN, ["2"]);
    assert.equal((await fetch("1")).status, 404);
    assert.equal((await fetch("2")).status, 404, "nothing is promoted to production");
    admin.allow(ADMIN_TOKEN);
    admin.withdraw("2");
    assert.equal((await fetch("2", "sandbox")).status, 404);
    assert.equal((await fetch("1", "weird")).status, 400);
  });

  it("misbehaves in every way", async () => {
    const answers = async (fault: Parameters<AdminApi["fail"]>[0]) => {
      admin.fail(fault, "1");
      return fetch("1", "production", 500).catch((error: unknown) => (error as Error).message);
    };
    const status = async (fault: Parameters<AdminApi["fail"]>[0]) => {
      const answer = await answers(fault);
      return typeof answer === "string" ? answer.slice(0, 22) : answer.status;
    };
    assert.match((await answers(HANG)) as string, /timeout/);
    assert.match((await answers(RESET)) as string, /closed/);
    assert.match((await answers(CUT_BODY)) as string, /closed/);
    assert.match((await answers(slow({ everyMs: 200 }))) as string, /timeout/);
    assert.equal(await status(INTERNAL_ERROR), 500);
    assert.equal(await status(redirect()), 302);
    assert.equal(await status(EMPTY_BODY), 200);
    for (const fault of [GARBAGE, CUT_JSON, EMPTY_BODY, body("[]x")]) {
      const { body: text } = (await answers(fault)) as ClientResponse;
      assert.throws(() => JSON.parse(text) as unknown);
    }
    const large = (await answers(huge(100_000))) as ClientResponse;
    assert.deepEqual([large.body.length, configOf(large).version], [100_000, admin.version("1")]);
    const { content } = configOf((await answers(deep(500))) as ClientResponse);
    assert.equal((content.nested as unknown[]).flat(Infinity).length, 0);
    assert.equal(admin.fetches.at(-1)?.version, undefined);
    admin.heal();
    assert.equal((await fetch()).status, 200);
  });

  it("can be killed, and revived at the same port", async () => {
    const { port } = admin;
    await admin.kill();
    await assert.rejects(fetch());
    await admin.revive();
    assert.equal((await fetch()).status, 200);
    assert.equal(admin.port, port);
  });
});
