import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { rootCertificates } from "node:tls";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { load } from "js-yaml";
import { DemoBackend } from "../../envoy/demo-backend.ts";
import { provideEnvoy } from "../../envoy/install.ts";
import { EnvoyProcess } from "../../envoy/process.ts";
import { DEFAULT_PORTS, renderEnvoyConfig } from "../../envoy/template.ts";
import { PLUGIN_PATH } from "../support/envoy-config.ts";
import { get } from "../support/http-client.ts";
import { poll } from "../support/poll.ts";
import { RecordingServer, response } from "../support/recording-server.ts";

const run = promisify(execFile);
const start = [
  ...["--import", fileURLToPath(import.meta.resolve("tsx"))],
  fileURLToPath(new URL("../../envoy/start.ts", import.meta.url)),
];
const example = new URL("../../examples/standalone-envoy/envoy.yaml", import.meta.url);

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "demo-test-"));
});
after(() => rm(directory, { recursive: true, force: true }));

async function write(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

async function validate(path: string): Promise<void> {
  await run(await provideEnvoy(), ["--mode", "validate", "-l", "warn", "-c", path]).catch((error: unknown) => {
    assert.fail(`Envoy refuses ${path}:\n${(error as { stderr: string }).stderr}`);
  });
}

describe("npm start", () => {
  it("--check: all requests get their answers, the backend its calls", async () => {
    const { stdout } = await run(process.execPath, [...start, "--check"]).catch((error: unknown) => {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      return assert.fail(`${stdout}\n${stderr}`);
    });
    assert.match(stdout, /All \d+ answers are right/);
    assert.match(stdout, /^ok {3}another rule in 3scale .*\nok {3}then the same request, \d+\.\d s later /m);
    assert.doesNotMatch(stdout, /demo-token|demo-access-token/);
  });

  it("serves until a signal comes, then ends Envoy and exits with 0", async () => {
    const free = ["", "admin-", "backend-", "system-", "api-"].flatMap((name) => [`--${name}port`, "0"]);
    const child = spawn(process.execPath, [...start, ...free], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (piece: Buffer) => {
      output += piece.toString();
    });
    const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.once("exit", (code, signal) => {
        resolve([code, signal]);
      }),
    );
    try {
      await poll("the demo to start", () => output.includes("Ctrl-C"), { timeoutMs: 60_000 });
      const port = Number(/gateway +http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1]);
      const answer = await get(port, `127.0.0.1:${String(port)}`, "/hello?user_key=alice-key");
      assert.equal(answer.status, 200);
      await poll("the backend's call to be shown", () => output.includes("user_key=alice-key usage[hits]=1 -> 200"));
      await poll("the first fetch to be shown", () => /admin API: GET \S*\/1004\/\S* -> 200 version 1\n/.test(output));
      const [, change = ""] = /^(curl -X PUT .*)$/m.exec(output) ?? [];
      assert.equal((await run("bash", ["-c", `${change} -s -o /dev/null -w '%{http_code}'`])).stdout, "200");
      await poll("the change to be fetched", () => /admin API: GET \S*\/1004\/\S* -> 200 version 2\n/.test(output));
      assert.equal(output.match(/admin API: GET \S*\/1004\//g)?.length, 2);
      child.kill("SIGTERM");
      assert.deepEqual(await exited, [0, null]);
      await assert.rejects(get(port, "127.0.0.1", "/"), /ECONNREFUSED/);
    } finally {
      // Not SIGKILL: the demo would leave its Envoy behind.
      child.kill("SIGTERM");
      await exited;
    }
  });

  it("exits with 2 on an option it does not know, and explains itself with --help", async () => {
    const failure = await run(process.execPath, [...start, "--no-such-option"]).then(
      () => assert.fail("it exited with 0"),
      (error: unknown) => error as { code: number; stderr: string },
    );
    assert.equal(failure.code, 2);
    assert.match(failure.stderr, /--no-such-option/);
    const { stdout } = await run(process.execPath, [...start, "--help"]);
    assert.match(stdout, /--check/);
  });
});

describe("envoy/envoy.yaml", () => {
  it("is written with the documented ports, and all of them are replaced", () => {
    const replaced = renderEnvoyConfig({ gateway: 1, admin: 2, backend: 3, system: 4, api: 5 });
    for (const port of Object.values(DEFAULT_PORTS)) assert.doesNotMatch(replaced, new RegExp(`\\b${String(port)}\\b`));
    const untouched = renderEnvoyConfig(DEFAULT_PORTS);
    for (const port of Object.values(DEFAULT_PORTS)) assert.match(untouched, new RegExp(`\\b${String(port)}\\b`));
  });

  it("is valid", async () => {
    await validate(await write("demo.json", renderEnvoyConfig(DEFAULT_PORTS)));
  });
});

interface ExamplePlugin {
  api: string;
  backend: { upstream: { name: string; url: string } };
  services: { id: string; token: string }[];
}

interface ExampleCluster {
  name: string;
  type: string;
  load_assignment: unknown;
  transport_socket?: unknown;
}

/** The example with its files found, and with what `change` does to its clusters and its plugin configuration. */
async function renderExample(
  change: (parts: { clusters: ExampleCluster[]; plugin: ExamplePlugin }) => void = () => undefined,
): Promise<{ path: string; plugin: ExamplePlugin }> {
  const authorities = await write("ca.pem", rootCertificates.join("\n"));
  let plugin: ExamplePlugin | undefined;
  // The replacer meets the plugin's configuration before the clusters: listeners come first in the file.
  const configuration = load(await readFile(example, "utf8")) as { static_resources: { clusters: ExampleCluster[] } };
  const rendered = JSON.stringify(configuration, (key, value: unknown) => {
    if (key === "filename" && value === "./plugin.wasm") return PLUGIN_PATH;
    if (key === "filename" && String(value).endsWith(".crt")) return authorities;
    if (key === "port_value" && (value === 10000 || value === 9901)) return 0;
    if (key === "value" && typeof value === "string") {
      plugin = JSON.parse(value) as ExamplePlugin;
      change({ clusters: configuration.static_resources.clusters, plugin });
      return JSON.stringify(plugin);
    }
    return value;
  });
  assert.ok(plugin !== undefined, "the example configures the plugin");
  return { path: await write("example.json", rendered), plugin };
}

function pointTo(cluster: ExampleCluster, port: number): void {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  cluster.load_assignment = { cluster_name: cluster.name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
  cluster.type = "STATIC";
  delete cluster.transport_socket;
}

describe("examples/standalone-envoy", () => {
  it("is valid as it stands", async () => {
    await validate((await renderExample()).path);
  });

  it("names a cluster for the backend, and validates the certificate of the host it calls", async () => {
    const { plugin } = await renderExample(({ clusters, plugin: { backend } }) => {
      const cluster = clusters.find(({ name }) => name === backend.upstream.name);
      assert.ok(cluster !== undefined);
      const { hostname } = new URL(backend.upstream.url);
      const text = JSON.stringify(cluster);
      assert.ok(text.includes(`"sni":"${hostname}"`));
      assert.ok(text.includes(`"address":"${hostname}"`));
      assert.ok(text.includes('"auto_sni_san_validation":true'));
      assert.ok(text.includes('"trusted_ca"'));
    });
    assert.equal(plugin.api, "v1");
  });

  it("authorizes with a backend of one's own over plain HTTP", async () => {
    const { plugin: written } = await renderExample();
    const metrics = [{ name: "hits" }];
    const applications = [{ id: "one", userKey: "right", keys: [], plan: { name: "any", limits: [] } }];
    const services = written.services.map(({ id, token }) => {
      return { id, tokens: [token], mode: "user_key" as const, metrics, applications };
    });
    const backend = await DemoBackend.start({ account: { providerKey: "none", services } });
    const api = await RecordingServer.start(() => response("200 OK", [], "from the API"));
    let envoy: EnvoyProcess | undefined;
    try {
      const { path } = await renderExample(({ clusters, plugin }) => {
        for (const cluster of clusters) pointTo(cluster, cluster.name === "api" ? api.port : backend.port);
        plugin.backend.upstream.url = `http://127.0.0.1:${String(backend.port)}`;
      });
      envoy = await EnvoyProcess.start({ configPath: path, workDirectory: directory });
      const port = (await envoy.listenerPorts()).get("gateway");
      assert.ok(port !== undefined);

      const good = await get(port, "api.example.com", "/?user_key=right");
      assert.deepEqual([good.status, good.body], [200, "from the API"]);
      const header = await get(port, "localhost:10000", "/any/path", [["x-user-key", "right"]]);
      assert.equal(header.status, 200);
      const wrong = await get(port, "api.example.com", "/?user_key=wrong");
      assert.deepEqual([wrong.status, wrong.body], [403, "Authentication failed\n"]);
      const unknown = await get(port, "other.example.com", "/?user_key=right");
      assert.deepEqual([unknown.status, unknown.body], [403, "Unknown service\n"]);
      assert.deepEqual(
        backend.calls.map(({ path: called, status }) => [called, status]),
        [200, 200, 403].map((status) => ["/transactions/authrep.xml", status]),
      );
      assert.equal(api.requests.length, 2);
    } finally {
      await envoy?.stop();
      await backend.close();
      await api.close();
    }
  });
});
