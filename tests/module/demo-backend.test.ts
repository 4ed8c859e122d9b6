import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { DemoBackend } from "../../envoy/demo-backend.ts";
import type { Account, Service } from "../../envoy/demo-backend/account.ts";
import { get, request, type ClientResponse } from "../support/http-client.ts";
import type { Header } from "../support/http-message.ts";

/** An exchange with a real backend, or its counters at that point; `second` is the time within the first minute. */
type Observed =
  | { name: string; counters: { service: string; application: string; metric: string; value: number }[] }
  | {
      name: string;
      second: number;
      request: { method: string; target: string; headers: Header[]; body: string };
      response: { status: number; reason: string; headers: Header[]; body: string };
    };

const observed = JSON.parse(
  readFileSync(new URL("../fixtures/apisonator-observed.json", import.meta.url), "utf8"),
) as Observed[];

const START_MS = Date.parse("2026-01-01T00:00:00Z");
const unlimited = { name: "plan-unlimited", limits: [] };
const limited = { name: "plan-limited", limits: [{ metric: "hits", period: "minute" as const, max: 5 }] };
const common = {
  tokens: ["svc-token-1"],
  metrics: [{ name: "hits" }, { name: "products", parent: "hits" }, { name: "sales", parent: "hits" }],
} satisfies Partial<Service>;

/** What the observed backend was seeded with. */
const account = (): Account => ({
  providerKey: "provider-key-1",
  services: [
    {
      ...common,
      id: "2555417834789",
      mode: "user_key",
      applications: [
        { id: "app-uk-1", userKey: "uk-1", keys: [], plan: unlimited },
        { id: "app-uk-suspended", userKey: "uk-suspended", keys: [], plan: unlimited, isSuspended: true },
        { id: "app-uk-limited", userKey: "uk-limited", keys: [], plan: limited },
      ],
    },
    {
      ...common,
      id: "2555417834790",
      mode: "app_id",
      applications: [
        { id: "app-1", keys: ["ak-1"], plan: unlimited },
        { id: "app-nokeys", keys: [], plan: unlimited },
        { id: "app-suspended", keys: ["ak-1"], plan: unlimited, isSuspended: true },
        { id: "app-limited", keys: ["ak-1"], plan: limited },
      ],
    },
    {
      ...common,
      id: "2555417834791",
      mode: "oidc",
      applications: [{ id: "app-1", keys: ["ak-1"], plan: unlimited }],
    },
  ],
});

const LIMITED = "/transactions/authrep.xml?service_token=svc-token-1&service_id=2555417834789&user_key=uk-limited";

describe("the demo backend answers as apisonator was observed to", () => {
  let backend: DemoBackend;
  let nowMs = START_MS;

  before(async () => {
    backend = await DemoBackend.start({ account: account(), now: () => nowMs });
  });
  after(() => backend.close());

  // In their order: later answers depend on what earlier calls counted.
  for (const [index, one] of observed.entries()) {
    it(`${String(index + 1)}. ${one.name}`, async () => {
      if ("counters" in one) {
        assert.ok(one.counters.length > 0);
        for (const { service, application, metric, value } of one.counters) {
          assert.equal(backend.usage(service, application, metric), value, `${application} ${metric}`);
        }
        return;
      }
      nowMs = START_MS + one.second * 1000;
      const { method, target, headers, body } = one.request;
      const host = headers.find(([name]) => name === "host")?.[1] ?? "127.0.0.1";
      const answer = await request(backend.port, {
        method,
        host,
        path: target,
        headers: [...headers.filter(([name]) => name !== "host"), ["Connection", "keep-alive"]],
        ...(body !== "" && { body }),
      });
      assert.deepEqual(seen(answer), one.response);
    });
  }
});

function seen({ status, reason, headers, body }: ClientResponse) {
  return { status, reason, headers, body };
}

describe("the demo backend", () => {
  let backend: DemoBackend;
  let nowMs = START_MS + 30_000;

  before(async () => {
    backend = await DemoBackend.start({ account: account(), now: () => nowMs });
  });
  after(() => backend.close());

  const statuses = async (count: number) => {
    const path = `${LIMITED}&usage[hits]=1`;
    const answers = await Promise.all(Array.from({ length: count }, () => get(backend.port, "127.0.0.1", path)));
    return answers.map(({ status }) => status).sort();
  };

  it("grants no more than the limit, also to calls at once, and again in the next minute", async () => {
    assert.deepEqual(await statuses(12), [...Array(5).fill(200), ...Array(7).fill(409)]);
    nowMs += 29_999;
    assert.deepEqual(await statuses(1), [409]);
    nowMs += 1;
    assert.deepEqual(await statuses(6), [...Array(5).fill(200), 409]);
  });

  it("remembers every call with decoded parameters, status and reason", async () => {
    backend.take();
    await get(backend.port, "127.0.0.1", `${LIMITED}&usage%5Bhits%5D=99`, [["3scale-options", "no_body=1"]]);
    const [call, ...others] = backend.take();
    assert.equal(others.length, 0);
    assert.equal(call?.path, "/transactions/authrep.xml");
    assert.equal(call.status, 409);
    assert.equal(call.rejection, "limits_exceeded");
    assert.equal(call.headers["3scale-options"], "no_body=1");
    assert.deepEqual(call.parameters.at(-1), ["usage[hits]", "99"]);
  });

  it("counts a reported transaction at its timestamp, from a day ago to an hour ahead", async () => {
    const report = (timestamp: string) =>
      request(backend.port, {
        method: "POST",
        path: "/transactions.xml?service_token=svc-token-1&service_id=2555417834790",
        headers: [["content-type", "application/x-www-form-urlencoded"]],
        body: new URLSearchParams({
          "transactions[0][app_id]": "app-1",
          "transactions[0][usage][sales]": "2",
          "transactions[0][timestamp]": timestamp,
        }).toString(),
      });
    const used = () => backend.usage("2555417834790", "app-1", "hits");
    assert.equal((await report("2025-12-31 23:00:00 +0000")).status, 202);
    assert.equal(used(), 2);
    assert.equal((await report("2025-12-30 23:00:00")).status, 202);
    assert.equal((await report("2026-01-01 03:00:00 UTC")).status, 202);
    assert.equal(used(), 2);
    assert.equal((await report("2026-01-01 02:00:00 +0200")).status, 202);
    assert.equal(used(), 4);
  });

  it("sets a counter to a value written with #", async () => {
    const call = (usage: string) =>
      get(
        backend.port,
        "127.0.0.1",
        `/transactions/authrep.xml?provider_key=provider-key-1&service_id=2555417834791&app_id=app-1&usage[sales]=${usage}`,
      );
    assert.equal((await call("4")).status, 200);
    assert.equal((await call("%232")).status, 200);
    assert.equal(backend.usage("2555417834791", "app-1", "sales"), 2);
    assert.equal((await call("-1")).status, 403);
  });
});
