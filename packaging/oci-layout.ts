import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestOf } from "./digest.ts";
import type { Image } from "./image-forms.ts";
import { OCI } from "./media-types.ts";

/**
 * Writes images into an OCI image layout at `directory`, each under its name, in place of what was there.
 */
export async function writeLayout(directory: string, images: ReadonlyMap<string, Image>): Promise<void> {
  const partial = `${directory}.${String(process.pid)}`;
  const blobs = join(partial, "blobs", "sha256");
  await rm(partial, { recursive: true, force: true });
  await mkdir(blobs, { recursive: true });
  const put = (content: Uint8Array) => writeFile(join(blobs, digestOf(content).replace("sha256:", "")), content);
  for (const image of images.values()) {
    await put(image.manifest);
    for (const blob of image.blobs.values()) await put(blob);
  }
  const manifests = [...images].map(([name, { mediaType, digest, manifest }]) => ({
    ...{ mediaType, digest, size: manifest.length },
    annotations: { "org.opencontainers.image.ref.name": name },
  }));
  const index = { schemaVersion: 2, mediaType: OCI.index, manifests };
  await writeFile(join(partial, "index.json"), `${JSON.stringify(index, null, 2)}\n`);
  await writeFile(join(partial, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await mkdir(dirname(directory), { recursive: true });
  await rm(directory, { recursive: true, force: true });
  await rename(partial, directory);
}
