import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { load } from "js-yaml";
import { DemoApi } from "../../envoy/demo-api.ts";
import { DemoBackend } from "../../envoy/demo-backend.ts";
import { DEMO_ACCOUNT } from "../../envoy/demo-backend/account.ts";
import { EnvoyProcess } from "../../envoy/process.ts";
import { OidcProvider } from "../../examples/oidc-jwt-authn/provider.ts";
import { Envoy } from "../support/envoy.ts";
import { cluster, listener, PLUGIN_PATH, wasmFilter, type EnvoyObject } from "../support/envoy-config.ts";
import { checkReadme } from "../support/example-readme.ts";
import * as examples from "../support/examples.ts";
import { freePort } from "../support/ports.ts";

/** How an example is tested: every directory in examples/ has to stand here. */
type Description =
  /** As its README says: with its envoy.yaml, and with the pluginConfig of its wasm-plugin.yaml in the same Envoy. */
  | { kind: "stand-alone"; hasWasmPlugin: boolean }
  /** Its resources in the Envoy that Istio would make of them. */
  | { kind: "istio" }
  | { kind: "elsewhere"; test: string };

const DESCRIPTIONS: Record<string, Description> = {
  "api-key": { kind: "stand-alone", hasWasmPlugin: true },
  "app-id-app-key": { kind: "stand-alone", hasWasmPlugin: true },
  "http-basic": { kind: "stand-alone", hasWasmPlugin: true },
  "jwt-payload-header": { kind: "stand-alone", hasWasmPlugin: true },
  "oidc-jwt-authn": { kind: "stand-alone", hasWasmPlugin: false },
  "oidc-istio": { kind: "istio" },
  "standalone-envoy": { kind: "elsewhere", test: "demo.test.ts" },
  "docker-compose": { kind: "elsewhere", test: "../package/samples-envoy.test.ts" },
  "istio-backend": { kind: "elsewhere", test: "../package/samples-resources.test.ts" },
  "istio-envoy-filter": { kind: "elsewhere", test: "../package/samples-envoy.test.ts" },
  "istio-wasm-plugin": { kind: "elsewhere", test: "../package/samples-resources.test.ts" },
  "service-mesh-extension": { kind: "elsewhere", test: "../package/samples-resources.test.ts" },
  "zero-configuration": { kind: "elsewhere", test: "zero-configuration.test.ts" },
  "standalone-remote": { kind: "elsewhere", test: "../package/samples-envoy.test.ts" },
};

interface EnvoyYaml {
  static_resources: { listeners: EnvoyObject[]; clusters: EnvoyObject[] };
}

interface FilterConfig {
  name: string;
  typed_config: { config: { configuration: { value: string } } };
}

/** The plugin's configuration in an envoy.yaml, which `change` may replace. */
function pluginConfigIn(envoy: EnvoyYaml): { get: () => examples.PluginConfig; set: (config: object) => void } {
  const [{ filter_chains: chains }] = envoy.static_resources.listeners as [
    { filter_chains: { filters: { typed_config: { http_filters: FilterConfig[] } }[] }[] },
  ];
  const filters = chains[0]?.filters[0]?.typed_config.http_filters ?? [];
  const found = filters.find(({ name }) => name === "envoy.filters.http.wasm");
  assert.ok(found !== undefined, "no Wasm filter in envoy.yaml");
  const { configuration } = found.typed_config.config;
  return {
    get: () => JSON.parse(configuration.value) as examples.PluginConfig,
    set: (config) => {
      configuration.value = JSON.stringify(config);
    },
  };
}

describe("examples", () => {
  let directory: string;
  let api: DemoApi;
  let provider: OidcProvider;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "examples-"));
    [api, provider] = await Promise.all([DemoApi.start(), OidcProvider.start()]);
  });
  after(async () => {
    await Promise.all([api.close(), provider.close()]);
    rmSync(directory, { recursive: true, force: true });
  });

  /** Runs Envoy with `configuration` while `use` is at work. */
  async function withEnvoy<T>(configuration: EnvoyObject, use: () => Promise<T>): Promise<T> {
    const workDirectory = mkdtempSync(join(directory, "envoy-"));
    const configPath = join(workDirectory, "envoy.json");
    const admin = { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } };
    writeFileSync(configPath, JSON.stringify({ admin, ...configuration }));
    const envoy = await EnvoyProcess.start({ configPath, workDirectory });
    try {
      return await use();
    } finally {
      await envoy.stop();
    }
  }

  it("are all described here, and each has a README that the index names", () => {
    assert.deepEqual(examples.exampleNames().sort(), Object.keys(DESCRIPTIONS).sort());
    const index = examples.exampleFile(".", "README.md");
    for (const [name, description] of Object.entries(DESCRIPTIONS)) {
      const files = examples.exampleFiles(name);
      assert.ok(files.includes("README.md"), `${name} has no README.md`);
      assert.ok(index.includes(`](${name})`), `examples/README.md does not name ${name}`);
      if (description.kind === "elsewhere") continue;
      const readme = examples.exampleFile(name, "README.md");
      for (const file of files) {
        assert.ok(file === "README.md" || readme.includes(`| \`${file}\``), `${name}/README.md does not name ${file}`);
      }
      const links = [...readme.matchAll(/\]\((\.\.\/[^)]+)\)/g)].map(([, link = ""]) => link.replace("../", ""));
      for (const link of links) {
        const [linked = "", file] = link.split("/");
        assert.ok(file === undefined ? linked in DESCRIPTIONS : examples.exampleFiles(linked).includes(file), link);
      }
    }
  });

  for (const [name, description] of Object.entries(DESCRIPTIONS)) {
    if (description.kind !== "stand-alone") continue;
    describe(name, () => {
      const readme = examples.exampleFile(name, "README.md");
      let backend: DemoBackend;
      let ports: Map<number, number>;
      before(async () => {
        backend = await DemoBackend.start();
        ports = new Map([
          [3000, backend.port],
          [8081, api.port],
          [4000, provider.port],
        ]);
      });
      after(() => backend.close());

      /** The envoy.yaml with free ports in place of its own, the module found, and what `change` does to the plugin's. */
      async function rendered(change = (config: examples.PluginConfig): object => config): Promise<EnvoyObject> {
        ports.set(10001, await freePort());
        const envoy = load(examples.exampleFile(name, "envoy.yaml")) as EnvoyYaml;
        const config = pluginConfigIn(envoy);
        config.set(change(config.get()));
        return examples.substitute(envoy as unknown as EnvoyObject, ports, { "build/plugin.wasm": PLUGIN_PATH });
      }

      it("answers as its README says", async () => {
        await withEnvoy(await rendered(), () => checkReadme(readme, backend, { ports }));
      });

      it("shows the credentials of its configuration in the README", () => {
        const { services } = pluginConfigIn(load(examples.exampleFile(name, "envoy.yaml")) as EnvoyYaml).get();
        const shown = examples
          .fencedBlocks(readme, "yaml")
          .map((block) => load(block) as { credentials?: object })
          .filter(({ credentials }) => credentials !== undefined);
        assert.deepEqual(
          shown.map(({ credentials }) => credentials),
          [services[0]?.credentials],
        );
      });

      if (!description.hasWasmPlugin) return;
      it("answers so with the pluginConfig of its WasmPlugin too", async () => {
        const written = examples.examplePluginConfig(name);
        const configuration = await rendered(({ services, backend: target }) => {
          assert.equal(written.services.length, services.length);
          // What says CHANGE in it, and the way to 3scale.
          const changed = written.services.map((service, index) => {
            const { id, token, authorities } = services[index]!;
            return { ...service, id, token, authorities };
          });
          return { ...written, backend: target, services: changed };
        });
        await withEnvoy(configuration, () => checkReadme(readme, backend, { ports }));
      });
    });
  }

  for (const [name, description] of Object.entries(DESCRIPTIONS)) {
    if (description.kind === "elsewhere" || (description.kind === "stand-alone" && !description.hasWasmPlugin))
      continue;
    it(`${name}: its WasmPlugin runs behind Istio's authentication, in the pods its selector names, and fails closed`, () => {
      const { spec } = examples.exampleResource(name, "wasm-plugin.yaml", "WasmPlugin") as {
        spec: { phase: string; failStrategy: string; selector: { matchLabels: Record<string, string> } };
      };
      assert.deepEqual([spec.phase, spec.failStrategy], ["AUTHZ", "FAIL_CLOSE"]);
      assert.ok(Object.keys(spec.selector.matchLabels).length > 0);
    });
  }

  describe("oidc-istio", () => {
    const readme = examples.exampleFile("oidc-istio", "README.md");
    const written = examples.examplePluginConfig("oidc-istio");

    /** The jwt_authn filter that Istio makes of the example's RequestAuthentication. */
    function jwtAuthn(payloadKey: string | undefined): EnvoyObject {
      interface Rule {
        issuer: string;
        jwksUri: string;
        audiences: string[];
        forwardOriginalToken?: boolean;
      }
      const resource = examples.exampleResource(
        "oidc-istio",
        "request-authentication.yaml",
        "RequestAuthentication",
      ) as { spec: { jwtRules: [Rule] } };
      const [rule] = resource.spec.jwtRules;
      const { issuer, jwksUri, audiences, forwardOriginalToken = false } = rule;
      const origin = {
        issuer,
        audiences,
        forward: forwardOriginalToken,
        remote_jwks: {
          http_uri: { uri: jwksUri, cluster: "oidc", timeout: "10s" },
          cache_duration: "300s",
          async_fetch: {},
        },
        payload_in_metadata: payloadKey ?? issuer,
        normalize_payload_in_metadata: { space_delimited_claims: ["scope", "permission"] },
      };
      const requirements = [{ provider_name: "origins-0" }, { allow_missing: {} }];
      const filter = {
        name: "envoy.filters.http.jwt_authn",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
          providers: { "origins-0": origin },
          rules: [{ match: { prefix: "/" }, requires: { requires_any: { requirements } } }],
          bypass_cors_preflight: true,
        },
      };
      return examples.substitute(filter, new Map(), { "https://idp.example.com": provider.issuer });
    }

    for (const [releases, payloadKey] of [
      ["today's Istio, which names the claims `payload`", "payload"],
      ["earlier releases, which name the claims after the issuer", undefined],
    ] as const) {
      it(`answers as its README says in the Envoy of ${releases}`, async () => {
        const services = written.services.map(({ id, token }) => {
          return { ...DEMO_ACCOUNT.services.find(({ mode }) => mode === "oidc")!, id, tokens: [token] };
        });
        const backend = await DemoBackend.start({ account: { providerKey: "none", services } });
        try {
          const filters = [jwtAuthn(payloadKey), wasmFilter({ configuration: written, rootId: "" })];
          const clusters = [
            cluster("api", api.port),
            cluster("oidc", provider.port),
            cluster(written.backend.upstream.name, backend.port),
          ];
          const envoy = await Envoy.start({ listeners: [listener("gateway", filters)], clusters });
          try {
            const GATEWAY = `127.0.0.1:${String(await envoy.port("gateway"))}`;
            await checkReadme(readme, backend, { env: { GATEWAY, ISSUER: provider.issuer } });
          } finally {
            await envoy.stop();
          }
        } finally {
          await backend.close();
        }
      });
    }

    it("selects the same pods with all of it, and shows its credentials in the README", () => {
      const authentication = examples.exampleResource(
        "oidc-istio",
        "request-authentication.yaml",
        "RequestAuthentication",
      ) as { metadata: { namespace: string }; spec: { selector: object } };
      const plugin = examples.exampleResource("oidc-istio", "wasm-plugin.yaml", "WasmPlugin") as typeof authentication;
      assert.deepEqual(plugin.spec.selector, authentication.spec.selector);
      assert.equal(plugin.metadata.namespace, authentication.metadata.namespace);
      const [shown] = examples.fencedBlocks(readme, "yaml").map((block) => load(block) as { credentials: object });
      assert.deepEqual(shown?.credentials, written.services[0]?.credentials);
    });

    it("names the cluster that Istio makes of its ServiceEntry, and verifies the host it calls", () => {
      const entry = examples.exampleResource("oidc-istio", "threescale-backend.yaml", "ServiceEntry") as {
        spec: { hosts: [string]; ports: [{ number: number }] };
      };
      const rule = examples.exampleResource("oidc-istio", "threescale-backend.yaml", "DestinationRule") as {
        spec: { host: string; trafficPolicy: { tls: { mode: string; sni: string; subjectAltNames: string[] } } };
      };
      const [host] = entry.spec.hosts;
      const tls = { mode: "SIMPLE", sni: host, subjectAltNames: [host] };
      assert.deepEqual(rule.spec, { host, trafficPolicy: { tls } });
      for (const name of ["api-key", "app-id-app-key", "http-basic", "jwt-payload-header", "oidc-istio"]) {
        const { upstream } = examples.examplePluginConfig(name).backend;
        assert.equal(upstream.name, `outbound|${String(entry.spec.ports[0].number)}||${host}`, name);
        assert.equal(upstream.url, `https://${host}`, name);
      }
    });
  });
});
