import { fileURLToPath } from "node:url";

/** A part of an Envoy configuration in its JSON form, field names in proto style. */
export type EnvoyObject = Record<string, unknown>;

/** The module `npm run build` makes. */
export const PLUGIN_PATH = fileURLToPath(new URL("../../build/plugin.wasm", import.meta.url));

const typed = (type: string, rest: EnvoyObject): EnvoyObject => ({
  "@type": `type.googleapis.com/${type}`,
  ...rest,
});

/** A cluster of one endpoint on 127.0.0.1, HTTP/1.1. `overrides` replace or add fields of the cluster. */
export function cluster(name: string, port: number, overrides: EnvoyObject = {}): EnvoyObject {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  const limits = { max_connections: 10_000, max_pending_requests: 10_000, max_requests: 10_000 };
  return {
    name,
    type: "STATIC",
    connect_timeout: "0.25s",
    circuit_breakers: { thresholds: [limits] },
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...overrides,
  };
}

export interface WasmFilterOptions {
  /** The plugin's v1 configuration: an object is sent as JSON, a string as it is. */
  configuration: string | object;
  /** The path of the module. Default: {@link PLUGIN_PATH}. */
  plugin?: string;
  /** Default "3scale": filters with the same id, module and VM configuration share a VM and its shared data. */
  vmId?: string;
  /** Default "3scale-auth-wasm". */
  rootId?: string;
  /** The plugin's name, which its logs and metrics carry. Default "3scale-auth". */
  name?: string;
  failurePolicy?: "FAIL_CLOSED" | "FAIL_OPEN" | "FAIL_RELOAD";
  allowOnHeadersStopIteration?: boolean;
}

/** The HTTP filter that runs the plugin, its configuration in a StringValue as Istio sends it. */
export function wasmFilter(options: WasmFilterOptions): EnvoyObject {
  const { configuration, plugin = PLUGIN_PATH, vmId = "3scale", rootId = "3scale-auth-wasm" } = options;
  const { name = "3scale-auth", failurePolicy, allowOnHeadersStopIteration } = options;
  const value = typeof configuration === "string" ? configuration : JSON.stringify(configuration);
  const config = {
    name,
    root_id: rootId,
    vm_config: { vm_id: vmId, runtime: "envoy.wasm.runtime.v8", code: { local: { filename: plugin } } },
    configuration: typed("google.protobuf.StringValue", { value }),
    ...(failurePolicy !== undefined && { failure_policy: failurePolicy }),
    ...(allowOnHeadersStopIteration !== undefined && {
      allow_on_headers_stop_iteration: allowOnHeadersStopIteration,
    }),
  };
  return {
    name: "envoy.filters.http.wasm",
    typed_config: typed("envoy.extensions.filters.http.wasm.v3.Wasm", { config }),
  };
}

/** A Lua filter, for a step before or after the plugin: metadata, header changes. */
export function luaFilter(code: string, name = "envoy.filters.http.lua"): EnvoyObject {
  const typed_config = typed("envoy.extensions.filters.http.lua.v3.Lua", {
    default_source_code: { inline_string: code },
  });
  return { name, typed_config };
}

export interface ListenerOptions {
  /** Default 0: a free port, which `envoy.port(name)` tells. */
  port?: number;
  /** Where all requests go. Default "api". */
  cluster?: string;
  /** The virtual host's routes, instead of one to `cluster`. */
  routes?: readonly EnvoyObject[];
  /** Fields of the HTTP connection manager to replace or add. */
  hcm?: EnvoyObject;
}

/** A listener on 127.0.0.1 with `httpFilters` before the router. */
export function listener(
  name: string,
  httpFilters: readonly EnvoyObject[],
  options: ListenerOptions = {},
): EnvoyObject & { name: string } {
  const { port = 0, cluster: target = "api", hcm = {} } = options;
  const routes = options.routes ?? [{ match: { prefix: "/" }, route: { cluster: target, timeout: "5s" } }];
  const router = {
    name: "envoy.filters.http.router",
    typed_config: typed("envoy.extensions.filters.http.router.v3.Router", { suppress_envoy_headers: true }),
  };
  const manager = {
    stat_prefix: name,
    codec_type: "AUTO",
    generate_request_id: false,
    route_config: { name: "routes", virtual_hosts: [{ name: "all", domains: ["*"], routes }] },
    http_filters: [...httpFilters, router],
    ...hcm,
  };
  return {
    ...typed("envoy.config.listener.v3.Listener", {}),
    name,
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typed_config: typed(
              "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              manager,
            ),
          },
        ],
      },
    ],
  };
}

/** A JSON access log to the file `path`, a line a request; see `AccessLogEntry` of envoy.ts for its fields. */
export function accessLog(path: string): EnvoyObject {
  const json_format = {
    code: "%RESPONSE_CODE%",
    details: "%RESPONSE_CODE_DETAILS%",
    flags: "%RESPONSE_FLAGS%",
    method: "%REQ(:METHOD)%",
    path: "%REQ(:PATH)%",
    authority: "%REQ(:AUTHORITY)%",
    durationMs: "%DURATION%",
    upstream: "%UPSTREAM_HOST%",
  };
  return {
    name: "envoy.access_loggers.file",
    typed_config: typed("envoy.extensions.access_loggers.file.v3.FileAccessLog", {
      path,
      log_format: { json_format },
    }),
  };
}

/** The same listener with an access log to `path`, unless it has access logs of its own. */
export function withAccessLog<T extends EnvoyObject>(configured: T, path: string): T {
  const copy = structuredClone(configured);
  for (const chain of (copy.filter_chains ?? []) as { filters: { typed_config: EnvoyObject }[] }[]) {
    for (const { typed_config } of chain.filters) {
      if (String(typed_config["@type"]).endsWith(".HttpConnectionManager")) {
        typed_config.access_log ??= [accessLog(path)];
      }
    }
  }
  return copy;
}
