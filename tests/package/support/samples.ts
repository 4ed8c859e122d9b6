import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadAll } from "js-yaml";

const DIRECTORY = fileURLToPath(new URL("../../../examples", import.meta.url));

/** A YAML file below examples/. */
export interface SampleFile {
  /** From examples/ on: `istio-backend/saas.yaml`. */
  path: string;
  text: string;
}

/** A Kubernetes resource, as far as all have the same form. */
export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  /** Not there in a Secret. */
  spec?: Record<string, unknown>;
}

/** A resource, and the file in which it is. */
export interface SampleResource {
  path: string;
  resource: Resource;
}

/** A configuration of the plugin in a sample. */
export interface PluginConfiguration {
  /** The file, and in it the resource's kind where there is one. */
  where: string;
  path: string;
  /** What Envoy hands to the plugin. */
  json: string;
  /** The VM id beside it; undefined where the resource has no field for one. */
  vmId?: string;
}

/** All YAML files of the examples, in order. */
export function sampleFiles(): SampleFile[] {
  return readdirSync(DIRECTORY, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(DIRECTORY, path), "utf8") }));
}

/** The README of the folder in which a sample is. */
export const readmeBeside = (path: string): string =>
  readFileSync(join(DIRECTORY, path.split("/")[0] ?? "", "README.md"), "utf8");

/** The documents of a file. */
export const documents = ({ text }: SampleFile): unknown[] => loadAll(text);

const isResource = (document: unknown): document is Resource =>
  typeof document === "object" && document !== null && "apiVersion" in document;

/** Whether a file holds Kubernetes resources; the others are configurations of Envoy and of Compose. */
export const hasResources = (file: SampleFile): boolean => documents(file).every(isResource);

/** The Kubernetes resources of files. */
export const resourcesOf = (files: readonly SampleFile[]): SampleResource[] =>
  files.flatMap((file) =>
    documents(file)
      .filter(isResource)
      .map((resource) => ({ path: file.path, resource })),
  );

/** Every configuration of the plugin in files: in WasmPlugins, ServiceMeshExtensions, and Envoy's own form. */
export function pluginConfigurations(files: readonly SampleFile[]): PluginConfiguration[] {
  return files.flatMap((file) => {
    const { path } = file;
    return documents(file).flatMap((document): PluginConfiguration[] => {
      if (!isResource(document)) return inEnvoysForm(document).map((found) => ({ where: path, path, ...found }));
      const where = `${path}: ${document.kind}`;
      const { pluginConfig, config } = (document.spec ?? {}) as { pluginConfig?: object; config?: object };
      if (document.kind === "WasmPlugin") return [{ where, path, json: JSON.stringify(pluginConfig) }];
      if (document.kind === "ServiceMeshExtension") return [{ where, path, json: JSON.stringify(config) }];
      return inEnvoysForm(document.spec).map((found) => ({ where, path, ...found }));
    });
  });
}

/** The Wasm filters somewhere in a part of an Envoy configuration. */
function inEnvoysForm(part: unknown): { json: string; vmId: string }[] {
  if (typeof part !== "object" || part === null) return [];
  const { "@type": type, config } = part as { "@type"?: unknown; config?: unknown };
  if (typeof type === "string" && type.endsWith(".http.wasm.v3.Wasm")) {
    const { configuration, vm_config: vm } = config as {
      configuration: { value: string };
      vm_config: { vm_id?: string };
    };
    return [{ json: configuration.value, vmId: vm.vm_id ?? "" }];
  }
  return Object.values(part).flatMap(inEnvoysForm);
}

/** A value that is to be changed, and the line that says so. */
export interface Marked {
  line: number;
  value: string;
}

/** What stands for something of the user's, whether or not it is marked. */
const PLACEHOLDER =
  /[\w.-]*example\.(?:com|internal)|YOUR_\w+|\bmy-(?:api|gateway)\b|\b25554170000\d+|\b0{64}\b|\bbookinfo\b|\bmy-account-admin\.3scale\.net\b|\bproductpage\b/g;

/** The placeholders in a piece of text. */
export const placeholders = (text: string): string[] => [...text.matchAll(PLACEHOLDER)].map(([found]) => found);

/**
 * The values that a file marks: each stands before `# CHANGE: what it is`; those of a text in which a comment cannot stand are
 * listed above it, `# CHANGE in it: …`, each in backquotes. Of a value that is JSON its placeholders count.
 */
export function markedValues(text: string): Marked[] {
  return text.split("\n").flatMap((content, index) => {
    const line = index + 1;
    const [, listed] = /# CHANGE in it: (.*)$/.exec(content) ?? [];
    if (listed !== undefined) return [...listed.matchAll(/`([^`]+)`/g)].map(([, value = ""]) => ({ line, value }));
    const [, value] = /^[\s-]*(?:[\w.-]+: )?(.*?) # CHANGE: /.exec(content) ?? [];
    if (value === undefined) return [];
    if (value.startsWith("'")) return placeholders(value).map((one) => ({ line, value: one }));
    const [, address = value] = /(?:address|filename): ([^ ,}]+)/.exec(value) ?? [];
    return [{ line, value: address.replace(/^["[]|["\]]$/g, "") }];
  });
}
