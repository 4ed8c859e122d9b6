import { gunzipSync } from "node:zlib";
import { posix } from "node:path";
import { digestOf } from "./digest.ts";
import { isModule, PLUGIN_FILE } from "./image-content.ts";
import type { Descriptor } from "./image-forms.ts";
import { DOCKER, OCI, WASM } from "./media-types.ts";
import { readTar } from "./tar.ts";

/** Where an image is pulled from. */
export interface ImageSource {
  /** The manifest that a tag or a digest names; its media type as the registry tells it. */
  manifest(reference: string): Promise<{ mediaType: string; content: Uint8Array }>;
  blob(digest: string): Promise<Uint8Array>;
}

/** A plugin out of an image. */
export interface FetchedPlugin {
  plugin: Uint8Array;
  /** Of the image's manifest; where the reference names an index, of the image chosen from it. */
  digest: string;
}

interface Manifest {
  mediaType?: string;
  layers?: Descriptor[];
}

interface Index {
  manifests: (Descriptor & { platform?: { os?: string; architecture?: string } })[];
}

/**
 * Fetches the plugin by the rules that Istio's agent has for `oci://` URLs:
 *
 * - of an index, the image for linux/amd64 is taken, and it is that image's digest that `sha256` has to equal;
 * - of a Docker image, the last layer is read, and it has to be a gzipped tar archive by its media type;
 * - any other image is tried likewise with OCI's media type, then as an artifact of exactly two layers, one of which is
 *   the module itself;
 * - in an archive it is the first file named `plugin.wasm`, in whatever folder.
 *
 * Fails with the reasons of each form tried.
 */
export async function fetchPlugin(source: ImageSource, reference: string, sha256?: string): Promise<FetchedPlugin> {
  const { content, digest } = await resolveImage(source, reference);
  if (sha256 !== undefined && digest !== `sha256:${sha256}`) {
    throw new Error(`the image's digest is ${digest}, which does not match sha256:${sha256}`);
  }
  const manifest = JSON.parse(Buffer.from(content).toString()) as Manifest;
  const plugin = await extract(source, manifest);
  if (!isModule(plugin)) throw new Error(`${PLUGIN_FILE} of ${digest} is no Wasm module`);
  return { plugin, digest };
}

async function resolveImage(source: ImageSource, reference: string): Promise<{ content: Uint8Array; digest: string }> {
  const { mediaType, content } = await source.manifest(reference);
  if (mediaType !== OCI.index && mediaType !== DOCKER.index) return { content, digest: digestOf(content) };
  const { manifests } = JSON.parse(Buffer.from(content).toString()) as Index;
  const chosen = manifests.find(({ platform: { os, architecture } = { os: "linux", architecture: "amd64" } }) => {
    return os === "linux" && architecture === "amd64";
  });
  if (chosen === undefined) throw new Error("the index has no image for linux/amd64");
  const child = await source.manifest(chosen.digest);
  return { content: child.content, digest: chosen.digest };
}

async function extract(source: ImageSource, { mediaType, layers = [] }: Manifest): Promise<Uint8Array> {
  if (mediaType === DOCKER.manifest) return extractArchived(source, layers, DOCKER.layer);
  try {
    return await extractArchived(source, layers, OCI.layer);
  } catch (asImage) {
    try {
      return await extractArtifact(source, layers);
    } catch (asArtifact) {
      const [image, artifact] = [asImage, asArtifact].map((error) => (error as Error).message);
      throw new Error(`not an image (${image!}) and not an artifact (${artifact!})`, { cause: asImage });
    }
  }
}

async function extractArchived(source: ImageSource, layers: readonly Descriptor[], type: string): Promise<Uint8Array> {
  const last = layers.at(-1);
  if (last === undefined) throw new Error("the image has no layer");
  if (last.mediaType !== type) throw new Error(`the last layer is ${last.mediaType}, not ${type}`);
  const archive = gunzipSync(await verifiedBlob(source, last.digest));
  for (const { name, content } of readTar(archive)) if (posix.basename(name) === PLUGIN_FILE) return content;
  throw new Error(`the last layer has no ${PLUGIN_FILE}`);
}

async function extractArtifact(source: ImageSource, layers: readonly Descriptor[]): Promise<Uint8Array> {
  if (layers.length !== 2) throw new Error(`there are ${String(layers.length)} layers, not 2`);
  const module = layers.find(({ mediaType }) => mediaType === WASM.layer);
  if (module === undefined) throw new Error(`no layer is ${WASM.layer}`);
  return verifiedBlob(source, module.digest);
}

async function verifiedBlob(source: ImageSource, digest: string): Promise<Uint8Array> {
  const content = await source.blob(digest);
  if (digestOf(content) !== digest) throw new Error(`the blob ${digest} came back as ${digestOf(content)}`);
  return content;
}
