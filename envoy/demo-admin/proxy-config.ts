/** A mapping rule as 3scale keeps it. */
export interface ProxyRule {
  /** An HTTP method, or ANY. */
  method: string;
  pattern: string;
  /** The metric's system name; null is what 3scale gives where a metric has none. */
  metric: string | null;
  /** Default 1. */
  delta?: number;
  /** Default false. */
  last?: boolean;
  /** Default: its place in the list, from 1. */
  position?: number;
  redirectUrl?: string | null;
}

/** A policy of the chain. */
export interface Policy {
  name: string;
  version: string;
  configuration: object;
}

export type Environment = "sandbox" | "production";

/** What a product in 3scale is made of, as far as a gateway needs it. */
export interface ProxyConfigOptions {
  serviceId: string;
  /** Default "API <id>". */
  name?: string;
  /** The service token. */
  token: string;
  /** Default "production". */
  environment?: Environment;
  /** Default 1. */
  version?: number;
  /** The production gateway's public address. Default `https://api-<id>.example.com:443`. */
  endpoint?: string;
  /** The staging gateway's. Default `https://api-<id>.staging.example.com:443`. */
  sandboxEndpoint?: string;
  /** Default: the host names of the two endpoints, which is all 3scale ever gives. */
  hosts?: readonly string[];
  /** "1": a user key, "2": application id and key, "oidc". Default "1". */
  authentication?: "1" | "2" | "oidc";
  /** Default "query". */
  credentialsLocation?: "query" | "headers" | "authorization";
  /** The names of the parameters or headers. Default `user_key`, `app_id`, `app_key`. */
  userKey?: string;
  appId?: string;
  appKey?: string;
  /** Default null. */
  oidcIssuerEndpoint?: string | null;
  /** Default null, which stands for `azp`. */
  clientIdClaim?: string | null;
  clientIdClaimType?: "plain" | "liquid" | null;
  /** Default: one for everything that counts `hits`. */
  rules?: readonly ProxyRule[];
  /** Beside APIcast's own. Default none. */
  policies?: readonly Policy[];
  /** The backend's address. Default `https://su1.3scale.net`. */
  backendEndpoint?: string;
  /** The API behind the gateway. Default `https://echo-api.3scale.net:443`. */
  apiBackend?: string;
  /** Fields of `content`, and of `content.proxy`, to replace or add. */
  content?: Record<string, unknown>;
  proxy?: Record<string, unknown>;
}

/** The body of `latest.json`. */
export interface ProxyConfigDocument {
  proxy_config: {
    id: number;
    version: number;
    environment: Environment;
    content: Record<string, unknown> & { proxy: Record<string, unknown> & { proxy_rules: Record<string, unknown>[] } };
  };
}

const CREATED_AT = "2024-03-05T08:21:07Z";
const UPDATED_AT = "2024-11-19T14:02:55Z";
const TENANT_ID = 2445580000001;
const TEXT = "text/plain; charset=us-ascii";
const EVERYTHING: ProxyRule = { method: "GET", pattern: "/", metric: "hits" };
const APICAST: Policy = { name: "apicast", version: "builtin", configuration: {} };

/** The document that 3scale's admin API gives for a product: all fields in 3scale's order, also those no gateway reads. */
export function proxyConfig(options: ProxyConfigOptions): ProxyConfigDocument {
  const { serviceId, token, environment = "production", version = 1, authentication = "1" } = options;
  const { name = `API ${serviceId}` } = options;
  // OpenID Connect is "oauth" to the service, and "oidc" to its proxy.
  const backendVersion = authentication === "oidc" ? "oauth" : authentication;
  const id = numberOf(serviceId);
  return {
    proxy_config: {
      id: id * 10 + version,
      version,
      environment,
      content: {
        id,
        account_id: TENANT_ID,
        name,
        description: `The ${name}, as a product in 3scale`,
        txt_support: null,
        created_at: CREATED_AT,
        updated_at: UPDATED_AT,
        logo_file_name: null,
        logo_content_type: null,
        logo_file_size: null,
        state: "incomplete",
        intentions_required: false,
        terms: null,
        buyers_manage_apps: true,
        buyers_manage_keys: true,
        custom_keys_enabled: true,
        buyer_plan_change_permission: "request",
        buyer_can_select_plan: false,
        notification_settings: null,
        default_application_plan_id: null,
        default_service_plan_id: null,
        tenant_id: TENANT_ID,
        system_name: name.toLowerCase().replace(/[^a-z\d]+/g, "_"),
        backend_version: backendVersion,
        mandatory_app_key: true,
        buyer_key_regenerate_enabled: true,
        support_email: "api-support@example.com",
        referrer_filters_required: false,
        deployment_option: "self_managed",
        kubernetes_service_link: null,
        "proxiable?": true,
        backend_authentication_type: "service_token",
        backend_authentication_value: token,
        ...options.content,
        proxy: proxy(options, { id, authentication, backendVersion }),
      },
    },
  };
}

function proxy(
  options: ProxyConfigOptions,
  { id, authentication, backendVersion }: { id: number; authentication: string; backendVersion: string },
): ProxyConfigDocument["proxy_config"]["content"]["proxy"] {
  const { serviceId, environment = "production", rules = [EVERYTHING], policies = [] } = options;
  const { endpoint = `https://api-${serviceId}.example.com:443` } = options;
  const { sandboxEndpoint = `https://api-${serviceId}.staging.example.com:443` } = options;
  const { backendEndpoint = "https://su1.3scale.net", apiBackend = "https://echo-api.3scale.net:443" } = options;
  const hosts = options.hosts ?? [...new Set([endpoint, sandboxEndpoint].map((url) => new URL(url).hostname))];
  return {
    id: id + 1,
    tenant_id: TENANT_ID,
    service_id: id,
    endpoint,
    deployed_at: null,
    auth_app_key: options.appKey ?? "app_key",
    auth_app_id: options.appId ?? "app_id",
    auth_user_key: options.userKey ?? "user_key",
    credentials_location: options.credentialsLocation ?? "query",
    error_auth_failed: "Authentication failed",
    error_auth_missing: "Authentication parameters missing",
    created_at: CREATED_AT,
    updated_at: UPDATED_AT,
    error_status_auth_failed: 403,
    error_headers_auth_failed: TEXT,
    error_status_auth_missing: 403,
    error_headers_auth_missing: TEXT,
    error_no_match: "No Mapping Rule matched",
    error_status_no_match: 404,
    error_headers_no_match: TEXT,
    secret_token: "Shared_secret_sent_from_proxy_to_API_backend_5d1a2c7e90b34f68",
    hostname_rewrite: "",
    oauth_login_url: null,
    sandbox_endpoint: sandboxEndpoint,
    api_test_path: "/",
    api_test_success: null,
    apicast_configuration_driven: true,
    oidc_issuer_endpoint: options.oidcIssuerEndpoint ?? null,
    lock_version: options.version ?? 1,
    authentication_method: authentication,
    oidc_issuer_type: "keycloak",
    error_headers_limits_exceeded: TEXT,
    error_status_limits_exceeded: 429,
    error_limits_exceeded: "Usage limit exceeded",
    staging_domain: new URL(sandboxEndpoint).hostname,
    production_domain: new URL(endpoint).hostname,
    hostname_rewrite_for_sandbox: new URL(apiBackend).hostname,
    endpoint_port: portOf(environment === "production" ? endpoint : sandboxEndpoint),
    api_backend: apiBackend,
    "valid?": true,
    service_backend_version: backendVersion,
    hosts,
    backend: { endpoint: backendEndpoint, host: new URL(backendEndpoint).hostname },
    policy_chain: [...policies, APICAST],
    jwt_claim_with_client_id: options.clientIdClaim ?? null,
    jwt_claim_with_client_id_type: options.clientIdClaimType ?? (options.clientIdClaim ? "plain" : null),
    ...options.proxy,
    proxy_rules: rules.map((rule, index) => proxyRule(rule, { index, id })),
  };
}

function proxyRule(rule: ProxyRule, { index, id }: { index: number; id: number }): Record<string, unknown> {
  const { method, pattern, metric, delta = 1, last = false, position = index + 1, redirectUrl = null } = rule;
  const [path = "", query = ""] = pattern.split("?", 2);
  return {
    id: id * 1000 + index + 1,
    proxy_id: id + 1,
    http_method: method,
    pattern,
    metric_id: id * 100 + index + 1,
    metric_system_name: metric,
    delta,
    tenant_id: TENANT_ID,
    created_at: CREATED_AT,
    updated_at: UPDATED_AT,
    redirect_url: redirectUrl,
    position,
    last,
    owner_id: id + 1,
    owner_type: "Proxy",
    parameters: [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name),
    querystring_parameters: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** 3scale's ids are numbers; a test's need not be. */
function numberOf(serviceId: string): number {
  return /^\d{1,12}$/.test(serviceId) ? Number(serviceId) : 1;
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
