import { wasmFilter, type EnvoyObject } from "../tests/support/envoy-config.ts";

/** One thing to measure: the filters before the router, and the request that is sent. */
export interface Scenario {
  name: string;
  filters: (plugin?: string) => EnvoyObject[];
  host: string;
  path: string;
  /** Request headers besides Host. */
  headers?: Record<string, string>;
}

const KEY = "user_key=abcdef0123456789";
const first = { host: "svc0.example.com", path: `/api/v1/res9/42?${KEY}` };

const LOOKUPS = { user_key: [{ query_string: { keys: ["user_key"] } }, { header: { keys: ["x-api-key"] } }] };

/** `Authorization: Basic`, its content split, decoded and read as JSON: nearly every kind of operation. */
const OPERATIONS = [
  { split: { separator: " ", max: 2 } },
  { length: { min: 2 } },
  "reverse",
  { glob: ["Basic"] },
  { drop: { tail: 1 } },
  "base64_urlsafe",
  { json: { path: ["credentials"], keys: ["user_key"] } },
  { assert: [{ strlen: { min: 8, max: 64 } }] },
];

const BASIC = Buffer.from(JSON.stringify({ credentials: { user_key: "abcdef0123456789" } })).toString("base64url");

/** A v1 configuration of `services` services with `rules` mapping rules each. */
export function configuration(services: number, rules: number, credentials: object = LOOKUPS): object {
  const rule = (r: number) => ({
    method: "GET",
    pattern: `/api/v1/res${String(r)}/{id}`,
    usages: [
      { name: "hits", delta: 1 },
      { name: `res${String(r)}`, delta: 1 },
    ],
  });
  const service = (s: number) => ({
    id: `25554178${String(s).padStart(5, "0")}`,
    token: `token-${String(s).padStart(5, "0")}`,
    authorities: [`svc${String(s)}.example.com`],
    credentials,
    mapping_rules: Array.from({ length: rules }, (_, r) => rule(r)),
  });
  return {
    api: "v1",
    backend: { upstream: { name: "backend", url: "http://backend.example.com", timeout: 5000 } },
    services: Array.from({ length: services }, (_, s) => service(s)),
  };
}

const EXT_AUTHZ: EnvoyObject = {
  name: "envoy.filters.http.ext_authz",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
    http_service: { server_uri: { uri: "http://backend.example.com", cluster: "backend", timeout: "5s" } },
  },
};

const plugin = (services: number, rules: number) => (path?: string) => [
  wasmFilter({ configuration: configuration(services, rules), ...(path !== undefined && { plugin: path }) }),
];

function withCredentials(credentials: object): Scenario["filters"] {
  return (path) => [
    wasmFilter({ configuration: configuration(1, 10, credentials), ...(path !== undefined && { plugin: path }) }),
  ];
}

/** What everything else is compared with. */
export const BASELINES: readonly Scenario[] = [
  { name: "no filter", filters: () => [], ...first },
  { name: "ext_authz", filters: () => [EXT_AUTHZ], ...first },
];

/** What a plugin does. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "1 x 10", filters: plugin(1, 10), ...first },
  { name: "100 x 10, last", filters: plugin(100, 10), ...first, host: "svc99.example.com" },
  { name: "1000 x 10, last", filters: plugin(1000, 10), ...first, host: "svc999.example.com" },
  { name: "1 x 1000, last", filters: plugin(1, 1000), ...first, path: `/api/v1/res999/42?${KEY}` },
  {
    name: "header lookup",
    filters: withCredentials({ user_key: [{ header: { keys: ["authorization"] } }] }),
    ...first,
    path: "/api/v1/res9/42",
    headers: { authorization: `Basic ${BASIC}` },
  },
  {
    name: "operations",
    filters: withCredentials({ user_key: [{ header: { keys: ["authorization"], ops: OPERATIONS } }] }),
    ...first,
    path: "/api/v1/res9/42",
    headers: { authorization: `Basic ${BASIC}` },
  },
];
