import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvoyObject } from "../support/envoy-config.ts";
import { configuration, Gateway, service } from "../support/gateway.ts";
import { response } from "../support/recording-server.ts";

const SECRETS = {
  token: "SECRET-service-token",
  userKey: "SECRET-user-key",
  appId: "SECRET-app-id",
  appKey: "SECRET-app-key",
  password: "SECRET-password",
  query: "SECRET-query",
  systemToken: "SECRET-system-token",
};

const CREDENTIALS = {
  user_key: [{ query_string: { keys: ["user_key"] } }],
  app_id: [{ header: { keys: ["x-app-id"] } }],
  app_key: [{ header: { keys: ["x-app-key"] } }],
};

const secretive = (fields: EnvoyObject = {}, url = "http://backend.test") =>
  configuration([service({ token: SECRETS.token, credentials: CREDENTIALS, ...fields })], {
    upstream: { url, timeout: 100 },
  });

const URL_WITH_SECRETS = `http://user:${SECRETS.password}@backend.test/?provider_key=${SECRETS.query}`;

describe("what is logged, and what a request costs", () => {
  it("correction 4: no secret is logged at any level", async () => {
    const broken = JSON.stringify(secretive());
    const gateway = await Gateway.start(
      {
        accepted: { configuration: secretive({}, URL_WITH_SECRETS) },
        // Refused, each for a fault beside or in a secret.
        "wrong type": { configuration: secretive({ token: [SECRETS.token] }) },
        "wrong place": { configuration: secretive({ authorities: SECRETS.token, mapping_rules: SECRETS.appKey }) },
        broken: { configuration: broken.slice(0, broken.indexOf(SECRETS.token) + SECRETS.token.length) },
        trailing: { configuration: `${broken} ${SECRETS.token}` },
        "bad URL": { configuration: secretive({}, URL_WITH_SECRETS.replace("backend.test", "back end")) },
        "other scheme": { configuration: secretive({}, URL_WITH_SECRETS.replace("http", "ftp")) },
        system: {
          configuration: {
            ...secretive(),
            system: {
              upstream: { name: "backend", url: URL_WITH_SECRETS, port: 1 },
              token: SECRETS.systemToken,
            },
          },
        },
      },
      { componentLogLevel: "wasm:trace" },
    );
    try {
      const { envoy } = gateway;
      assert.equal(await envoy.listenerActive("accepted"), true);
      for (const name of ["wrong type", "wrong place", "broken", "trailing", "bad URL", "other scheme", "system"]) {
        assert.equal(await envoy.listenerActive(name), false, name);
      }
      for (const status of [200, 403, 409, 500]) {
        gateway.backend.handler = () => response(status);
        const byKey = await gateway.get("accepted", `/?user_key=${SECRETS.userKey}`);
        assert.match(
          byKey.calls[0]?.path ?? "",
          new RegExp(`${SECRETS.token}&user_key=${SECRETS.userKey}.*${SECRETS.query}$`),
        );
        await gateway.get("accepted", "/", [
          ["x-app-id", SECRETS.appId],
          ["x-app-key", SECRETS.appKey],
        ]);
      }
      const log = envoy.log();
      assert.match(log, /\[trace\]\[wasm\]/, "Envoy's own lines at trace are there, so the plugin's would be");
      assert.match(log, /configuration accepted/);
      assert.equal(log.match(/configuration refused/g)!.length >= 7, true);
      assert.deepEqual(
        Object.values(SECRETS).filter((secret) => log.includes(secret)),
        [],
      );
    } finally {
      await gateway.stop();
    }
  });

  it("correction 4: at info nothing is logged for a request", async () => {
    const gateway = await Gateway.start({
      gateway: { configuration: secretive() },
      failing: { configuration: configuration([service()], { upstream: { name: "no such cluster" } }) },
    });
    try {
      const requests = async () => {
        for (const status of [200, 403, 409, 500]) {
          gateway.backend.handler = () => response(status);
          await gateway.get("gateway", "/?user_key=k");
        }
        await gateway.get("gateway", "/");
        await gateway.get("gateway", "/../\\?user_key=\xff");
        await gateway.send("gateway", { host: "other.test" });
        await gateway.get("failing", "/?user_key=k");
      };
      // That a cluster is missing is told once.
      await requests();
      const logged = gateway.envoy.log();
      await requests();
      assert.equal(gateway.envoy.log(), logged);
      assert.match(logged, /configuration accepted: 1 service/);
    } finally {
      await gateway.stop();
    }
  });

  it("correction 23: a request costs the same whether the configuration is small or large", async () => {
    const rules = (count: number) =>
      Array.from({ length: count }, (_, i) => ({
        method: "GET",
        pattern: `/path-${String(i)}/{id}$`,
        usages: [{ name: `metric-${String(i)}`, delta: 1 }],
      }));
    const many = Array.from({ length: 1000 }, (_, i) =>
      service({ id: String(i), authorities: [`s${String(i)}.test`, `*.s${String(i)}.test`], mapping_rules: rules(20) }),
    );
    const last = service({ authorities: ["api.test"], mapping_rules: rules(20) });
    const gateway = await Gateway.start({
      small: { configuration: configuration([last]) },
      large: { configuration: configuration([...many, last]) },
    });
    try {
      const times: Record<string, number[]> = { small: [], large: [] };
      // In turn, and the least of many: what else the machine does falls on both, and only adds.
      for (let i = 0; i < 101; i++) {
        for (const [name, each] of Object.entries(times)) {
          const from = performance.now();
          const { answer } = await gateway.get(name, "/none?user_key=k");
          each.push(performance.now() - from);
          assert.equal(answer.status, 404);
        }
      }
      const small = Math.min(...times.small!);
      const large = Math.min(...times.large!);
      // The filter that compiles nothing needs some 30 ms a request here.
      assert.ok(large < small + 3, `${large.toFixed(2)} ms with 1,001 services, ${small.toFixed(2)} ms with one`);
    } finally {
      await gateway.stop();
    }
  });
});
