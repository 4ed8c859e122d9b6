import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { load } from "js-yaml";
import { fencedBlocks } from "../support/examples.ts";
import { ConfigurationProbe, type Verdict } from "../support/plugin.ts";
import { clustersOf, upstreamFaults } from "./support/sample-rules.ts";
import {
  documents,
  pluginConfigurations,
  readmeBeside,
  resourcesOf,
  sampleFiles,
  type Resource,
} from "./support/samples.ts";

const SCHEMA = new URL("../../schema/v1.schema.json", import.meta.url);
const FOLDER = "service-mesh-extension";

/** Warnings that an example is meant to have: its README says why. */
const MEANT: Record<string, RegExp> = {
  "jwt-payload-header": /found a header read as JSON/,
  // What it has of them is older than this filter.
  "service-mesh-extension: ServiceMeshExtension": / at backend\.extensions/,
};

interface Upstream {
  name: string;
  url: string;
}

describe("the plugin's configuration in samples", () => {
  const files = sampleFiles();
  const configurations = pluginConfigurations(files);
  let schema: ValidateFunction;
  let probe: ConfigurationProbe;
  before(async () => {
    schema = new Ajv2020({ allErrors: true, strict: false }).compile(
      JSON.parse(readFileSync(SCHEMA, "utf8")) as object,
    );
    probe = await ConfigurationProbe.load();
  });

  const check = (json: string): Verdict => probe.check(new TextEncoder().encode(json));
  const warnings = ({ logs }: Verdict) => logs.filter(({ level }) => level === "warn" || level === "error");

  it("is found in every kind of file", () => {
    const where = configurations.map((one) => one.where);
    for (const kind of ["WasmPlugin", "EnvoyFilter", "ServiceMeshExtension"]) {
      assert.ok(
        where.some((one) => one.endsWith(`: ${kind}`)),
        kind,
      );
    }
    assert.ok(configurations.length >= 20, `only ${String(configurations.length)}`);
    const asText = (text: string) => text.includes("pluginConfig:") || text.includes("http.wasm.v3.Wasm");
    for (const { path } of files.filter((one) => asText(one.text))) {
      assert.ok(
        configurations.some((one) => one.path === path),
        path,
      );
    }
  });

  for (const { where, path, json } of configurations) {
    it(`is accepted by schema and plugin: ${where}`, () => {
      assert.ok(schema(JSON.parse(json)), JSON.stringify(schema.errors));
      const verdict = check(json);
      assert.ok(verdict.accepted, verdict.lines.join("\n"));
      const [folder = ""] = path.split("/");
      const meant = MEANT[folder] ?? MEANT[where.replace(/\/.*:/, ":")];
      assert.deepEqual(
        warnings(verdict).filter(({ message }) => meant?.test(message) !== true),
        [],
      );
    });
  }

  it("would not pass with a warning", () => {
    const [{ json } = { json: "" }] = configurations;
    const verdict = check(JSON.stringify({ ...(JSON.parse(json) as object), verificationKey: "key" }));
    assert.ok(verdict.accepted);
    assert.equal(warnings(verdict).length, 1);
  });

  for (const { where, vmId } of configurations) {
    // A WasmPlugin and a ServiceMeshExtension have no field for it: broken samples hold the former.
    if (vmId === undefined) continue;
    it(`stands beside a VM id of its own: ${where}`, () => {
      assert.match(vmId, /^3scale/);
    });
  }

  for (const { path, text } of files.filter((one) => one.path.endsWith("/envoy.yaml"))) {
    it(`names a cluster of its file: ${path}`, () => {
      const [{ static_resources: resources }] = documents({ path, text }) as [
        { static_resources: { clusters: { name: string; transport_socket?: object }[] } },
      ];
      for (const { json } of configurations.filter((one) => one.path === path)) {
        const { backend } = JSON.parse(json) as { backend: { upstream: Upstream } };
        const cluster = resources.clusters.find(({ name }) => name === backend.upstream.name);
        assert.ok(cluster !== undefined, backend.upstream.name);
        assert.equal(cluster.transport_socket !== undefined, backend.upstream.url.startsWith("https:"));
      }
    });
  }

  it("is shown for each way to 3scale, with the cluster that this makes", () => {
    const folder = files.filter(({ path }) => path.startsWith("istio-backend/"));
    const readme = readmeBeside("istio-backend/");
    const blocks = fencedBlocks(readme, "yaml").map((block) => load(block) as { backend: { upstream: Upstream } });
    const announced = [...readme.matchAll(/[Ff]or `([\w-]+\.yaml)`:/g)].map(([, name = ""]) => `istio-backend/${name}`);
    assert.deepEqual(announced.toSorted(), folder.map(({ path }) => path).sort());
    assert.equal(blocks.length, announced.length);
    for (const [index, path] of announced.entries()) {
      const clusters = clustersOf(folder.filter((one) => one.path === path));
      assert.deepEqual(upstreamFaults(blocks[index]!.backend.upstream, clusters), [], path);
    }
  });

  it("keeps calls of the backend to HTTP/1.1, and its limits out of reach", () => {
    for (const { path, resource } of resourcesOf(files.filter((one) => one.path.startsWith("istio-backend/")))) {
      if (resource.kind !== "DestinationRule") continue;
      interface Policy {
        connectionPool: { http: Record<string, unknown>; tcp: object };
        outlierDetection: Record<string, unknown>;
      }
      const { trafficPolicy } = resource.spec as { trafficPolicy: Policy & { portLevelSettings?: [Policy] } };
      const { connectionPool, outlierDetection } = trafficPolicy.portLevelSettings?.[0] ?? trafficPolicy;
      assert.equal(connectionPool.http.h2UpgradePolicy, "DO_NOT_UPGRADE", path);
      for (const name of ["http1MaxPendingRequests", "http2MaxRequests"]) {
        assert.equal(connectionPool.http[name], 2 ** 31 - 1, path);
      }
      assert.ok(!("maxConnections" in connectionPool.tcp), path);
      const { splitExternalLocalOriginErrors, consecutive5xxErrors, consecutiveGatewayErrors } = outlierDetection;
      assert.deepEqual([splitExternalLocalOriginErrors, consecutive5xxErrors, consecutiveGatewayErrors], [true, 0, 0]);
    }
  });
});

describe("the ServiceMeshExtension and the WasmPlugin that takes its place", () => {
  const files = sampleFiles().filter(({ path }) => path.startsWith(`${FOLDER}/`));
  const only = (kind: string): Resource => {
    const [found, ...more] = resourcesOf(files).filter(({ resource }) => resource.kind === kind);
    assert.ok(found !== undefined && more.length === 0, kind);
    return found.resource;
  };

  it("have one configuration, but for what the README says", () => {
    interface Config {
      system?: object;
      backend: { extensions?: string[] };
    }
    const { config } = only("ServiceMeshExtension").spec as { config: Config };
    const { pluginConfig } = only("WasmPlugin").spec as { pluginConfig: Config };
    const { system, ...rest } = config;
    const { extensions, ...backend } = config.backend;
    assert.ok(system !== undefined);
    assert.deepEqual(extensions, ["no_body"]);
    assert.deepEqual(pluginConfig, { ...rest, backend });
    const readme = readmeBeside(`${FOLDER}/`);
    for (const said of ["`config.system`", "`config.backend.extensions`"])
      assert.ok(readme.includes(`| ${said} `), said);
  });

  it("select the same pods, in the same order among others", () => {
    const before = only("ServiceMeshExtension");
    const after = only("WasmPlugin");
    const { workloadSelector } = before.spec as { workloadSelector: { labels: object } };
    const { selector } = after.spec as { selector: { matchLabels: object } };
    assert.deepEqual(selector.matchLabels, workloadSelector.labels);
    assert.deepEqual(after.metadata, before.metadata);
    assert.equal(after.spec?.priority, before.spec?.priority);
  });
});
