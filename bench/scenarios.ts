import { cpus } from "node:os";
import { PLUGIN_PATH, wasmFilter, type EnvoyObject } from "../tests/support/envoy-config.ts";
import { authority, BASIC, configuration, OIDC, OPERATIONS, pathOf, USER_KEY } from "./configuration.ts";
import type { FloorModule } from "./floor.ts";
import type { TokenFilter } from "./oidc.ts";
import type { BenchRequest, Group, Plugin, Scenario } from "./scenario.ts";

export const GROUPS = ["services", "rules", "credentials", "oidc", "workers", "scaling"] as const;
export type GroupName = (typeof GROUPS)[number];

/** Cores from which on the gain of more workers is measured: 4 for workers, 2 for everything else. */
export const SCALING_CORES = 6;

/** What the names of another module's scenarios begin with. */
export const PEER = "peer: ";

export interface ScenarioOptions {
  floor: Record<FloorModule, string>;
  /** jwt_authn and a token that it takes; without, there is no group `oidc`. */
  tokenFilter?: TokenFilter | undefined;
  /** Another module that takes the v1 configuration, to be measured beside ours. */
  peer?: string | undefined;
}

const USER_KEY_QUERY = "user_key=abcdef0123456789";
const withKey = (index: number) => `${pathOf(index)}?${USER_KEY_QUERY}`;
const asked: BenchRequest = { host: authority(0), path: withKey(9), calls: 1 };
const unasked: BenchRequest = { ...asked, calls: 0 };

const EXT_AUTHZ: EnvoyObject = {
  name: "envoy.filters.http.ext_authz",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
    http_service: { server_uri: { uri: "http://backend.example.com", cluster: "backend", timeout: "5s" } },
  },
};

/** The scenarios of all groups, each group with its baselines. */
export function scenarioGroups({ floor, tokenFilter, peer }: ScenarioOptions): Group[] {
  const modules: [prefix: string, path: string][] = [["", PLUGIN_PATH]];
  if (peer !== undefined) modules.push([PEER, peer]);
  const both = (make: (prefix: string, path: string) => Scenario[]) =>
    modules.flatMap(([prefix, path]) => make(prefix, path));
  const base = baselines(1, floor);
  const readHeaders: Scenario = {
    ...base.noFilter,
    name: "bare Wasm: two headers read",
    gateway: { filters: [wasmFilter({ configuration: "", plugin: floor["read-headers"] })], workers: 1 },
    plugin: { path: floor["read-headers"], configuration: "" },
  };
  return [
    { name: "services", ...base, scenarios: [readHeaders, ...both(services)] },
    { name: "rules", ...base, scenarios: both(rules) },
    { name: "credentials", ...base, scenarios: both(credentials) },
    ...(tokenFilter === undefined ? [] : [oidc(tokenFilter, both)]),
    { name: "workers", ...baselines(2, floor), scenarios: both((prefix, path) => [workers(prefix, path, 2)]) },
    ...scaling(floor),
  ];
}

function baselines(count: number, floor: Record<FloorModule, string>): Omit<Group, "name" | "scenarios"> {
  const suffix = count === 1 ? "" : `, ${String(count)} workers`;
  const bare = (name: string, plugin: string): Scenario => ({
    name: `bare Wasm: ${name}${suffix}`,
    gateway: { filters: [wasmFilter({ configuration: "", plugin })], workers: count },
    request: asked,
    plugin: { path: plugin, configuration: "" },
    isBaseline: true,
  });
  return {
    noFilter: {
      name: `no filter${suffix}`,
      gateway: { filters: [], workers: count },
      request: unasked,
      isBaseline: true,
    },
    extAuthz: {
      name: `ext_authz${suffix}`,
      gateway: { filters: [EXT_AUTHZ], workers: count },
      request: asked,
      isBaseline: true,
    },
    fixedCall: bare("one fixed call", floor["fixed-call"]),
    readAndCall: bare("read and call", floor["read-and-call"]),
  };
}

let vms = 0;

/** Listeners of one Envoy are not to share a VM. */
function nextVmId(): string {
  vms++;
  return `bench-${String(vms)}`;
}

/** A module with a configuration, and the Envoy that runs it. */
function filter(path: string, config: object, workerCount = 1): { gateway: Scenario["gateway"]; plugin: Plugin } {
  const text = JSON.stringify(config);
  return {
    gateway: { filters: [wasmFilter({ configuration: text, plugin: path, vmId: nextVmId() })], workers: workerCount },
    plugin: { path, configuration: text },
  };
}

function services(prefix: string, path: string): Scenario[] {
  return [1, 10, 100, 1000, 10_000].flatMap((count) => {
    const name = `${prefix}${count.toLocaleString("en")} x 10`;
    const made = filter(path, configuration(count, 10));
    if (count === 1) return [{ name, ...made, request: asked }];
    const last: Scenario = { name: `${name}, last`, ...made, request: { ...asked, host: authority(count - 1) } };
    if (count < 10_000) return [last];
    const unknown: BenchRequest = { ...unasked, host: "unknown.example.com", status: 403 };
    return [
      last,
      { ...last, name: `${name}, first`, request: asked },
      { ...last, name: `${name}, unknown`, request: unknown },
    ];
  });
}

function rules(prefix: string, path: string): Scenario[] {
  return [1000, 10_000].map((count) => ({
    name: `${prefix}1 x ${count.toLocaleString("en")}, last`,
    ...filter(path, configuration(1, count)),
    request: { ...asked, path: withKey(count - 1) },
  }));
}

function credentials(prefix: string, path: string): Scenario[] {
  const authorization = (content: string, encoding: "base64" | "base64url"): BenchRequest => ({
    ...asked,
    path: pathOf(9),
    headers: { authorization: `Basic ${Buffer.from(content).toString(encoding)}` },
  });
  const key: BenchRequest = { ...asked, path: pathOf(9), headers: { "x-api-key": "abcdef0123456789" } };
  const basic = authorization("abcdef01:0123456789abcdef", "base64");
  const json = authorization(JSON.stringify({ credentials: { user_key: "abcdef0123456789" } }), "base64url");
  return [
    { name: `${prefix}query`, ...filter(path, configuration(1, 10, USER_KEY)), request: asked },
    { name: `${prefix}header`, ...filter(path, configuration(1, 10, USER_KEY)), request: key },
    { name: `${prefix}Basic`, ...filter(path, configuration(1, 10, BASIC)), request: basic },
    { name: `${prefix}JSON in Base64`, ...filter(path, configuration(1, 10, OPERATIONS)), request: json },
  ];
}

type Both = (make: (prefix: string, path: string) => Scenario[]) => Scenario[];

/** With jwt_authn before the filter, and before the baselines too. */
function oidc({ filter: jwtAuthn, clusters, token, metadata }: TokenFilter, both: Both): Group {
  const after = (filters: readonly EnvoyObject[]) => ({ filters: [jwtAuthn, ...filters], clusters, workers: 1 });
  const bearer = (request: BenchRequest): BenchRequest => ({
    ...request,
    path: pathOf(9),
    headers: { authorization: `Bearer ${token}` },
  });
  const ours = (prefix: string, path: string): Scenario[] => {
    const { gateway, plugin } = filter(path, configuration(1, 10, OIDC));
    const request = bearer(asked);
    return [
      { name: `${prefix}jwt_authn, OIDC`, gateway: after(gateway.filters), plugin: { ...plugin, metadata }, request },
    ];
  };
  return {
    name: "oidc",
    noFilter: { name: "jwt_authn", gateway: after([]), request: bearer(unasked), isBaseline: true },
    extAuthz: { name: "jwt_authn, ext_authz", gateway: after([EXT_AUTHZ]), request: bearer(asked), isBaseline: true },
    scenarios: both(ours),
  };
}

const workers = (prefix: string, path: string, count: number): Scenario => ({
  name: `${prefix}1 x 10, ${String(count)} workers`,
  ...filter(path, configuration(1, 10), count),
  request: asked,
});

/** What 4 workers gain, where the machine has the cores; 1 and 2 are measured anyway. */
function scaling(floor: Record<FloorModule, string>): Group[] {
  if (cpus().length < SCALING_CORES) return [];
  return [{ name: "scaling", ...baselines(4, floor), scenarios: [workers("", PLUGIN_PATH, 4)] }];
}
