import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EmulatedThread } from "../../emulator/index.ts";
import { ask, assertSound, poller } from "../support/system-asks.ts";
import { systemConfiguration, type ProxyRule } from "../support/system-config.ts";
import { startEmulatedSystem, type EmulatedSystem } from "../support/system-emulator.ts";

const SERVICES = 1_000;
const RULES = 10;
const MIB = 1024 * 1024;
/** A text of 4 MiB, and a copy; memory doubles when it is full. */
const MOST_PAGES = 192;
const IDS = Array.from({ length: SERVICES }, (_, index) => String(10_001 + index));
const hostOf = (id: string) => `api-${id}.example.com`;

/** Ten rules that are each service's own. */
function rulesOf(id: string): ProxyRule[] {
  return Array.from({ length: RULES }, (_, index) => ({
    method: ["GET", "POST", "PUT", "DELETE"][index % 4]!,
    pattern: `/v1/products-${id}/section-${String(index)}/{product_id}/items?page={page}`,
    metric: `metric_${String(index % 5)}`,
  }));
}

/** The same as 3scale gives of a service. */
function whole(id: string): object {
  const host = hostOf(id);
  return {
    id,
    token: `service-token-${id}`,
    authorities: [host, `${host}:*`, `api-${id}.staging.example.com`, `api-${id}.staging.example.com:*`],
    credentials: { user_key: [{ query_string: { keys: ["user_key"] } }] },
    mapping_rules: rulesOf(id).map(({ method, pattern, metric }) => ({
      method,
      pattern,
      usages: [{ name: metric, delta: 1 }],
    })),
  };
}

const METRICS: Record<string, (version: string, index: number) => string> = {
  "of the same metrics": (_, index) => `metric_${String(index)}`,
  "each of metrics of its own": (version, index) => `metric_${version}_${String(index)}`,
};
/** The version after which nothing grows; metrics that no rule counts any more are forgotten after a thousand versions. */
const EARLY: Record<string, number> = { "of the same metrics": 100, "each of metrics of its own": 1_200 };

const pagesOf = ({ vm }: EmulatedThread) => vm.memoryPages;

function assertAllServed(system: EmulatedSystem, worker: number): void {
  for (const id of IDS) {
    const path = `/v1/products-${id}/section-0/7/items?page=1&user_key=a`;
    assert.match(
      ask(system, { worker, authority: hostOf(id), path }),
      new RegExp(`^service_id=${id}&.*usage\\[metric_0\\]=1$`),
    );
  }
}

describe("the memory of a VM", () => {
  it("with 1,000 services that were fetched is at most 1.3 times that of the same, configured", async (test) => {
    const { system: section, ...fixed } = systemConfiguration(IDS.map((id) => whole(id) as Record<string, unknown>));
    assert.ok(section !== undefined);
    const statics = await startEmulatedSystem({ configuration: fixed, concurrency: 1 });
    assertAllServed(statics, 0);
    const fetched = await startEmulatedSystem({
      configuration: systemConfiguration(IDS, { system: { ttl: 60 } }),
      concurrency: 1,
      prepare: (admin) => {
        for (const id of IDS)
          admin.publish({ id, rules: rulesOf(id), otherRules: 0, endpoint: `https://${hostOf(id)}:443` });
      },
    });
    // The fetching VM is a worker too, so that it also indexes authorities and rules.
    fetched.envoy.lose(fetched.envoy.main!);
    fetched.envoy.advance(100);
    assert.equal(poller(fetched).name, "worker 0");
    await fetched.envoy.startThread("worker 1");
    fetched.envoy.advance(100);
    assert.equal(fetched.admin.count(), SERVICES);
    assertAllServed(fetched, 0);
    assertAllServed(fetched, 1);
    const limit = 1.3 * pagesOf(statics.envoy.workers[0]!);
    const [fetching, reading] = fetched.envoy.workers.map(pagesOf);
    // Every service fetched again, one after another.
    fetched.envoy.advance(200_000);
    const [later, laterReading] = fetched.envoy.workers.map(pagesOf);
    const numbers = { configured: limit / 1.3, fetching, reading, later, laterReading };
    test.diagnostic(`pages: ${JSON.stringify(numbers)}`);
    for (const pages of [fetching, reading, later, laterReading]) assert.ok(pages! <= limit, JSON.stringify(numbers));
    assertSound(fetched);
  });

  for (const [what, metricOf] of Object.entries(METRICS))
    it(`stays where it is through 2,000 versions, ${what}`, async (test) => {
      const ids = IDS.slice(0, 20);
      const rulesAt = (version: string) =>
        Array.from({ length: 20 }, (_, index) => {
          return { method: "GET", pattern: `/${version}/${String(index)}`, metric: metricOf(version, index) };
        });
      const publish = (admin: EmulatedSystem["admin"], round: number) => {
        for (const id of ids) {
          const version = `${id}-${String(round)}`;
          const hosts = [hostOf(id), `${version}.test`];
          admin.publish({ id, hosts, token: `token-${version}`, rules: rulesAt(version), otherRules: 10 });
        }
      };
      const system = await startEmulatedSystem({
        configuration: systemConfiguration(ids, { system: { ttl: 1 } }),
        concurrency: 1,
        prepare: (admin) => {
          publish(admin, 0);
        },
      });
      const { envoy, admin } = system;
      const pages = () => envoy.threads.map(({ vm }) => vm.memoryPages);
      let early: number[] = [];
      for (let round = 1; round <= 2_000 / ids.length; round++) {
        publish(admin, round);
        envoy.advance(1_250);
        for (const id of ids) {
          const version = `${id}-${String(round)}`;
          const asked = ask(system, { authority: hostOf(id), path: `/${version}/3?user_key=a` });
          assert.equal(
            asked,
            `service_id=${id}&service_token=token-${version}&user_key=a&usage[${metricOf(version, 3)}]=1`,
          );
        }
        if (round === EARLY[what]! / ids.length) early = pages();
      }
      test.diagnostic(`pages early ${early.join(", ")}, after 2,000 ${pages().join(", ")}`);
      assert.deepEqual(pages(), early);
      assertSound(system);
    });

  const name = "x".repeat(4_000_000);
  const proxyOf = (fields: string) => `{"proxy_config":{"content":{"proxy":{${fields}}}}}`;
  const SENSELESS: Record<string, string> = {
    "4 MiB and a byte": " ".repeat(4 * MIB + 1),
    "4 MiB of white space": " ".repeat(4 * MIB),
    "4 MiB of nesting": "[".repeat(4 * MIB),
    "a text in place of the configuration": `{"proxy_config":"${name}"}`,
    "a field with a long name": `{"${name}":1}`,
    "a long host": proxyOf(`"hosts":["${name}"]`),
    "very many hosts": proxyOf(`"hosts":[${'"a",'.repeat(900_000)}"b"]`),
    "very many rules without anything": proxyOf(`"proxy_rules":[${"{},".repeat(1_300_000)}{}]`),
    "a long endpoint": proxyOf(`"endpoint":"https://${name}/"`),
    "a long pattern": proxyOf(`"proxy_rules":[{"http_method":"GET","pattern":"/${name}","delta":1}]`),
    "very many unknown values": proxyOf(`"other":[${'{"a":1},'.repeat(500_000)}1]`),
  };
  for (const [what, text] of Object.entries(SENSELESS)) {
    it(`is bounded whatever is answered: ${what}`, async (test) => {
      const system = await startEmulatedSystem({
        configuration: systemConfiguration(["1001"], { system: { ttl: 1 } }),
        concurrency: 1,
        prepare: (admin) => admin.publish({ id: "1001", hosts: ["api.test"] }),
      });
      const { envoy, admin } = system;
      envoy.advance(200);
      admin.fail({ reply: { body: text } });
      envoy.advance(10_000);
      const pages = envoy.threads.map(({ vm }) => vm.memoryPages);
      test.diagnostic(`pages: ${String(pages)}`);
      for (const count of pages) assert.ok(count <= MOST_PAGES, `pages: ${String(pages)}`);
      admin.heal();
      envoy.advance(2_000);
      assert.match(ask(system), /^service_id=1001&/);
      assertSound(system);
    });
  }
});
