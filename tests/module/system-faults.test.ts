import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deepJson, hugeJson } from "../support/admin-faults.ts";
import { ask, askAll, assertSound, logLines, systemMetric, UNAVAILABLE } from "../support/system-asks.ts";
import { ADMIN_TOKEN, systemConfiguration } from "../support/system-config.ts";
import { startEmulatedSystem, type EmulatedFault, type EmulatedSystem } from "../support/system-emulator.ts";

const TTL_MS = 2_000;
const MIB = 1024 * 1024;

const body = (text: string | Uint8Array, code = 200): EmulatedFault => ({ reply: { status: code, body: text } });
const instead = (make: (document: string) => string): EmulatedFault => {
  return (document) => ({ reply: { body: make(document) } });
};
const GARBAGE = Uint8Array.from({ length: 4096 }, (_, index) => (index * 131 + 7) & 0xff);

/** What an admin API may do instead of answering, and what the log says of it. */
const FAULTS: Record<string, [EmulatedFault, RegExp]> = {
  "no connection": ["refuse-connection", /answered with status 503/],
  "a connection that ends in the answer": ["fail", /gave no answer, or none that is whole/],
  "no answer in time": ["later", /answered with status 504/],
  "500": [body("<html>oh</html>", 500), /answered with status 500/],
  "a redirect": [{ reply: { status: 302, headers: [["location", "/p/login"]], body: "" } }, /answered with status 302/],
  "201 with the document": [(document) => ({ reply: { status: 201, body: document } }), /answered with status 201/],
  "304": [body("", 304), /answered with status 304/],
  "401": [body('{"error":"x"}', 401), /refuses the access token \(401\)/],
  "403": [body('{"error":"x"}', 403), /refuses the access token \(403\)/],
  "404": [
    body('{"status":"Not found"}', 404),
    /has no such service, or no configuration of it was promoted to production \(404\)/,
  ],
  "429": [body("slow down", 429), /answered with status 429/],
  "an empty body": [body(""), /is no proxy configuration: /],
  "white space": [body(" \n\t "), /is no proxy configuration: /],
  garbage: [body(GARBAGE), /is no proxy configuration: line 1, column \d+: /],
  "a login page": [
    body("<!DOCTYPE html><html><body>Sign in</body></html>"),
    /is no proxy configuration: line 1, column 1: /,
  ],
  null: [body("null"), /is no proxy configuration: /],
  "a list": [body("[]"), /is no proxy configuration: /],
  "a list of lists, 1,000,000 deep": [body("[".repeat(MIB)), /is no proxy configuration: /],
  "objects, 200,000 deep": [body('{"proxy_config":'.repeat(200_000)), /is no proxy configuration: /],
  "the document, with 100,000 levels in it": [
    instead((text) => deepJson(text)),
    /expected at most 128 levels of nesting/,
  ],
  "an object without anything": [body("{}"), /is no proxy configuration: /],
  "no proxy": [body('{"proxy_config":{"content":{}}}'), /is no proxy configuration: .*proxy/],
  "a proxy that is a number": [
    instead((text) => text.replace(/"proxy":\{/, '"proxy":7,"other":{')),
    /is no proxy configuration: .*proxy/,
  ],
  "hosts that are a text": [
    instead((text) => text.replace('"hosts":[', '"hosts":"api.test","other":[')),
    /is no proxy configuration: .*hosts/,
  ],
  "a token that is a number": [
    instead((text) => text.replace(/"backend_authentication_value":"[^"]*"/, '"backend_authentication_value":12345')),
    /is no proxy configuration: .*backend_authentication_value/,
  ],
  "a document cut in the middle": [
    instead((text) => text.slice(0, text.length / 2)),
    /is no proxy configuration: line 1, /,
  ],
  "a document without its last brace": [instead((text) => text.slice(0, -1)), /is no proxy configuration: line 1, /],
  "two documents": [instead((text) => text + text), /is no proxy configuration: line 1, /],
  "4 MiB and a byte": [instead((text) => hugeJson(text, 4 * MIB + 1)), /gave more than 4 MiB/],
  "31 MiB": [instead((text) => hugeJson(text, 31 * MIB)), /gave more than 4 MiB/],
  "50 MiB": [instead((text) => hugeJson(text, 50 * MIB)), /gave no answer, or none that is whole/],
};

const served = (id = "1001", metric = "hits") =>
  `service_id=${id}&service_token=service-token-${id}&user_key=a&usage[${metric}]=1`;
const HOSTS: Record<string, string> = { "1001": "api.test", "1002": "other.test" };

function publish({ admin }: Pick<EmulatedSystem, "admin">, metric: string): void {
  for (const [id, host] of Object.entries(HOSTS)) {
    admin.publish({ id, hosts: [host], rules: [{ method: "GET", pattern: "/", metric }], otherRules: 5 });
  }
}

function start(fault?: EmulatedFault): Promise<EmulatedSystem> {
  return startEmulatedSystem({
    configuration: systemConfiguration(Object.keys(HOSTS), { system: { ttl: TTL_MS / 1000 } }),
    prepare: (admin) => {
      publish({ admin }, "hits");
      if (fault !== undefined) admin.fail(fault, "1001");
    },
  });
}

const warnings = (system: EmulatedSystem) =>
  logLines(system, "warn", "error").filter((line) => !line.includes("form body"));

describe("an admin API that fails", () => {
  for (const [name, [fault, wording]] of Object.entries(FAULTS)) {
    it(`${name}: what was fetched last serves on, and the log says so once`, async () => {
      const system = await start();
      const { envoy, admin } = system;
      envoy.advance(200);
      admin.fail(fault, "1001");
      publish(system, "new");
      const before = systemMetric(system, "fetch_failed");
      for (let i = 0; i < 10; i++) {
        envoy.advance(2_000);
        assert.deepEqual(askAll(system), Array(2).fill(served()), `after ${String(2 * i + 2)} s`);
      }
      assert.deepEqual(askAll(system, { authority: "other.test" }), Array(2).fill(served("1002", "new")));
      assert.equal(warnings(system).length, 1, warnings(system).join("\n"));
      assert.match(warnings(system)[0]!, /^service "1001" could not be fetched: /);
      assert.match(warnings(system)[0]!, wording);
      assert.match(warnings(system)[0]!, /admin\.test/);
      assert.ok(systemMetric(system, "fetch_failed") - before >= 5);
      const age = systemMetric(system, "age_seconds");
      assert.ok(age >= 18 && age <= 23, `age ${String(age)}`);
      admin.heal();
      envoy.advance(1.1 * TTL_MS + 2_000);
      assert.deepEqual(askAll(system), Array(2).fill(served("1001", "new")));
      assert.ok(systemMetric(system, "age_seconds") <= 3);
      assert.equal(warnings(system).length, 1, warnings(system).join("\n"));
      for (const secret of [ADMIN_TOKEN, "service-token"])
        assert.equal(logLines(system).join("\n").includes(secret), false);
      assertSound(system);
    });

    it(`${name} from the start: 503, until it is well`, async () => {
      const system = await start(fault);
      const { envoy, admin } = system;
      envoy.advance(10_000);
      assert.deepEqual(askAll(system), Array(2).fill(UNAVAILABLE));
      assert.deepEqual(askAll(system, { authority: "other.test" }), Array(2).fill(served("1002")));
      assert.deepEqual(askAll(system, { authority: "unknown.test" }), Array(2).fill(UNAVAILABLE));
      assert.equal(warnings(system).length, 1, warnings(system).join("\n"));
      admin.heal();
      envoy.advance(1.1 * TTL_MS + 2_000);
      assert.deepEqual(askAll(system), Array(2).fill(served()));
      assertSound(system);
    });
  }

  it("says each change of what is wrong, and what is in force again", async () => {
    const system = await start();
    const { envoy, admin } = system;
    envoy.advance(200);
    const faults: EmulatedFault[] = [body("{}"), body("[]"), "fail", body("{}"), body("", 500), body("", 503)];
    for (const fault of faults) {
      admin.fail(fault, "1001");
      envoy.advance(10_000);
    }
    assert.equal(warnings(system).length, faults.length, warnings(system).join("\n"));
    admin.heal();
    envoy.advance(5_000);
    admin.fail("fail", "1001");
    envoy.advance(10_000);
    assert.equal(warnings(system).length, faults.length + 1, warnings(system).join("\n"));
  });

  it("says of each service what is wrong with it once, though they are wrong in different ways", async () => {
    const system = await start();
    const { envoy, admin } = system;
    envoy.advance(200);
    admin.fail(body("{}"), "1001");
    admin.fail(body("[]"), "1002");
    envoy.advance(60_000);
    assert.deepEqual(
      warnings(system)
        .map((line) => line.slice(0, 14))
        .sort(),
      ['service "1001"', 'service "1002"'],
    );
  });

  it("does not spare a service because another fails", async () => {
    const system = await start();
    const { envoy, admin } = system;
    envoy.advance(200);
    admin.withdraw("1001");
    publish(system, "unused");
    admin.withdraw("1001");
    envoy.advance(6_000);
    assert.deepEqual(askAll(system), Array(2).fill(served()));
    assert.deepEqual(askAll(system, { authority: "other.test" }), Array(2).fill(served("1002", "unused")));
    assert.match(warnings(system).join("\n"), /service "1001" could not be fetched: admin\.test has no such service/);
  });

  it("a token that is taken away: both services say which host, not the token", async () => {
    const system = await start();
    const { envoy, admin } = system;
    envoy.advance(200);
    admin.revoke(ADMIN_TOKEN);
    envoy.advance(20_000);
    assert.deepEqual(
      warnings(system).sort(),
      Object.keys(HOSTS).map(
        (id) =>
          `service "${id}" could not be fetched: admin.test refuses the access token (403): see system.token, and its permissions`,
      ),
    );
    admin.allow(ADMIN_TOKEN);
    publish(system, "new");
    envoy.advance(1.1 * TTL_MS + 2_000);
    assert.equal(ask(system), served("1001", "new"));
  });

  it("what is right in spite of its looks is taken: 4 MiB, 100 levels, an answer that comes late", async () => {
    const rights: Record<string, EmulatedFault> = {
      "4 MiB": instead((text) => hugeJson(text, 4 * MIB)),
      "100 levels": instead((text) => deepJson(text, 100)),
      "a mark before it": instead((text) => `\n\n ${text} \n`),
      "another order": instead((text) => {
        const document = JSON.parse(text) as { proxy_config: Record<string, unknown> };
        return JSON.stringify({ proxy_config: Object.fromEntries(Object.entries(document.proxy_config).reverse()) });
      }),
    };
    for (const [name, fault] of Object.entries(rights)) {
      const system = await start(fault);
      system.envoy.advance(100);
      assert.deepEqual(askAll(system), Array(2).fill(served()), name);
      assert.deepEqual(warnings(system), [], name);
    }
    const late = await start("later");
    late.envoy.advance(900);
    const { call } = late.admin.fetches.find(({ serviceId }) => serviceId === "1001")!;
    late.admin.heal();
    call.respond({
      body: late.admin.answer({
        serviceId: "1001",
        environment: "production",
        token: ADMIN_TOKEN,
        ifNoneMatch: undefined,
      }).body,
    });
    late.envoy.advance(100);
    assert.deepEqual(askAll(late), Array(2).fill(served()));
  });

  it("changes nothing by an error in any one field", async () => {
    const system = await start();
    const { envoy, admin } = system;
    envoy.advance(200);
    const { body: right } = admin.answer({
      serviceId: "1001",
      environment: "production",
      token: ADMIN_TOKEN,
      ifNoneMatch: undefined,
    });
    const wrongs = ["7", '"x"', "{}", "[]", "true", "[[]]", "-1e999", '"\\ud800"'];
    for (const field of [
      "version",
      "content",
      "proxy",
      "hosts",
      "endpoint",
      "credentials_location",
      "authentication_method",
      "proxy_rules",
      "backend_authentication_type",
      "oidc_issuer_endpoint",
    ]) {
      for (const wrong of wrongs) {
        const at = right.indexOf(`"${field}":`);
        assert.ok(at > 0, field);
        admin.fail(
          body(`${right.slice(0, at)}"${field}":${wrong},"was_${field}":${right.slice(at + field.length + 3)}`),
          "1001",
        );
        envoy.advance(2_700);
      }
    }
    admin.heal();
    envoy.advance(5_000);
    assert.deepEqual(askAll(system), Array(2).fill(served()));
    assertSound(system);
  });
});
