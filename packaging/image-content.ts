import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "./faults.ts";

/** What an image of the plugin holds. */
export interface ImageContent {
  plugin: Uint8Array;
  /** What hosts ask before they run the module: its runtime, ABI and root ids. */
  runtimeConfig: Uint8Array;
  /** What Maistra's ServiceMeshExtension asks: the module's file, phase and priority. */
  manifest: Uint8Array;
  /** `org.opencontainers.image.*`, by full name. */
  labels: Record<string, string>;
}

export const PLUGIN_FILE = "plugin.wasm";
export const RUNTIME_CONFIG_FILE = "runtime-config.json";
export const MANIFEST_FILE = "manifest.yaml";

const LABEL = "org.opencontainers.image.";

interface PackageDescription {
  name: string;
  version: string;
  description: string;
  license: string;
  repository?: string | { url: string };
}

/**
 * Reads what is to be packaged from the project at `root`; `revision` names the commit in a label. Fails when the plugin is
 * not a Wasm module.
 */
export async function readContent(root: string, revision?: string): Promise<ImageContent> {
  const pluginPath = join(root, "build", PLUGIN_FILE);
  const plugin = await readFile(pluginPath).catch(() => undefined);
  if (plugin === undefined || !isModule(plugin)) throw fault("noPlugin", pluginPath);
  return {
    plugin,
    runtimeConfig: await readFile(join(root, RUNTIME_CONFIG_FILE)),
    manifest: await readFile(join(root, MANIFEST_FILE)),
    labels: labelsOf(await readPackage(root), revision),
  };
}

/** The version that the package at `root` has. */
export const readVersion = async (root: string): Promise<string> => (await readPackage(root)).version;

/** Whether `bytes` start as a binary Wasm module of version 1 does. */
export const isModule = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, 8)).equals(Buffer.from("\0asm\u0001\0\0\0", "latin1"));

async function readPackage(root: string): Promise<PackageDescription> {
  return JSON.parse(await readFile(join(root, "package.json"), "utf8")) as PackageDescription;
}

function labelsOf({ name, version, description, license, repository }: PackageDescription, revision?: string) {
  const source = typeof repository === "object" ? repository.url : repository;
  return {
    [`${LABEL}title`]: name,
    [`${LABEL}description`]: description,
    [`${LABEL}version`]: version,
    [`${LABEL}licenses`]: license,
    ...(source !== undefined && { [`${LABEL}source`]: source }),
    ...(revision !== undefined && { [`${LABEL}revision`]: revision }),
  };
}
