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

const FAILED = "Authentication failed\n";
const BOB = {
  path: "/products?user_key=bob-limited-key",
  authRep: call("1001", "user_key=bob-limited-key", "products"),
};
const DAVE = { host: "keys.example.com", path: "/" };

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
];

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
