import {
  proxyConfig,
  type Environment,
  type Policy,
  type ProxyConfigDocument,
  type ProxyConfigOptions,
  type ProxyRule,
} from "../../envoy/demo-admin/proxy-config.ts";
import type { EnvoyObject } from "./envoy-config.ts";

export type { Environment, ProxyConfigDocument, ProxyRule };

/** The access token that {@link systemConfiguration} has and an `AdminApi` takes, unless told otherwise. */
export const ADMIN_TOKEN = "admin-access-token";

/** A service for tests: see `ProxyConfigOptions`; the token is `service-token-<id>` unless given. */
export interface SystemService extends Omit<ProxyConfigOptions, "serviceId" | "token"> {
  id: string;
  token?: string;
  /** Rules that match nothing a test asks for, after `rules`: they make the document as large as real ones. Default 60. */
  otherRules?: number;
}

/** The `latest.json` of a service: 20 to 60 KiB, as those of real products, unless `otherRules` says otherwise. */
export function systemDocument({ id, otherRules = 60, ...options }: SystemService): ProxyConfigDocument {
  const rules: ProxyRule[] = [...(options.rules ?? [{ method: "GET", pattern: "/", metric: "hits" }])];
  for (let index = 0; index < otherRules; index++) rules.push(otherRule(index));
  const policies = [...(options.policies ?? []), ...(otherRules > 0 ? OTHER_POLICIES : [])];
  return proxyConfig({ token: `service-token-${id}`, ...options, serviceId: id, rules, policies });
}

/** The same as `AdminApi` sends it. */
export function systemJson(service: SystemService): string {
  return JSON.stringify(systemDocument(service));
}

/** A plugin configuration with a system section for the clusters of a `SystemGateway`. Services are ids, or written out. */
export function systemConfiguration(
  services: readonly (string | EnvoyObject)[],
  {
    system = {},
    upstream = {},
    ...rest
  }: { system?: EnvoyObject; upstream?: EnvoyObject; [field: string]: unknown } = {},
): EnvoyObject {
  return {
    api: "v1",
    backend: { name: "3scale", upstream: { name: "backend", url: "http://backend.test", timeout: 500 } },
    system: {
      name: "3scale",
      upstream: { name: "system", url: "http://admin.test", timeout: 1_000, ...upstream },
      token: ADMIN_TOKEN,
      ttl: 1,
      ...system,
    },
    services: services.map((service) => (typeof service === "string" ? { id: service } : service)),
    ...rest,
  };
}

const METHODS = ["GET", "POST", "PUT", "DELETE"];

function otherRule(index: number): ProxyRule {
  const method = METHODS[index % METHODS.length]!;
  const pattern = `/other/v${String(index % 3)}/resources-${String(index)}/{resource_id}/items?page={page}&sort=name`;
  return { method, pattern, metric: `other_metric_${String(index % 12)}`, delta: 1 + (index % 3) };
}

const OTHER_POLICIES: Policy[] = [
  {
    name: "cors",
    version: "builtin",
    configuration: {
      allow_credentials: true,
      allow_headers: ["Authorization", "Content-Type", "X-Request-Id"],
      allow_methods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
    },
  },
  {
    name: "headers",
    version: "builtin",
    configuration: {
      response: Array.from({ length: 40 }, (_, index) => ({
        op: "set",
        header: `X-Answer-Header-${String(index)}`,
        value: `{{ "a \\"quoted\\" value" | append: remote_addr }} – ${String(index)}`,
        value_type: "liquid",
      })),
      request: [],
    },
  },
];
