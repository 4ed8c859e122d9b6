import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { sha256 } from "./digest.ts";
import { fault } from "./faults.ts";
import type { Image } from "./image-forms.ts";
import { fetchPlugin, type ImageSource } from "./plugin-fetch.ts";
import { formatReference, isLoopback, type Reference } from "./reference.ts";
import { provideTools } from "./tools.ts";

const run = promisify(execFile);

/**
 * Pushes an image and pulls it back: fails unless manifest and plugin come back as they were. Credentials are those that
 * `skopeo login`, `podman login` or `docker login` keep. A registry on this machine may go without TLS.
 */
export async function push(image: Image, plugin: Uint8Array, reference: Reference): Promise<void> {
  await provideTools(["skopeo"]);
  const directory = await mkdtemp(join(tmpdir(), "image-"));
  try {
    await send(image, reference, join(directory, "sent"));
    await verify(image, plugin, reference, join(directory, "pulled"));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** By a folder of skopeo's own form, as it refuses Docker's manifests in an OCI layout. */
async function send(image: Image, reference: Reference, folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, "version"), "Directory Transport Version: 1.1\n");
  await writeFile(join(folder, "manifest.json"), image.manifest);
  for (const [digest, blob] of image.blobs) await writeFile(blobPath(folder, digest), blob);
  const place = formatReference(reference);
  const tls = `--dest-tls-verify=${String(!isLoopback(reference))}`;
  try {
    await skopeo("copy", "--preserve-digests", tls, `dir:${folder}`, `docker://${place}`);
  } catch (error) {
    const why = reasonOf(error);
    const asksWho = /unauthorized|authentication required|denied|forbidden/i.test(why);
    throw asksWho ? fault("login", place, reference.host, why) : fault("push", place, why);
  }
}

async function verify(image: Image, plugin: Uint8Array, reference: Reference, folder: string): Promise<void> {
  const place = formatReference(reference);
  const tls = `--src-tls-verify=${String(!isLoopback(reference))}`;
  try {
    await skopeo("copy", "--preserve-digests", tls, `docker://${place}`, `dir:${folder}`);
    const pulled = await fetchPlugin(folderSource(folder, image.mediaType), reference.tag);
    if (pulled.digest !== image.digest) throw new Error(`its digest is ${pulled.digest}, not ${image.digest}`);
    if (sha256(pulled.plugin) !== sha256(plugin)) throw new Error("plugin.wasm has changed");
  } catch (error) {
    throw fault("verify", place, reasonOf(error));
  }
}

/** An image that skopeo has put into a folder. */
function folderSource(folder: string, mediaType: string): ImageSource {
  return {
    manifest: async () => ({ mediaType, content: await readFile(join(folder, "manifest.json")) }),
    blob: (digest) => readFile(blobPath(folder, digest)),
  };
}

const blobPath = (folder: string, digest: string): string => join(folder, digest.replace("sha256:", ""));

/** Images here come from this very build and signatures are checked by whoever runs them: no policy is asked. */
const skopeo = (...args: string[]) => run("skopeo", ["--insecure-policy", ...args]);

/** What a failed command said, without skopeo's time stamps. */
function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const last = stderr?.trim().split("\n").at(-1) ?? "";
  const quoted = /\bmsg=("(?:[^"\\]|\\.)*")/.exec(last)?.[1];
  return quoted === undefined ? last || message : (JSON.parse(quoted) as string);
}
