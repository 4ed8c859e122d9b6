import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { digestOf } from "../../packaging/digest.ts";
import { gzipStored } from "../../packaging/gzip-stored.ts";
import type { ImageContent } from "../../packaging/image-content.ts";
import { assemble, makeImage, type Image, type Part } from "../../packaging/image-forms.ts";
import { DOCKER, OCI, WASM } from "../../packaging/media-types.ts";
import { fetchPlugin } from "../../packaging/plugin-fetch.ts";
import { writeTar } from "../../packaging/tar.ts";
import { Buildah } from "./support/image-buildah.ts";
import { projectContent } from "./support/image-project.ts";
import { Registry } from "./support/image-registry.ts";

describe("images that Istio does not take", () => {
  let registry: Registry;
  let buildah: Buildah;
  let context: string;
  let content: ImageContent;

  before(async () => {
    content = await projectContent();
    [registry, buildah] = await Promise.all([Registry.start(), Buildah.start()]);
    context = await mkdtemp(join(tmpdir(), "context-"));
    await writeFile(join(context, "plugin.wasm"), content.plugin);
    await writeFile(join(context, "runtime-config.json"), content.runtimeConfig);
  });

  after(async () => {
    await Promise.all([registry.stop(), buildah.stop()]);
    await rm(context, { recursive: true, force: true });
  });

  const build = (name: string, lines: readonly string[], ...options: string[]) =>
    buildah.push({ dockerfile: lines.join("\n"), context }, `${registry.host}/${name}:1`, ...options);
  const refused = (name: string, reason: RegExp) => assert.rejects(fetchPlugin(registry.source(name), "1"), reason);

  it("are told from one that it takes", async () => {
    await build("one-copy", ["FROM scratch", "COPY plugin.wasm runtime-config.json /"]);
    assert.deepEqual(Buffer.from((await fetchPlugin(registry.source("one-copy"), "1")).plugin), content.plugin);
  });

  it("have the plugin in a layer before the last, as of two COPYs", async () => {
    await build("two-copies", ["FROM scratch", "COPY plugin.wasm /", "COPY runtime-config.json /"]);
    await refused("two-copies", /the last layer has no plugin\.wasm/);
  });

  it("have the plugin under another name", async () => {
    await build("other-name", ["FROM scratch", "COPY plugin.wasm /3scale.wasm"]);
    await refused("other-name", /the last layer has no plugin\.wasm/);
  });

  it("have a layer packed by zstd", async () => {
    // In a folder of its own: a layer that buildah has sent before it sends as it did then.
    await build("zstd", ["FROM scratch", "COPY plugin.wasm /packed/"], "--compression-format", "zstd");
    await refused("zstd", /the last layer is .*\.tar\+zstd, not .*\+gzip/);
  });

  describe("of a hand's making", () => {
    const archive = (): Part => ({ mediaType: OCI.layer, content: gzipStored(writeTar([pluginFile()])) });
    const pluginFile = () => ({ name: "plugin.wasm", content: content.plugin });
    const module = (): Part => ({ mediaType: WASM.layer, content: content.plugin });
    const settings = (): Part => ({ mediaType: WASM.config, content: content.runtimeConfig });
    const cases: Record<string, { image: () => Image; reason: RegExp }> = {
      "an artifact of one layer": {
        image: () => assemble(OCI.manifest, settings(), [module()]),
        reason: /there are 1 layers, not 2/,
      },
      "an artifact of three layers": {
        image: () => assemble(OCI.manifest, settings(), [settings(), module(), settings()]),
        reason: /there are 3 layers, not 2/,
      },
      "an artifact whose module has another type": {
        image: () => assemble(OCI.manifest, settings(), [settings(), { ...module(), mediaType: "application/wasm" }]),
        reason: /no layer is application\/vnd\.module\.wasm\.content\.layer\.v1\+wasm/,
      },
      "an image with a plain tar layer": {
        image: () =>
          assemble(OCI.manifest, { ...settings(), mediaType: OCI.config }, [
            { mediaType: "application/vnd.oci.image.layer.v1.tar", content: writeTar([pluginFile()]) },
          ]),
        reason: /the last layer is application\/vnd\.oci\.image\.layer\.v1\.tar, not .*\+gzip/,
      },
      "an image without layers": {
        image: () => assemble(OCI.manifest, settings(), []),
        reason: /the image has no layer/,
      },
      "a Docker image with a layer of OCI's type": {
        image: () => assemble(DOCKER.manifest, { ...settings(), mediaType: DOCKER.config }, [archive()]),
        reason: /the last layer is .*oci.*, not .*docker.*/,
      },
      "a layer that says gzip and is not": {
        image: () => assemble(OCI.manifest, settings(), [{ ...archive(), content: writeTar([pluginFile()]) }]),
        reason: /incorrect header check/,
      },
      "a plugin that is no module": {
        image: () =>
          assemble(OCI.manifest, settings(), [settings(), { ...module(), content: Buffer.from("no module") }]),
        reason: /is no Wasm module/,
      },
    };
    for (const [name, { image, reason }] of Object.entries(cases)) {
      it(name, async () => {
        const path = name.toLowerCase().replaceAll(/[^a-z]+/g, "-");
        await registry.upload(path, "1", image());
        await refused(path, reason);
      });
    }
  });

  it("have an index's digest for their own", async () => {
    const image = makeImage("oci", content);
    const { mediaType, digest, manifest } = image;
    const child = { mediaType, digest, size: manifest.length };
    const index = Buffer.from(
      JSON.stringify({
        ...{ schemaVersion: 2, mediaType: OCI.index },
        manifests: [{ ...child, platform: { os: "linux", architecture: "amd64" } }],
      }),
    );
    const indexDigest = digestOf(index);
    await registry.upload("index", digest, image);
    await registry.upload("index", "1", { ...image, mediaType: OCI.index, manifest: index, digest: indexDigest });
    const source = registry.source("index");
    // The tag leads to the image, whose digest is not the one that a push of an index shows.
    assert.equal((await fetchPlugin(source, "1")).digest, digest);
    for (const reference of ["1", indexDigest]) {
      await assert.rejects(fetchPlugin(source, reference, indexDigest.replace("sha256:", "")), /does not match/);
    }
  });
});
