import { digestOf } from "./digest.ts";
import { gzipStored } from "./gzip-stored.ts";
import { MANIFEST_FILE, PLUGIN_FILE, RUNTIME_CONFIG_FILE, type ImageContent } from "./image-content.ts";
import { DOCKER, OCI, WASM } from "./media-types.ts";
import { writeTar } from "./tar.ts";

/** The forms in which Istio takes a plugin, and what each is for. */
export const FORMS = {
  oci: "OCI image: Istio's WasmPlugin, and what else pulls images",
  docker: "Docker image: registries and clients of before OCI",
  artifact: "OCI artifact: the module itself as a layer",
} as const;

export type Form = keyof typeof FORMS;

/** A part of an image as its manifest refers to it. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

/** An image as a registry keeps it. */
export interface Image {
  /** The manifest's own. */
  mediaType: string;
  manifest: Buffer;
  /** The manifest's: the image's identity, and `sha256` of a WasmPlugin. */
  digest: string;
  /** Configuration and layers by digest. */
  blobs: Map<string, Uint8Array>;
}

const EPOCH = "1970-01-01T00:00:00Z";

/**
 * The image of `content` in one form. Its bytes depend on `content` and on nothing else: not on time, place, machine or the
 * releases of tools.
 */
export function makeImage(form: Form, content: ImageContent): Image {
  return form === "artifact" ? makeArtifact(content) : makeLayered(form === "docker" ? DOCKER : OCI, content);
}

/** One layer with all files, as Istio looks into the last one only. */
function makeLayered(types: typeof DOCKER | typeof OCI, content: ImageContent): Image {
  const { plugin, runtimeConfig, manifest, labels } = content;
  const archive = writeTar([
    { name: PLUGIN_FILE, content: plugin },
    { name: RUNTIME_CONFIG_FILE, content: runtimeConfig },
    { name: MANIFEST_FILE, content: manifest },
  ]);
  const config = {
    created: EPOCH,
    // The module runs on any; this is what a node expects that pulls the image itself.
    architecture: "amd64",
    os: "linux",
    config: { Labels: labels },
    rootfs: { type: "layers", diff_ids: [digestOf(archive)] },
    history: [{ created: EPOCH, created_by: `COPY ${PLUGIN_FILE} ${RUNTIME_CONFIG_FILE} ${MANIFEST_FILE} /` }],
  };
  return assemble(
    types.manifest,
    { mediaType: types.config, content: Buffer.from(JSON.stringify(config)) },
    [{ mediaType: types.layer, content: gzipStored(archive) }],
    // Docker's manifests have no annotations.
    types === OCI ? { ...labels, "module.wasm.image/variant": "compat" } : undefined,
  );
}

/** Exactly two layers: the runtime configuration and the module, neither packed. */
function makeArtifact({ plugin, runtimeConfig, labels }: ImageContent): Image {
  const title = (name: string): Record<string, string> => ({ "org.opencontainers.image.title": name });
  const config = { mediaType: WASM.config, content: runtimeConfig };
  return assemble(
    OCI.manifest,
    // The type of the configuration tells registries what kind of artifact it is.
    config,
    [
      { ...config, annotations: title(RUNTIME_CONFIG_FILE) },
      { mediaType: WASM.layer, content: plugin, annotations: title(PLUGIN_FILE) },
    ],
    labels,
  );
}

/** A blob and how the manifest is to describe it. */
export interface Part {
  mediaType: string;
  content: Uint8Array;
  annotations?: Record<string, string>;
}

/** The image of a configuration and layers, whatever they are. */
export function assemble(
  mediaType: string,
  config: Part,
  layers: readonly Part[],
  annotations?: Record<string, string>,
): Image {
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: describe(config),
      layers: layers.map(describe),
      ...(annotations !== undefined && { annotations }),
    }),
  );
  const blobs = new Map([config, ...layers].map(({ content }) => [digestOf(content), content]));
  return { mediaType, manifest, digest: digestOf(manifest), blobs };
}

function describe({ mediaType, content, annotations }: Part): Descriptor {
  return { mediaType, digest: digestOf(content), size: content.length, ...(annotations && { annotations }) };
}
