import type { ProxyRule } from "./demo-admin/proxy-config.ts";

/** A request to the demo's gateway and what comes of it. */
export interface DemoRequest {
  title: string;
  method?: string;
  path: string;
  /** The Host header; by default the gateway's own address. */
  host?: string;
  headers?: Record<string, string>;
  status: number;
  /** The body; undefined where the API answers, whose echo is not compared. */
  body?: string;
  /** The plugin's reason in Envoy's access log (response_code_details), where the plugin answers. */
  reason?: string;
  /** The decoded parameters of the one AuthRep call, besides the service token; null when no call is made. */
  authRep: string | null;
}

/** Other mapping rules for a service in 3scale, and a request that has another answer once the gateway has them. */
export interface DemoChange {
  title: string;
  serviceId: string;
  /** All that the service has from then on. */
  rules: ProxyRule[];
  request: DemoRequest;
  /** How long the gateway takes: the ttl of envoy.yaml, a tenth of it, two seconds; rounded up. */
  withinSeconds: number;
}

const FAILED = "Authentication failed\n";
const BOB = {
  path: "/products?user_key=bob-limited-key",
  authRep: call("1001", "user_key=bob-limited-key", "products"),
};
const DAVE = { host: "keys.example.com", path: "/" };
const CATALOG = "catalog.example.com";
const AUTHORS = { host: CATALOG, path: "/authors?user_key=grace-key" };

/** All that there is to see, in an order that matters to Bob: his plan allows three calls a minute. */
export const DEMO_REQUESTS: DemoRequest[] = [
  {
    title: "a good key in the query",
    path: "/hello?user_key=alice-key",
    status: 200,
    authRep: call("1001", "user_key=alice-key", "hits"),
  },
  {
    title: "a good key in a header",
    path: "/hello",
    headers: { "x-user-key": "alice-key" },
    status: 200,
    authRep: call("1001", "user_key=alice-key", "hits"),
  },
  {
    title: "a rule with two usages",
    method: "POST",
    path: "/products/42/sold?user_key=alice-key",
    status: 200,
    authRep: "service_id=1001 user_key=alice-key usage[products]=1 usage[sales]=2",
  },
  {
    title: "no key",
    path: "/hello",
    status: 403,
    body: "Authentication parameters missing\n",
    reason: "3scale_credentials_missing",
    authRep: null,
  },
  {
    title: "a wrong key",
    path: "/hello?user_key=mallory",
    status: 403,
    body: FAILED,
    reason: "3scale_authentication_failed",
    authRep: call("1001", "user_key=mallory", "hits"),
  },
  {
    title: "a key that tries to rewrite the call",
    path: "/hello?user_key=alice-key%26usage%5Bhits%5D%3D0",
    status: 403,
    body: FAILED,
    reason: "3scale_authentication_failed",
    authRep: call("1001", "user_key=alice-key&usage[hits]=0", "hits"),
  },
  {
    title: "no rule for the path",
    path: "/nothing?user_key=alice-key",
    status: 404,
    body: "No Mapping Rule matched\n",
    reason: "3scale_no_mapping_rule",
    authRep: null,
  },
  {
    title: "a suspended application",
    path: "/hello?user_key=carol-suspended-key",
    status: 403,
    body: FAILED,
    reason: "3scale_authentication_failed",
    authRep: call("1001", "user_key=carol-suspended-key", "hits"),
  },
  { title: "1st of 3 calls a minute", ...BOB, status: 200 },
  { title: "2nd", ...BOB, status: 200 },
  { title: "3rd", ...BOB, status: 200 },
  {
    title: "4th: past the limit",
    ...BOB,
    status: 429,
    body: "Usage limit exceeded\n",
    reason: "3scale_limits_exceeded",
  },
  {
    title: "application id and key",
    ...DAVE,
    headers: { "x-app-id": "dave", "x-app-key": "dave-secret" },
    status: 200,
    authRep: call("1002", "app_id=dave app_key=dave-secret", "hits"),
  },
  {
    title: "application id, wrong key",
    ...DAVE,
    headers: { "x-app-id": "dave", "x-app-key": "guess" },
    status: 403,
    body: FAILED,
    reason: "3scale_authentication_failed",
    authRep: call("1002", "app_id=dave app_key=guess", "hits"),
  },
  {
    title: "a host no service has",
    host: "unknown.example.com",
    path: "/hello?user_key=alice-key",
    status: 403,
    body: "Unknown service\n",
    reason: "3scale_unknown_service",
    authRep: null,
  },
  {
    title: "a service that is only an id here",
    host: CATALOG,
    path: "/books?user_key=grace-key",
    status: 200,
    authRep: call("1004", "user_key=grace-key", "hits"),
  },
  {
    title: "none of its rules in 3scale",
    ...AUTHORS,
    status: 404,
    body: "No Mapping Rule matched\n",
    reason: "3scale_no_mapping_rule",
    authRep: null,
  },
];

/** What is to be seen of rules that come from 3scale. */
export const DEMO_CHANGE: DemoChange = {
  title: "another rule in 3scale",
  serviceId: "1004",
  rules: [
    { method: "GET", pattern: "/books", metric: "hits" },
    { method: "GET", pattern: "/authors", metric: "products" },
  ],
  request: {
    title: "then the same request",
    ...AUTHORS,
    status: 200,
    authRep: call("1004", "user_key=grace-key", "products"),
  },
  withinSeconds: 5,
};

function call(serviceId: string, credentials: string, metric: string): string {
  return `service_id=${serviceId} ${credentials} usage[${metric}]=1`;
}

/** The command line that sends the request to `gateway`. */
export function curlOf({ method, path, host, headers = {} }: DemoRequest, gateway: string): string {
  const parts = ["curl", "-i"];
  if (method !== undefined) parts.push("-X", method);
  if (host !== undefined) parts.push("-H", `'Host: ${host}'`);
  for (const [name, value] of Object.entries(headers)) parts.push("-H", `'${name}: ${value}'`);
  return [...parts, `'${gateway}${path}'`].join(" ");
}

/** Where the admin API at `system` takes the rules of a change. */
export const changeUrl = ({ serviceId }: DemoChange, system: string): string =>
  `${system}/demo/services/${serviceId}/rules`;

/** The command line that makes the change in the admin API at `system`. */
export const curlOfChange = (change: DemoChange, system: string): string =>
  `curl -X PUT '${changeUrl(change, system)}' -d '${JSON.stringify(change.rules)}'`;
