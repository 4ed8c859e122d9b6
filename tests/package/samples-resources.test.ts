import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { ENVOY_VERSION } from "../../envoy/install.ts";
import { BROKEN_SAMPLES, breakSample } from "./support/sample-broken.ts";
import { crdCheck, type Finding } from "./support/crd-check.ts";
import { ruleFaults } from "./support/sample-rules.ts";
import { hasResources, sampleFiles, type SampleFile } from "./support/samples.ts";

/** Kinds that no package defines; `ruleFaults` has their form. */
const UNDEFINED_KINDS = ["ServiceMeshExtension"];
const COMPOSE = "docker-compose/compose.yaml";

describe("samples for meshes", () => {
  const all = sampleFiles();
  const files = all.filter(hasResources);
  const compose = all.find(({ path }) => path === COMPOSE);
  let findings: Finding[];

  before(async () => {
    assert.ok(compose !== undefined);
    const broken = BROKEN_SAMPLES.map((one, index) => ({
      name: `broken ${String(index)}`,
      yaml: breakSample(one, all).text,
    }));
    findings = await crdCheck([
      ...files.map(({ path, text }) => ({ name: path, yaml: text })),
      { name: COMPOSE, yaml: compose.text, compose: true },
      {
        name: "broken compose",
        yaml: compose.text.replace("condition: service_completed_successfully", "condition: done"),
        compose: true,
      },
      {
        name: "broken reference",
        yaml: compose.text.replace("seed: { condition:", "sead: { condition:"),
        compose: true,
      },
      ...broken,
    ]);
  });

  /** What an API server would say of a file, or Istio, which sees only what the API server has taken. */
  function faultsOf(name: string, file: SampleFile, among: readonly SampleFile[]): string[] {
    const refused = findings
      .filter((one) => one.file === name && !UNDEFINED_KINDS.includes(one.kind))
      .flatMap(({ kind, errors }) => errors.map((error) => `${file.path}: ${kind}: ${error}`));
    return refused.length > 0 ? refused : ruleFaults(file, among);
  }

  it("are of every kind that there is to show", () => {
    const kinds = new Set(findings.filter(({ file }) => !file.startsWith("broken")).map(({ kind }) => kind));
    for (const kind of [
      ...["WasmPlugin", "ServiceEntry", "DestinationRule", "EnvoyFilter", "ServiceMeshExtension"],
      ...["RequestAuthentication", "VirtualService", "Secret", "compose"],
    ]) {
      assert.ok(kinds.has(kind), kind);
    }
    const texts = files.map(({ text }) => text).join();
    for (const form of ["oci://registry.example.com/3scale-auth-wasm:", "@sha256:", "file:///", "url: https://"]) {
      assert.ok(texts.includes(form), form);
    }
    for (const form of ["selector:", "kind: Gateway\n", "kind: Service\n", "verificationKey:", "imagePullSecret:"]) {
      assert.ok(texts.includes(form), form);
    }
    for (const host of ["su1.3scale.net", "multitenant.3scale.net"])
      assert.ok(texts.includes(`hosts: [${host}]`), host);
  });

  for (const file of files) {
    it(`would be taken: ${file.path}`, () => {
      assert.ok(findings.some((one) => one.file === file.path));
      assert.deepEqual(faultsOf(file.path, file, all), []);
    });
  }

  it("has a Compose file that Compose takes, with the Envoy that the tests run", () => {
    const [found] = findings.filter(({ file }) => file === COMPOSE);
    assert.deepEqual(found?.errors, []);
    assert.ok(compose?.text.includes(`envoyproxy/envoy:v${ENVOY_VERSION}\n`));
    for (const name of ["broken compose", "broken reference"]) {
      assert.notDeepEqual(findings.find(({ file }) => file === name)?.errors, [], name);
    }
  });

  describe("with one line changed", () => {
    for (const [index, sample] of BROKEN_SAMPLES.entries()) {
      it(`would not: ${sample.name}`, () => {
        const file = breakSample(sample, all);
        const among = all.map((one) => (one.path === file.path ? file : one));
        const faults = faultsOf(`broken ${String(index)}`, file, among);
        assert.match(faults.join("\n"), sample.message);
      });
    }

    it("there are at least twelve, of which some break rules in CEL", () => {
      assert.ok(BROKEN_SAMPLES.length >= 12);
      const byCel = findings.filter(
        ({ file, errors }) => file.startsWith("broken ") && /Invalid value: .*(only|may|must)/.test(errors.join()),
      );
      assert.ok(byCel.length >= 3, JSON.stringify(byCel));
    });
  });
});

describe("the checker of resources", () => {
  it("is pinned, to the release that docs/install.md names", () => {
    const modules = readFileSync(new URL("crd-check/go.mod", import.meta.url), "utf8");
    assert.match(modules, /istio\.io\/api v\d+\.\d+\.\d+$/m);
    const [, version = ""] = /istio\.io\/api v(\d+\.\d+)\./.exec(modules) ?? [];
    const install = readFileSync(new URL("../../docs/install.md", import.meta.url), "utf8");
    assert.ok(install.includes(`the definitions of Istio ${version},`), version);
  });
});
