import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { DemoApi } from "../../envoy/demo-api.ts";
import { DemoBackend } from "../../envoy/demo-backend.ts";
import { DEMO_ACCOUNT } from "../../envoy/demo-backend/account.ts";
import { EnvoyProcess } from "../../envoy/process.ts";
import { Envoy } from "../support/envoy.ts";
import { cluster, listener, PLUGIN_PATH, wasmFilter, type EnvoyObject } from "../support/envoy-config.ts";
import * as examples from "../support/examples.ts";
import { exchange, get } from "../support/http-client.ts";
import { pluginBytes } from "../support/plugin.ts";
import { freePort } from "../support/ports.ts";
import { NEVER, RecordingServer, response } from "../support/recording-server.ts";
import { filtersOf, type ModulePlace } from "./support/sample-envoy.ts";
import { pluginConfigurations, resourcesOf, sampleFiles } from "./support/samples.ts";

const SEED = fileURLToPath(new URL("../../examples/docker-compose/seed.sh", import.meta.url));
const GATEWAY_PORT = 10000;
const ADMIN_PORT = 9901;

/** Whom a sample's configuration calls, as a service of the demo backend. */
function account(json: string): typeof DEMO_ACCOUNT {
  const { services } = JSON.parse(json) as examples.PluginConfig;
  const demo = DEMO_ACCOUNT.services.find(({ mode }) => mode === "user_key")!;
  return { providerKey: "none", services: services.map(({ id, token }) => ({ ...demo, id, tokens: [token] })) };
}

describe("samples in Envoy", () => {
  const files = sampleFiles();
  let directory: string;
  let place: ModulePlace;
  let api: DemoApi;
  let artifacts: RecordingServer;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "samples-"));
    const bytes = Buffer.from(await pluginBytes());
    [api, artifacts] = await Promise.all([DemoApi.start(), RecordingServer.start(() => response("200 OK", [], bytes))]);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    place = { directory, sha256, uri: "http://artifacts.test/plugin.wasm" };
  });
  after(async () => {
    await Promise.all([api.close(), artifacts.close()]);
    rmSync(directory, { recursive: true, force: true });
  });

  const envoyFilters = resourcesOf(files).filter(({ resource }) => resource.kind === "EnvoyFilter");

  it("of EnvoyFilter are four", () => {
    assert.equal(envoyFilters.length, 4);
  });

  for (const { path, resource } of envoyFilters) {
    it(`authorizes: ${path}`, async () => {
      const configuration = pluginConfigurations(files).find((one) => one.path === path)!;
      const { backend, services } = JSON.parse(configuration.json) as examples.PluginConfig;
      const [{ authorities: [host = ""] } = { authorities: [] }] = services;
      const threescale = await DemoBackend.start({ account: account(configuration.json) });
      const fetchedBefore = artifacts.requests.length;
      const envoy = await Envoy.start({
        listeners: [listener("gateway", filtersOf(resource.spec!, place))],
        clusters: [
          cluster("api", api.port),
          cluster(backend.upstream.name, threescale.port),
          cluster("outbound|443||artifacts.example.com", artifacts.port),
        ],
      });
      try {
        const port = await envoy.port("gateway");
        assert.equal((await get(port, host, "/?user_key=alice-key")).status, 200);
        const refused = await get(port, host, "/");
        assert.deepEqual([refused.status, refused.header("powered-by")], [403, "3scale"]);
        assert.equal(await envoy.waitForStat("wasmcustom.threescale_auth_credentials_missing", 1), 1);
        assert.equal(threescale.calls.length, 1);
        const isFetchedByEnvoy = path.endsWith("gateway-inline.yaml");
        assert.equal(artifacts.requests.length - fetchedBefore, isFetchedByEnvoy ? 1 : 0);
      } finally {
        await Promise.all([envoy.stop(), threescale.close()]);
      }
    });
  }

  it("keep their configuration when an update by ECDS is refused, and let nothing pass when they start with such a one", async () => {
    const [{ path, resource } = { path: "", resource: undefined }] = envoyFilters.filter((one) =>
      one.path.endsWith("sidecar-ecds.yaml"),
    );
    const configuration = pluginConfigurations(files).find((one) => one.path === path)!;
    const { backend, services } = JSON.parse(configuration.json) as examples.PluginConfig;
    const [{ authorities: [host = ""] } = { authorities: [] }] = services;
    const folder = mkdtempSync(join(directory, "ecds-"));
    const filters = filtersOf(resource!.spec!, { ...place, directory: folder });
    const options = {
      listeners: [listener("gateway", filters)],
      clusters: [cluster("api", api.port), cluster(backend.upstream.name, await freePort())],
    };
    const envoy = await Envoy.start(options);
    try {
      const port = await envoy.port("gateway");
      assert.equal((await get(port, host, "/")).status, 403);
      const delivered = join(folder, "3scale-auth.json");
      const refused = readFileSync(delivered, "utf8").replace('\\"v1\\"', '\\"v9\\"');
      writeFileSync(`${delivered}.next`, refused);
      // Envoy sees files that are moved into place.
      renameSync(`${delivered}.next`, delivered);
      await envoy.waitForLog(/3scale-auth: error at api/);
      await envoy.waitForLog(/update rejected: Unable to create Wasm plugin/);
      assert.equal((await get(port, host, "/")).header("powered-by"), "3scale");
    } finally {
      await envoy.stop();
    }
    const started = await Envoy.start(options);
    try {
      const answer = await get(await started.port("gateway"), host, "/?user_key=alice-key");
      assert.deepEqual([answer.status, answer.body], [500, ""]);
    } finally {
      await started.stop();
    }
  });

  it("with `allow` in place of `deny` would let in what comes beyond the limits of the backend's cluster", async () => {
    const configuration = pluginConfigurations(files).find(({ where }) => where.endsWith(": EnvoyFilter"))!;
    const { backend, services } = JSON.parse(configuration.json) as examples.PluginConfig;
    const [{ authorities: [host = ""] } = { authorities: [] }] = services;
    const open = { api: "v1", backend: { ...backend, on_failure: { mode: "allow" } }, services };
    const silent = await RecordingServer.start(() => NEVER);
    const thresholds = [{ max_requests: 1, max_pending_requests: 1 }];
    const envoy = await Envoy.start({
      listeners: [listener("gateway", [wasmFilter({ configuration: open })])],
      clusters: [
        cluster("api", api.port),
        cluster(backend.upstream.name, silent.port, { circuit_breakers: { thresholds } }),
      ],
    });
    try {
      const port = await envoy.port("gateway");
      const waiting = exchange(port, { host, path: "/?user_key=nobody" });
      waiting.response.catch(() => undefined);
      await silent.waitFor(1);
      assert.equal((await get(port, host, "/?user_key=nobody")).status, 200);
      assert.equal(await envoy.waitForStat("wasmcustom.threescale_auth_allowed_on_failure", 1), 1);
      waiting.abort();
    } finally {
      await Promise.all([envoy.stop(), silent.close()]);
    }
  });

  /** The envoy.yaml of an example in an Envoy of its own, and its README's requests sent through it. */
  async function answersAsTheReadmeSays(
    example: string,
    hosts: Record<string, number>,
    texts: Record<string, string>,
  ): Promise<void> {
    const ports = new Map([
      [GATEWAY_PORT, await freePort()],
      [ADMIN_PORT, 0],
    ]);
    const written = load(examples.exampleFile(example, "envoy.yaml")) as EnvoyObject;
    const clusters = (written.static_resources as { clusters: { name: string }[] }).clusters;
    const local = clusters.map(({ name }) => {
      assert.ok(hosts[name] !== undefined, name);
      return cluster(name, hosts[name]);
    });
    // Names and TLS of the clusters are not this machine's; the names of the clusters are.
    const rendered = examples.substitute(
      { ...written, static_resources: { ...(written.static_resources as object), clusters: local } },
      ports,
      { "0.0.0.0": "127.0.0.1", ...texts },
    );
    const workDirectory = mkdtempSync(join(directory, "envoy-"));
    const configPath = join(workDirectory, "envoy.json");
    writeFileSync(configPath, JSON.stringify(rendered));
    const envoy = await EnvoyProcess.start({ configPath, workDirectory });
    try {
      const commands = examples.curlCommands(examples.exampleFile(example, "README.md"));
      assert.ok(commands.length >= 2);
      // A listener whose module is still being fetched does not listen yet.
      const sent = commands.map(({ command }) =>
        examples
          .substituteText(command, ports)
          .replace("curl -i", "curl -i --retry 20 --retry-connrefused --retry-delay 1")
          .replace("THE_KEY_OF_AN_APPLICATION", "alice-key"),
      );
      const outputs = await examples.runConsole(sent);
      for (const [index, { command, expected }] of commands.entries()) {
        const output = outputs[index] ?? "";
        assert.ok(
          examples.isShown(expected, output),
          `${command}\nanswered\n${output}\nand not\n${expected.join("\n")}`,
        );
      }
    } finally {
      await envoy.stop();
    }
  }

  it("fetches its module and answers as its README says: standalone-remote", async () => {
    const { json } = pluginConfigurations(files).find(({ path }) => path === "standalone-remote/envoy.yaml")!;
    const threescale = await DemoBackend.start({ account: account(json) });
    const fetchedBefore = artifacts.requests.length;
    try {
      const hosts = { api: api.port, artifacts: artifacts.port, "threescale-backend": threescale.port };
      await answersAsTheReadmeSays("standalone-remote", hosts, { ["0".repeat(64)]: place.sha256 });
    } finally {
      await threescale.close();
    }
    assert.equal(artifacts.requests.length, fetchedBefore + 1);
  });

  it("answers as its README says, with the demo backend for apisonator: docker-compose", async () => {
    const threescale = await DemoBackend.start();
    try {
      const hosts = { api: api.port, "threescale-backend": threescale.port };
      await answersAsTheReadmeSays("docker-compose", hosts, { "/etc/envoy/plugin.wasm": PLUGIN_PATH });
    } finally {
      await threescale.close();
    }
  });

  it("has in Compose's environment what Envoy's configuration calls", () => {
    interface Compose {
      services: Record<string, { volumes?: string[]; environment?: Record<string, string> }>;
    }
    const { services } = load(examples.exampleFile("docker-compose", "compose.yaml")) as Compose;
    const { static_resources: resources } = load(examples.exampleFile("docker-compose", "envoy.yaml")) as {
      static_resources: { clusters: { load_assignment: object }[] };
    };
    for (const { load_assignment: assignment } of resources.clusters) {
      const [, address = ""] = /"address":"([^"]+)"/.exec(JSON.stringify(assignment)) ?? [];
      assert.ok(address in services, address);
    }
    assert.ok(services.envoy?.volumes?.some((one) => one.includes(":/etc/envoy/plugin.wasm:")));
    const { CONFIG_INTERNAL_API_USER: user, CONFIG_INTERNAL_API_PASSWORD: password } =
      services["backend-listener"]?.environment ?? {};
    assert.equal(services.seed?.environment?.INTERNAL_API, `${user ?? ""}:${password ?? ""}`);
  });

  it("fills apisonator with the service that Envoy's configuration names", async () => {
    const internal = await RecordingServer.start(() => response("200 OK", [], "{}"));
    try {
      const env = { ...process.env, BACKEND: `http://127.0.0.1:${String(internal.port)}`, INTERNAL_API: "a:b" };
      const child = spawn("sh", [SEED], { env, stdio: ["ignore", "inherit", "inherit"] });
      const status = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
      assert.equal(status, 0);
      const [first, ...calls] = internal.requests;
      assert.equal(first?.path, "/status");
      for (const call of calls) {
        assert.equal(call.header("authorization"), `Basic ${Buffer.from("a:b").toString("base64")}`);
        JSON.parse(call.body);
      }
      const told = calls.map(({ method, path, body }) => `${method} ${path} ${body}`).join("\n");
      const { json } = pluginConfigurations(files).find(({ path }) => path === "docker-compose/envoy.yaml")!;
      for (const { id, token } of (JSON.parse(json) as examples.PluginConfig).services) {
        assert.ok(told.includes(`PUT /internal/services/${id} `), id);
        assert.ok(told.includes(`{"service_tokens": {"${token}": {"service_id": "${id}"}}}`), token);
      }
      const demo = DEMO_ACCOUNT.services.find(({ mode }) => mode === "user_key")!;
      for (const { id, userKey } of demo.applications) {
        assert.ok(told.includes(`PUT /internal/services/${demo.id}/applications/${id}/key/${userKey ?? ""} {}`), id);
      }
    } finally {
      await internal.close();
    }
  });
});
