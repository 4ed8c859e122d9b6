import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { load } from "js-yaml";
import { ROOT } from "./support/image-project.ts";

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  permissions?: Record<string, string>;
  steps: Step[];
}

interface Workflow {
  on: { push: Record<string, unknown> };
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

describe("the release workflow", () => {
  const text = readFileSync(join(ROOT, ".github", "workflows", "release.yml"), "utf8");
  const workflow = load(text) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
  const script = commands.join("\n");

  it("runs for tags of versions, and for those only", () => {
    assert.deepEqual(workflow.on, { push: { tags: ["v*"] } });
  });

  it("may do what it has to, and nothing else", () => {
    assert.deepEqual(workflow.permissions, {});
    const granted = Object.values(workflow.jobs).map(({ permissions }) => permissions);
    assert.deepEqual(granted, [{ contents: "write", packages: "write", "id-token": "write" }]);
  });

  it("pins each action by the commit, and says its version", () => {
    const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action!);
    assert.equal(uses.length, steps.filter(({ uses: action }) => action !== undefined).length);
    for (const action of uses) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("leaves no credentials in the checkout", () => {
    const checkout = steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.equal(checkout?.with?.["persist-credentials"], false);
  });

  it("has commands that bash can parse, with no expression in them", () => {
    for (const command of commands) {
      execFileSync("bash", ["-n"], { input: command });
      assert.doesNotMatch(command, /\$\{\{/, "an expression is put into the script as it is: take it by env");
    }
  });

  it("runs scripts that package.json has", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const run = [...script.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name!);
    assert.ok(run.includes("package"));
    for (const name of run) assert.ok(Object.hasOwn(scripts, name), name);
  });

  it("pushes what the tag names, with its commit", () => {
    assert.match(
      script,
      /npm run --silent package -- --revision "\$GITHUB_SHA" --push "\$image:\$\{GITHUB_REF_NAME#v\}"/,
    );
    assert.match(script, /test "\$GITHUB_REF_NAME" = "v\$\(jq -r \.version package\.json\)"/);
  });

  it("signs and attests each digest, and never a tag", () => {
    assert.match(script, /jq -r '\.manifests\[\]\.digest' build\/image\/index\.json > build\/digests/);
    const signed = [...script.matchAll(/cosign (?:sign|attest) .*$/gm)].map(([line]) => line);
    assert.equal(signed.length, 2);
    for (const line of signed) assert.match(line, /--yes .*"\$IMAGE@\$digest"$/);
    assert.match(script, /npm sbom --package-lock-only --sbom-format cyclonedx > build\/sbom\.cdx\.json/);
  });

  it("attaches the plugin with its checksum, signature and SBOM", () => {
    const upload = /gh release upload [^]*$/.exec(script)?.[0] ?? "";
    for (const name of ["plugin.wasm", "plugin.wasm.sha256", "plugin.wasm.bundle", "sbom.cdx.json"]) {
      assert.match(upload, new RegExp(` build/${name.replaceAll(".", "\\.")}(?: |$)`, "m"));
    }
  });
});
