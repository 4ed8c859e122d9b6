import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { poll } from "../support/poll.ts";
import type { Header } from "../support/http-message.ts";
import { systemConfiguration, type SystemService } from "../support/system-config.ts";
import { SystemGateway } from "../support/system-gateway.ts";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

interface Ask {
  path?: string;
  headers?: Header[];
  /** Port and case of the authority. */
  host?: (name: string) => string;
}

interface Case {
  service: Omit<SystemService, "id">;
  /** What passes, and the credentials 3scale is asked with. */
  passes: [Ask, Header[]][];
  /** What has no credentials. */
  missing: Ask[];
}

const USER = (key: string): Header[] => [["user_key", key]];
const APP = (id: string, key?: string): Header[] => [
  ["app_id", id],
  ...(key === undefined ? [] : ([["app_key", key]] as Header[])),
];

const CASES: Record<string, Case> = {
  "user key, query": {
    service: { authentication: "1", credentialsLocation: "query" },
    passes: [
      [{ path: "/?user_key=a" }, USER("a")],
      [{ path: "/?x=1&user_key=a%26b+c" }, USER("a&b c")],
      [{ path: "/?user_key=a", host: (name) => `${name}:8443` }, USER("a")],
      [{ path: "/?user_key=a", host: (name) => name.toUpperCase() }, USER("a")],
    ],
    missing: [
      { headers: [["user_key", "a"]] },
      { headers: [["user-key", "a"]] },
      { path: "/?app_id=a" },
      { headers: [["authorization", basic("a:")]] },
    ],
  },
  "user key of another name, query": {
    service: { authentication: "1", credentialsLocation: "query", userKey: "api-key" },
    passes: [[{ path: "/?api-key=a" }, USER("a")]],
    missing: [{ path: "/?user_key=a" }],
  },
  "user key, headers": {
    service: { authentication: "1", credentialsLocation: "headers", userKey: "X-Api-Key" },
    passes: [[{ headers: [["x-api-key", "a"]] }, USER("a")]],
    missing: [{ path: "/?X-Api-Key=a" }, { path: "/?user_key=a" }],
  },
  "user key, authorization": {
    service: { authentication: "1", credentialsLocation: "authorization" },
    passes: [
      [{ headers: [["authorization", basic("a:")]] }, USER("a")],
      [{ headers: [["authorization", basic(":a")]] }, USER("a")],
      [{ headers: [["authorization", "Bearer a"]] }, USER("a")],
    ],
    missing: [
      { path: "/?user_key=a" },
      { headers: [["authorization", "Digest a"]] },
      { headers: [["x-authorization", basic("a:")]] },
    ],
  },
  "application id and key, query": {
    service: { authentication: "2", credentialsLocation: "query" },
    passes: [
      [{ path: "/?app_id=i&app_key=k" }, APP("i", "k")],
      [{ path: "/?app_id=i" }, APP("i")],
    ],
    missing: [{ path: "/?user_key=a" }],
  },
  "application id and key, headers": {
    service: { authentication: "2", credentialsLocation: "headers" },
    passes: [
      [
        {
          headers: [
            ["app_id", "i"],
            ["app_key", "k"],
          ],
        },
        APP("i", "k"),
      ],
      [
        {
          headers: [
            ["app-id", "i"],
            ["app-key", "k"],
          ],
        },
        APP("i", "k"),
      ],
    ],
    missing: [{ path: "/?app_id=i&app_key=k" }],
  },
  "application id and key of other names, query": {
    service: { authentication: "2", credentialsLocation: "query", appId: "who", appKey: "secret" },
    passes: [[{ path: "/?who=i&secret=k" }, APP("i", "k")]],
    missing: [{ path: "/?app_id=i&app_key=k" }],
  },
  "application id and key, authorization": {
    service: { authentication: "2", credentialsLocation: "authorization" },
    passes: [[{ headers: [["authorization", basic("i:k")]] }, APP("i", "k")]],
    missing: [{ path: "/?app_id=i&app_key=k" }, { headers: [["authorization", "Bearer i"]] }],
  },
};
const SERVICES = Object.entries(CASES).map(([name, one], index) => ({
  ...one,
  name,
  id: String(1001 + index),
  host: `api-${String(index)}.test`,
}));

describe("services with nothing but an id, by what 3scale's portal says", () => {
  let gateway: SystemGateway;

  before(async () => {
    gateway = await SystemGateway.start({
      // One that is staged: its hosts are the staging gateway's.
      configuration: systemConfiguration([...SERVICES.map(({ id }) => id), { id: "3001", environment: "staging" }], {
        system: { ttl: 1 },
      }),
      prepare: (admin) => {
        for (const { id, host, service } of SERVICES)
          admin.publish({ id, hosts: [host], endpoint: `https://${host}:443`, ...service });
        admin.publish({ id: "3001", hosts: ["production.test"], token: "production" });
        admin.publish({ id: "3001", hosts: ["staging.test"], token: "staging", environment: "sandbox" });
      },
    });
    const isServed = async ({ host }: { host: string }) =>
      (await gateway.send({ host, path: "/" })).answer.status !== 503;
    for (const one of [...SERVICES, { host: "staging.test" }])
      await poll(`${one.host} to be served`, () => isServed(one));
  });
  after(() => gateway.stop());

  const send = (name: string, { path = "/", headers = [], host = (same) => same }: Ask) =>
    gateway.send({ path, headers, host: host(name) });

  for (const { name, id, host, passes, missing } of SERVICES) {
    it(`${name}: passes`, async () => {
      for (const [ask, credentials] of passes) {
        const { answer, calls } = await send(host, ask);
        assert.deepEqual([answer.status, answer.body], [200, "from the API"], JSON.stringify(ask));
        const expected = [
          ["service_id", id],
          ["service_token", `service-token-${id}`],
          ...credentials,
          ["usage[hits]", "1"],
        ];
        assert.deepEqual(
          calls.map((call) => call.query()),
          [expected],
        );
      }
    });

    it(`${name}: credentials elsewhere are none`, async () => {
      for (const ask of [{}, ...missing]) {
        const { answer, calls, passed } = await send(host, ask);
        assert.deepEqual(
          [answer.status, answer.body],
          [403, "Authentication parameters missing\n"],
          JSON.stringify(ask),
        );
        assert.deepEqual([calls.length, passed.length], [0, 0]);
      }
    });
  }

  it("a service of the staging environment has that one's hosts and token", async () => {
    const { answer, calls } = await gateway.send({ host: "staging.test", path: "/?user_key=a" });
    assert.equal(answer.status, 200);
    assert.match(calls[0]!.path, /service_token=staging&/);
    assert.equal((await gateway.send({ host: "production.test", path: "/?user_key=a" })).answer.status, 403);
  });

  it("a host that is none of theirs is unknown, once all are fetched", async () => {
    const { answer } = await gateway.send({ host: "unknown.test", path: "/?user_key=a" });
    assert.deepEqual([answer.status, answer.body], [403, "Unknown service\n"]);
  });

  it("says that form bodies are not looked at", () => {
    assert.match(gateway.envoy.log(), /in a form body, where APIcast looks too, they are not found/);
  });
});

describe("services before their first fetch", () => {
  it("answer 503 while the admin API is away, and serve when it comes", async () => {
    const gateway = await SystemGateway.start({
      configuration: systemConfiguration(["1001"], { system: { ttl: 1 } }),
      prepare: (admin) => {
        admin.publish({ id: "1001", hosts: ["api.test"] });
        admin.revoke("admin-access-token");
      },
    });
    try {
      await gateway.admin.waitForFetches(1);
      for (const host of ["api.test", "unknown.test"]) {
        const path = `/?user_key=${host}`;
        for (const { status, body } of await gateway.requestAll({ host, path })) {
          assert.deepEqual([status, body], [503, "Service configuration unavailable\n"]);
        }
        assert.equal((await gateway.envoy.waitForAccessLog(path)).details, "3scale_configuration_unavailable");
      }
      gateway.admin.allow("admin-access-token");
      await gateway.waitForWorkers({ path: "/?user_key=a" }, ({ status }) => status === 200);
      const [unknown] = await gateway.requestAll({ host: "unknown.test" });
      assert.deepEqual([unknown?.status, unknown?.body], [403, "Unknown service\n"]);
    } finally {
      await gateway.stop();
    }
  });
});
