import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { load } from "js-yaml";
import { sha256 } from "../../packaging/digest.ts";
import type { ImageContent } from "../../packaging/image-content.ts";
import { makeImage, type Descriptor } from "../../packaging/image-forms.ts";
import { fetchPlugin, type ImageSource } from "../../packaging/plugin-fetch.ts";
import { readTar } from "../../packaging/tar.ts";
import { Buildah } from "./support/image-buildah.ts";
import { contextNames, projectContent, ROOT } from "./support/image-project.ts";
import { Registry } from "./support/image-registry.ts";

const NAME = "3scale-auth-wasm";
const FORMATS = ["oci", "docker"] as const;

/** What a pulled image is to whoever runs it. */
interface Seen {
  labels: Record<string, string>;
  files: Record<string, string>[];
}

describe("the Dockerfile", () => {
  let registry: Registry;
  let buildah: Buildah;
  /** What the stage that builds would hold: it has a base image and npm's registry to go to, which a test does not. */
  let stage: string;
  let content: ImageContent;
  let dockerfile: string;

  before(async () => {
    content = await projectContent();
    dockerfile = await readFile(join(ROOT, "Dockerfile"), "utf8");
    [registry, buildah] = await Promise.all([Registry.start(), Buildah.start()]);
    stage = await mkdtemp(join(tmpdir(), "stage-"));
    await mkdir(join(stage, "src", "build"), { recursive: true });
    await writeFile(join(stage, "src", "build", "plugin.wasm"), content.plugin);
    for (const name of ["runtime-config.json", "manifest.yaml"]) await cp(join(ROOT, name), join(stage, "src", name));
    for (const format of FORMATS) {
      const build = { dockerfile, context: stage, stages: { build: stage }, format };
      await buildah.push(build, `${registry.host}/${NAME}:${format}`);
    }
  });

  after(async () => {
    await Promise.all([registry.stop(), buildah.stop()]);
    await rm(stage, { recursive: true, force: true });
  });

  for (const format of FORMATS) {
    it(`makes an image of buildah's format ${format} that Istio takes, the plugin unchanged`, async () => {
      const { plugin } = await fetchPlugin(registry.source(NAME), format);
      assert.equal(sha256(plugin), sha256(content.plugin));
    });

    it(`makes of format ${format} what npm run package makes: the same files in one layer, the same labels`, async () => {
      await registry.upload(`ours/${format}`, "1", makeImage(format, content));
      const theirs = await see(registry.source(NAME), format);
      const ours = await see(registry.source(`ours/${format}`), "1");
      assert.deepEqual(theirs, ours);
      assert.deepEqual(Object.keys(ours.files[0]!).sort(), ["manifest.yaml", "plugin.wasm", "runtime-config.json"]);
      assert.equal(ours.files.length, 1);
    });
  }

  it("copies only what .dockerignore lets into the context", async () => {
    const names = await contextNames();
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \.\/?$/gm)].flatMap(([, sources]) =>
      sources!.split(" "),
    );
    assert.ok(copied.includes("package-lock.json"));
    for (const name of copied) assert.ok(name === "." || names.includes(name), name);
  });

  it("pins its base image to an exact release", () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base!);
    assert.equal(bases.at(-1), "scratch");
    for (const base of bases.slice(0, -1)) assert.match(base, /:\d+\.\d+\.\d+-\w+-slim(@sha256:[0-9a-f]{64})?$/);
  });

  it("is of the version that package.json and manifest.yaml have", async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
    const manifest = load(Buffer.from(content.manifest).toString()) as Record<string, unknown>;
    assert.deepEqual(
      { ...manifest, description: typeof manifest.description },
      {
        ...{ schemaVersion: 1, name: NAME, description: "string", version },
        ...{ phase: "PostAuthZ", priority: 100, module: "plugin.wasm" },
      },
    );
    assert.equal(content.labels["org.opencontainers.image.version"], version);
  });

  it("says in runtime-config.json the ABI that the module exports", async () => {
    const { abiVersions, ...rest } = JSON.parse(Buffer.from(content.runtimeConfig).toString()) as Record<
      string,
      unknown
    >;
    assert.deepEqual(rest, { type: "envoy_proxy", config: { rootIds: [NAME] } });
    const exported = WebAssembly.Module.exports(await WebAssembly.compile(content.plugin));
    const abis = exported
      .map(({ name }) => /^proxy_abi_version_(\d+)_(\d+)_(\d+)$/.exec(name))
      .filter((abi) => abi !== null);
    assert.deepEqual(
      abiVersions,
      abis.map(([, ...numbers]) => `v${numbers.join(".")}`),
    );
  });
});

async function see(source: ImageSource, reference: string): Promise<Seen> {
  const json = (content: Uint8Array) => JSON.parse(Buffer.from(content).toString()) as unknown;
  const manifest = json((await source.manifest(reference)).content) as { config: Descriptor; layers: Descriptor[] };
  const { config } = json(await source.blob(manifest.config.digest)) as { config: { Labels: Record<string, string> } };
  const files: Seen["files"] = [];
  for (const { digest } of manifest.layers) {
    const archive = gunzipSync(await source.blob(digest));
    files.push(Object.fromEntries([...readTar(archive)].map((file) => [file.name, sha256(file.content)])));
  }
  const own = Object.entries(config.Labels).filter(([name]) => name !== "io.buildah.version");
  return { labels: Object.fromEntries(own), files };
}
