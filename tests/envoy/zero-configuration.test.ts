import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { rootCertificates } from "node:tls";
import { promisify } from "node:util";
import { load } from "js-yaml";
import { authRepText } from "../../envoy/check.ts";
import { DEMO_ADMIN_TOKEN, startDemoAdmin, type DemoAdmin } from "../../envoy/demo-admin/demo-admin.ts";
import { DemoApi } from "../../envoy/demo-api.ts";
import { DemoBackend } from "../../envoy/demo-backend.ts";
import { DEMO_ACCOUNT } from "../../envoy/demo-backend/account.ts";
import { provideEnvoy } from "../../envoy/install.ts";
import { EnvoyProcess } from "../../envoy/process.ts";
import { OidcProvider } from "../../examples/oidc-jwt-authn/provider.ts";
import { cluster, listener, PLUGIN_PATH, wasmFilter, type EnvoyObject } from "../support/envoy-config.ts";
import { Envoy } from "../support/envoy.ts";
import { checkReadme } from "../support/example-readme.ts";
import { exampleFile, examplePluginConfig, fencedBlocks } from "../support/examples.ts";
import { get, request } from "../support/http-client.ts";
import { jwtAuthn, providerCluster } from "../support/oidc-jwt-authn.ts";
import { issueToken } from "../support/oidc-tokens.ts";
import { poll } from "../support/poll.ts";

const NAME = "zero-configuration";
const README = exampleFile(NAME, "README.md");
const HOST = "api.example.com";
const FETCHED_TOKEN = "token-that-was-fetched";
const RULES = [{ method: "GET", pattern: "/", metric: "hits" }];
const SERVICE = DEMO_ACCOUNT.services.find(({ mode }) => mode === "user_key")!;

interface Upstream {
  name: string;
  url: string;
}

interface Config {
  api: string;
  system: { upstream: Upstream; token: string; ttl: number };
  backend: { upstream: Upstream };
  services: object[];
}

interface Cluster extends EnvoyObject {
  name: string;
}

/** The example's envoy.yaml with free ports and its files found, and with what `change` does to its clusters and its plugin. */
async function rendered(
  directory: string,
  change: (parts: { clusters: Cluster[]; config: Config }) => void = () => undefined,
): Promise<{ path: string; config: Config; clusters: Cluster[] }> {
  const authorities = join(directory, "ca.pem");
  await writeFile(authorities, rootCertificates.join("\n"));
  const envoy = load(exampleFile(NAME, "envoy.yaml")) as { static_resources: { clusters: Cluster[] } };
  const { clusters } = envoy.static_resources;
  let config: Config | undefined;
  // Listeners come before clusters, as in the file.
  const text = JSON.stringify(envoy, (key, value: unknown) => {
    if (key === "filename" && value === "./plugin.wasm") return PLUGIN_PATH;
    if (key === "filename" && String(value).endsWith(".crt")) return authorities;
    if (key === "port_value" && (value === 10000 || value === 9901)) return 0;
    if (key !== "value" || typeof value !== "string") return value;
    config = JSON.parse(value) as Config;
    change({ clusters, config });
    return JSON.stringify(config);
  });
  assert.ok(config !== undefined, "the example configures the plugin");
  const path = join(directory, "envoy.json");
  await writeFile(path, text);
  return { path, config, clusters };
}

describe("examples/zero-configuration", () => {
  let directory: string;
  let written: { path: string; config: Config; clusters: Cluster[] };
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "zero-configuration-"));
    written = await rendered(directory);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it("is valid as it stands", async () => {
    const envoy = promisify(execFile)(await provideEnvoy(), ["--mode", "validate", "-l", "warn", "-c", written.path]);
    await envoy.catch((error: unknown) => assert.fail((error as { stderr: string }).stderr));
  });

  it("names a cluster for the admin API and one for the backend, and validates the certificates of both hosts", () => {
    const { config, clusters } = written;
    for (const { name, url } of [config.system.upstream, config.backend.upstream]) {
      const text = JSON.stringify(clusters.find((one) => one.name === name));
      const { hostname } = new URL(url);
      for (const part of [`"sni":"${hostname}"`, `"address":"${hostname}"`, '"auto_sni_san_validation":true']) {
        assert.ok(text.includes(part), `${name}: ${part}`);
      }
      assert.ok(text.includes('"trusted_ca"'), name);
    }
  });

  it("has a service's id and nothing else of it, the same on Istio and in the README", () => {
    const { config } = written;
    const onIstio = examplePluginConfig(NAME) as unknown as Config;
    const [shown] = fencedBlocks(README, "yaml").map((block) => load(block) as Config);
    assert.deepEqual(config.services.map(Object.keys), [["id"]]);
    for (const other of [onIstio, shown!]) {
      assert.deepEqual(other.services, config.services);
      assert.deepEqual([other.system.token, other.system.ttl], [config.system.token, config.system.ttl]);
      assert.equal(other.system.upstream.url, config.system.upstream.url);
    }
    assert.equal(onIstio.backend.upstream.url, config.backend.upstream.url);
  });

  for (const form of ["envoy.yaml", "wasm-plugin.yaml"]) {
    describe(`with the configuration of ${form}`, () => {
      const { id } = examplePluginConfig(NAME).services[0]!;
      let api: DemoApi;
      let backend: DemoBackend;
      let admin: DemoAdmin;
      let envoy: EnvoyProcess;
      let gateway: number;

      before(async () => {
        const services = [{ ...SERVICE, id, tokens: [FETCHED_TOKEN] }];
        const product = { serviceId: id, token: FETCHED_TOKEN, endpoint: `https://${HOST}:443` };
        [api, backend, admin] = await Promise.all([
          DemoApi.start(),
          DemoBackend.start({ account: { providerKey: "none", services } }),
          startDemoAdmin({ products: [{ ...product, rules: RULES, metrics: ["hits"] }] }),
        ]);
        const workDirectory = await mkdtemp(join(directory, "envoy-"));
        const { path } = await rendered(workDirectory, ({ clusters, config }) => {
          if (form === "wasm-plugin.yaml") Object.assign(config, examplePluginConfig(NAME));
          // What says CHANGE; and less to wait for.
          Object.assign(config.system, { token: DEMO_ADMIN_TOKEN, ttl: 1 });
          const ports = { [config.system.upstream.name]: admin.port, [config.backend.upstream.name]: backend.port };
          const all = Object.entries({ api: api.port, ...ports });
          clusters.splice(0, clusters.length, ...all.map(([name, port]) => cluster(name, port) as Cluster));
        });
        envoy = await EnvoyProcess.start({ configPath: path, workDirectory });
        gateway = (await envoy.listenerPorts()).get("gateway")!;
        await poll("the first fetch", async () => (await get(gateway, HOST, "/")).status !== 503);
      });
      after(async () => {
        await envoy.stop();
        await Promise.all([api.close(), backend.close(), admin.stop()]);
      });

      it("answers as its README says, with the token that was fetched", async () => {
        backend.take();
        const calls = await checkReadme(README, backend, { ports: new Map([[10000, gateway]]) });
        const tokens = calls.map(({ parameters }) => new Map(parameters).get("service_token"));
        assert.deepEqual(tokens, [FETCHED_TOKEN]);
        const [line = ""] = /^3scale-auth: service .*$/m.exec(README) ?? [];
        const log = await readFile(envoy.logPath, "utf8");
        assert.ok(log.includes(line.replace("3scale-auth: ", "")), line);
      });

      it("follows a rule that is added in 3scale", async () => {
        const post = () => request(gateway, { method: "POST", host: HOST, path: "/?user_key=alice-key" });
        assert.equal((await post()).status, 404);
        admin.setRules(id, [...RULES, { method: "POST", pattern: "/", metric: "hits" }]);
        await poll("the new rule", async () => (await post()).status === 200);
      });
    });
  }

  it("authorizes with a token that jwt_authn has verified, where the product authenticates by OpenID Connect", async () => {
    const config = examplePluginConfig(NAME) as unknown as Config;
    const [{ id }] = config.services as [{ id: string }];
    const service = { ...DEMO_ACCOUNT.services.find(({ mode }) => mode === "oidc")!, id, tokens: [FETCHED_TOKEN] };
    const [api, provider, backend] = await Promise.all([
      DemoApi.start(),
      OidcProvider.start(),
      DemoBackend.start({ account: { providerKey: "none", services: [service] } }),
    ]);
    const product = { serviceId: id, token: FETCHED_TOKEN, endpoint: `https://${HOST}:443`, rules: RULES };
    const issuer = { authentication: "oidc", oidcIssuerEndpoint: withCredentials(provider.issuer) } as const;
    const admin = await startDemoAdmin({ products: [{ ...product, ...issuer, metrics: ["hits"] }] });
    const { upstream } = config.system;
    const configuration = { ...config, system: { ...config.system, token: DEMO_ADMIN_TOKEN } };
    const envoy = await Envoy.start({
      listeners: [listener("gateway", [jwtAuthn(provider), wasmFilter({ configuration })])],
      clusters: [
        cluster("api", api.port),
        cluster(upstream.name, admin.port),
        cluster(config.backend.upstream.name, backend.port),
        providerCluster(provider),
      ],
    });
    try {
      const gateway = await envoy.port("gateway");
      const token = await issueToken(provider, `https://${HOST}`);
      const answer = await poll("the first fetch", async () => {
        const { status, body } = await get(gateway, HOST, "/", [["authorization", `Bearer ${token}`]]);
        return status !== 503 && { status, body };
      });
      assert.equal(answer.status, 200, answer.body);
      assert.deepEqual(
        backend.take().map((call) => authRepText(call)),
        [`service_id=${id} app_id=frank usage[hits]=1`],
      );
    } finally {
      await envoy.stop();
      await Promise.all([api.close(), provider.close(), backend.close(), admin.stop()]);
    }
  });
});

/** As 3scale keeps an issuer: with the credentials by which it manages clients there. */
function withCredentials(issuer: string): string {
  return issuer.replace("://", "://gateway:secret@");
}
