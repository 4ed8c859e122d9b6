import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { exampleFile, exampleFiles, exampleNames, fencedBlocks } from "../support/examples.ts";
import { markedValues, placeholders, readmeBeside, sampleFiles } from "./support/samples.ts";

const ROOT = new URL("../../", import.meta.url);
const INSTALL = readFileSync(new URL("docs/install.md", ROOT), "utf8");
const NAMES = ["my-api", "bookinfo", "productpage"];
/** Names of an example that runs as it is, on the demo of `npm start`. */
const DEMO: Record<string, string[]> = {
  "http-basic/envoy.yaml": ["keys.example.com"],
  "jwt-payload-header/envoy.yaml": ["api.example.com"],
  "oidc-jwt-authn/envoy.yaml": ["api.example.com"],
};

/** Lines of a file that hold a placeholder without mark. */
function unmarked(text: string): string[] {
  const values = markedValues(text);
  const listed = new Set(values.map(({ value }) => value));
  return text.split("\n").flatMap((content, index) => {
    const line = index + 1;
    const comment = content.indexOf("#");
    const code = comment < 0 ? content : content.slice(0, comment);
    if (values.some((marked) => marked.line === line)) return [];
    // In JSON in YAML a mark cannot stand in the line.
    const found = placeholders(code).filter(
      (one) => !(code.includes('"') || code.startsWith("    YOUR_")) || !listed.has(one),
    );
    return found.map((one) => `${String(line)}: ${one}`);
  });
}

describe("what is to be changed in samples", () => {
  const files = sampleFiles();

  it("is marked, wherever it stands", () => {
    for (const { path, text } of files) {
      const left = unmarked(text).filter((found) => !(DEMO[path] ?? []).some((name) => found.endsWith(` ${name}`)));
      assert.deepEqual(left, [], path);
    }
  });

  it("is found when it is not marked", () => {
    assert.deepEqual(unmarked("a:\n  token: YOUR_TOKEN\n  host: x.example.com # why\n"), [
      "2: YOUR_TOKEN",
      "3: x.example.com",
    ]);
    assert.deepEqual(unmarked("  token: YOUR_TOKEN # CHANGE: the token\n"), []);
  });

  it("is marked in one way", () => {
    for (const { path, text } of files) {
      const [head = "", ...lines] = text.split("\n");
      const odd = [head, ...lines].filter(
        (line) =>
          line.includes("CHANGE") && !/\S.* # CHANGE: \S|# CHANGE in it: `/.test(line) && !/^# .*CHANGE\b/.test(line),
      );
      assert.deepEqual(odd, [], path);
    }
  });

  for (const { path, text } of files) {
    const values = [...new Set(markedValues(text).map(({ value }) => value))];
    if (values.length === 0) continue;
    it(`stands in the README: ${path}`, () => {
      // A table escapes what would end its cell.
      const readme = readmeBeside(path).replaceAll("\\|", "|");
      const unnamed = values.filter((value) => {
        const shown = value.replace(/@sha256:0+$/, "@sha256:");
        return !readme.includes(`\`${value}\``) && !readme.includes(`\`${shown}\``);
      });
      assert.deepEqual(unnamed, []);
    });
  }

  it("reaches every marked name of a workload", () => {
    const marked = new Set(files.flatMap(({ text }) => markedValues(text)).map(({ value }) => value));
    for (const name of NAMES) assert.ok(marked.has(name), name);
  });
});

describe("the READMEs of samples", () => {
  for (const name of exampleNames()) {
    it(`name each file: ${name}`, () => {
      const readme = exampleFile(name, "README.md");
      // What the reader is to put there is not in the repository.
      const files = exampleFiles(name).filter((file) => file !== "README.md" && !file.endsWith(".wasm"));
      for (const file of files) assert.ok(readme.includes(`| \`${file}\``), file);
    });
  }

  for (const path of [
    "docs/install.md",
    "examples/README.md",
    ...exampleNames().map((name) => `examples/${name}/README.md`),
  ]) {
    it(`have links that lead somewhere: ${path}`, () => {
      const from = new URL(path, ROOT);
      const links = [...readFileSync(from, "utf8").matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = ""]) => link);
      for (const link of links) assert.ok(leadsSomewhere(link, from), link);
    });
  }
});

describe("docs/install.md", () => {
  it("names files that there are, and the README of the project names it", () => {
    const shown = [...INSTALL.matchAll(/(?:\]\(\.\.\/|[ (])((?:examples|schema)\/[\w./-]+)/g)].map(
      ([, path = ""]) => path,
    );
    assert.ok(shown.length >= 8, `only ${String(shown.length)} paths`);
    for (const path of shown) assert.ok(existsSync(new URL(path, ROOT)), path);
    assert.ok(readFileSync(new URL("README.md", ROOT), "utf8").includes("](docs/install.md)"));
  });

  it("fills the sample by its command, so that nothing is left to change but what it says to be", () => {
    const command = fencedBlocks(INSTALL, "console")
      .join("")
      .split("\n")
      .find((line) => line.startsWith("$ sed "));
    assert.ok(command !== undefined);
    const [sed = ""] = command.slice(2).split(" | kubectl");
    const env = { IMAGE: "registry.test/a:1", SERVICE_ID: "1", SERVICE_TOKEN: "t", PATH: process.env.PATH };
    const filled = execFileSync("bash", ["-c", sed], { cwd: fileURLToPath(ROOT), env, encoding: "utf8" });
    const left = filled.split("\n").flatMap((line) => placeholders(line.split("#")[0] ?? ""));
    // The namespace, the label, and the host of the guide's own API.
    assert.deepEqual(left, ["my-api", "my-api", "my-api", "my-api"]);
    for (const value of ["oci://registry.test/a:1 ", 'id: "1"', "token: t ", "[my-api.my-api]"]) {
      assert.ok(filled.includes(value), value);
    }
    assert.ok(!filled.includes("imagePullSecret"));
  });

  for (const symptom of [
    "No Mapping Rule matched",
    "502",
    "cluster not found",
    "image pull errors",
    "silently absent",
  ]) {
    it(`says what to do about: ${symptom}`, () => {
      const row = INSTALL.split("\n").find((line) => line.startsWith("|") && line.includes(symptom));
      assert.match(row ?? "", /\|[^|]+\|[^|]+\|.*`[^`]+`/);
    });
  }
});

/** Whether a link of a document leads to a file or folder, and to a heading in it if it names one. */
function leadsSomewhere(link: string, from: URL): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? from : new URL(path, from);
  if (!existsSync(target)) return false;
  if (anchor === undefined) return true;
  const isFolder = statSync(target).isDirectory();
  const document = readFileSync(isFolder ? new URL(`${target.href}/README.md`) : target, "utf8");
  const headings = [...document.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
  return headings.includes(anchor);
}
