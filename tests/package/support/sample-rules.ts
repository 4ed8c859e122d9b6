import { Ajv2020 } from "ajv/dist/2020.js";
import { pluginConfigurations, resourcesOf, type Resource, type SampleFile } from "./samples.ts";

/**
 * What Istio asks of resources beyond their definitions: an API server takes such a resource, and it then does something else
 * than it says, or nothing.
 */

interface ServiceEntrySpec {
  hosts: string[];
  resolution?: string;
  ports: { number: number; protocol?: string }[];
}

interface DestinationRuleSpec {
  host: string;
  trafficPolicy?: TrafficPolicy & { portLevelSettings?: (TrafficPolicy & { port: { number: number } })[] };
}

interface TrafficPolicy {
  tls?: { mode?: string; sni?: string; subjectAltNames?: string[] };
  connectionPool?: { http?: { h2UpgradePolicy?: string; useClientProtocol?: boolean } };
}

interface WasmPluginSpec {
  url: string;
  sha256?: string;
  phase?: string;
  failStrategy?: string;
  imagePullSecret?: string;
  selector?: { matchLabels?: Record<string, string> };
  targetRefs?: { group?: string; kind: string; name: string }[];
  match?: { mode?: string }[];
}

/** What a cluster is made of. */
export interface Cluster {
  host: string;
  isTls: boolean;
}

const TARGETS = new Set([
  "gateway.networking.k8s.io/Gateway",
  "gateway.networking.k8s.io/GatewayClass",
  "networking.istio.io/ServiceEntry",
  "/Service",
]);

/** `ServiceMeshExtension`, by the reference of OpenShift Service Mesh 2: its definition is in no registry. */
const SERVICE_MESH_EXTENSION = new Ajv2020({ allErrors: true }).compile({
  type: "object",
  additionalProperties: false,
  required: ["apiVersion", "kind", "metadata", "spec"],
  properties: {
    apiVersion: { const: "maistra.io/v1" },
    kind: { const: "ServiceMeshExtension" },
    metadata: { type: "object" },
    spec: {
      type: "object",
      additionalProperties: false,
      required: ["image", "config"],
      properties: {
        workloadSelector: {
          type: "object",
          additionalProperties: false,
          required: ["labels"],
          properties: { labels: { type: "object", additionalProperties: { type: "string" } } },
        },
        image: { type: "string", minLength: 1 },
        imagePullPolicy: { enum: ["IfNotPresent", "Always"] },
        imagePullSecrets: { type: "array", items: { type: "object", properties: { name: { type: "string" } } } },
        phase: { enum: ["PreAuthN", "PostAuthN", "PreAuthZ", "PostAuthZ", "PreStats", "PostStats"] },
        priority: { type: "integer" },
        config: { type: "object" },
      },
    },
  },
});

/** The clusters that Istio makes of ServiceEntries, and of Services that a DestinationRule names by port: `outbound|443||host`. */
export function clustersOf(files: readonly SampleFile[]): Map<string, Cluster> {
  const resources = resourcesOf(files).map(({ resource }) => resource);
  const rules = resources
    .filter(({ kind }) => kind === "DestinationRule")
    .map(({ spec }) => spec as unknown as DestinationRuleSpec);
  const clusters = new Map<string, Cluster>();
  for (const { kind, spec } of resources) {
    if (kind !== "ServiceEntry") continue;
    const { hosts, ports } = spec as unknown as ServiceEntrySpec;
    for (const host of hosts) {
      const isTls = rules.some((rule) => rule.host === host && rule.trafficPolicy?.tls?.mode === "SIMPLE");
      for (const { number } of ports) clusters.set(`outbound|${String(number)}||${host}`, { host, isTls });
    }
  }
  for (const { host, trafficPolicy = {} } of rules) {
    if (!host.endsWith(".svc.cluster.local")) continue;
    for (const { port, tls } of trafficPolicy.portLevelSettings ?? []) {
      clusters.set(`outbound|${String(port.number)}||${host}`, { host, isTls: tls?.mode === "SIMPLE" });
    }
  }
  return clusters;
}

/** The clusters that a file's configurations may call: those of its folder come before those of other folders. */
function clustersFor({ path }: SampleFile, all: readonly SampleFile[]): Map<string, Cluster> {
  const folder = path.slice(0, path.indexOf("/") + 1);
  return new Map([...clustersOf(all), ...clustersOf(all.filter((one) => one.path.startsWith(folder)))]);
}

/** What is wrong with the resources of a file among others, each with the file's path. */
export function ruleFaults(file: SampleFile, all: readonly SampleFile[]): string[] {
  const faults: string[] = [];
  for (const { resource } of resourcesOf([file])) {
    if (resource.kind === "WasmPlugin") faults.push(...wasmPluginFaults(resource, all));
    if (resource.kind === "ServiceEntry") faults.push(...serviceEntryFaults(resource, clustersFor(file, all)));
    if (resource.kind === "DestinationRule") faults.push(...destinationRuleFaults(resource));
    if (resource.kind === "EnvoyFilter") faults.push(...envoyFilterFaults(resource));
    if (resource.kind === "ServiceMeshExtension" && !SERVICE_MESH_EXTENSION(resource)) {
      faults.push(...(SERVICE_MESH_EXTENSION.errors ?? []).map((one) => `${one.instancePath} ${one.message ?? ""}`));
    }
  }
  return [...faults, ...clusterFaults(file, all)].map((fault) => `${file.path}: ${fault}`);
}

function wasmPluginFaults({ metadata, spec: given }: Resource, all: readonly SampleFile[]): string[] {
  const spec = given as unknown as WasmPluginSpec;
  const { url, sha256, selector, targetRefs = [], match = [] } = spec;
  const faults: string[] = [];
  const [, digest] = /@sha256:(.*)$/.exec(url) ?? [];
  if (digest !== undefined && !/^[0-9a-f]{64}$/.test(digest)) faults.push("the digest in url is none");
  if (digest !== undefined && sha256 !== undefined && digest !== sha256)
    faults.push("url and sha256 are of two images");
  if (/^https?:/.test(url) && sha256 === undefined) faults.push("a module from a web server without sha256");
  for (const { group = "", kind } of targetRefs) {
    if (!TARGETS.has(`${group}/${kind}`)) faults.push(`targetRefs: nothing has plugins that is a ${group}/${kind}`);
  }
  if (selector === undefined && targetRefs.length === 0) faults.push("it selects every proxy of the namespace");
  const isGateway =
    targetRefs.length > 0 || Object.values(selector?.matchLabels ?? {}).some((one) => /gateway/.test(one));
  const modes = match.map(({ mode }) => mode);
  if (isGateway && modes.includes("SERVER")) faults.push("match.mode SERVER never applies in a gateway");
  if (!isGateway && modes.join() !== "SERVER")
    faults.push("without match.mode SERVER it runs on what the workload sends");
  if (spec.phase !== "AUTHZ") faults.push(`phase ${spec.phase ?? "none"} is not AUTHZ`);
  if (spec.failStrategy !== "FAIL_CLOSE") faults.push("failStrategy is not FAIL_CLOSE");
  if (spec.imagePullSecret !== undefined) {
    const isThere = resourcesOf(all).some(
      ({ resource: one }) =>
        one.kind === "Secret" &&
        one.metadata.name === spec.imagePullSecret &&
        one.metadata.namespace === metadata.namespace,
    );
    if (!isThere) faults.push(`no Secret ${spec.imagePullSecret} in the namespace`);
  }
  return faults;
}

function serviceEntryFaults({ spec }: Resource, clusters: ReadonlyMap<string, Cluster>): string[] {
  const { hosts, resolution, ports } = spec as unknown as ServiceEntrySpec;
  const faults: string[] = [];
  if (resolution === "DNS" && hosts.some((host) => host.includes("*"))) faults.push("DNS cannot resolve a wildcard");
  for (const { protocol = "", number } of ports) {
    if (!["HTTP", "HTTPS"].includes(protocol)) faults.push(`protocol ${protocol} of port ${String(number)}`);
    if (protocol !== "HTTPS") continue;
    const isTls = hosts.every((host) => clusters.get(`outbound|${String(number)}||${host}`)?.isTls === true);
    if (!isTls) faults.push("HTTPS without a DestinationRule that makes TLS: calls would go out in the clear");
  }
  return faults;
}

function destinationRuleFaults({ spec }: Resource): string[] {
  const { host, trafficPolicy = {} } = spec as unknown as DestinationRuleSpec;
  const faults: string[] = [];
  for (const { tls, connectionPool } of [trafficPolicy, ...(trafficPolicy.portLevelSettings ?? [])]) {
    if (tls !== undefined && (tls.sni !== host || tls.subjectAltNames?.join() !== host)) {
      faults.push("TLS that verifies another host, or none");
    }
    const { h2UpgradePolicy = "DO_NOT_UPGRADE", useClientProtocol = false } = connectionPool?.http ?? {};
    if (h2UpgradePolicy !== "DO_NOT_UPGRADE" || useClientProtocol) faults.push("3scale's backend speaks HTTP/1.1 only");
  }
  return faults;
}

function envoyFilterFaults({ spec }: Resource): string[] {
  interface Patch {
    applyTo: string;
    match: { context?: string };
    patch: { operation: string; value: { name: string; config_discovery?: object } };
  }
  const { configPatches, workloadSelector } = spec as { configPatches: Patch[]; workloadSelector?: object };
  const faults = workloadSelector === undefined ? ["it patches every proxy of the namespace"] : [];
  const asked = configPatches.filter(({ patch }) => patch.value.config_discovery !== undefined);
  const given = configPatches.filter(({ applyTo }) => applyTo === "EXTENSION_CONFIG");
  const names = (patches: Patch[]) =>
    patches.map(({ match, patch }) => `${match.context ?? ""} ${patch.value.name}`).join();
  if (names(asked) !== names(given)) faults.push(`ECDS asks for ${names(asked)}, and there is ${names(given)}`);
  for (const { patch } of given) if (patch.operation !== "ADD") faults.push("an EXTENSION_CONFIG can only be added");
  return faults;
}

/** Whether each configuration of the plugin calls a cluster that there is, the way that the cluster speaks. */
function clusterFaults(file: SampleFile, all: readonly SampleFile[]): string[] {
  if (resourcesOf([file]).length === 0) return [];
  const clusters = clustersFor(file, all);
  const faults: string[] = [];
  for (const { json, vmId } of pluginConfigurations([file])) {
    const { backend, system } = JSON.parse(json) as Record<
      string,
      { upstream?: { name: string; url: string } } | undefined
    >;
    for (const upstream of [backend?.upstream, system?.upstream]) {
      if (upstream !== undefined) faults.push(...upstreamFaults(upstream, clusters));
    }
    if (vmId === "") faults.push("no VM id of its own");
  }
  return faults;
}

/** What is wrong with an upstream, given the clusters that there are. */
export function upstreamFaults(
  { name, url }: { name: string; url: string },
  clusters: ReadonlyMap<string, Cluster>,
): string[] {
  const cluster = clusters.get(name);
  if (cluster === undefined) return [`no resource makes the cluster ${name}`];
  const { hostname, protocol } = new URL(url);
  const faults: string[] = [];
  if (hostname !== cluster.host) faults.push(`${url} is not of the host of ${name}`);
  if ((protocol === "https:") !== cluster.isTls) faults.push(`${url} and ${name} differ in TLS`);
  return faults;
}
