import { Bytes } from "../bytes/bytes";

/** How a service's clients say who they are. */
export const enum Authentication {
  UserKey,
  AppId,
  Oidc,
  Unknown,
}

/** Where a service's clients put their credentials. */
export const enum CredentialsLocation {
  Query,
  Headers,
  Authorization,
  Unknown,
}

/** A mapping rule as 3scale gives it: neither checked nor compiled. */
export class ProxyRule {
  method: Bytes = new Bytes();
  pattern: Bytes = new Bytes();
  /** The metric's system name. */
  metric: Bytes = new Bytes();
  /** May be negative. */
  delta: i64 = 0;
  last: bool = false;
  /** Among the rules of its owner. */
  position: i64 = 0;
  /** Whose rule it is, numbered in their order: the product's, and those of each backend behind it. */
  owner: i32 = 0;
}

/** What the filter uses of a proxy configuration that 3scale gives for a service and an environment. */
export class ProxyConfig {
  /** 0 where the document has none. */
  version: i64 = 0;
  environment: Bytes = new Bytes();
  /** The service token; null where there is none, or a provider key in its place. */
  token: Bytes | null = null;
  /** Whether a provider key stands in the token's place. */
  hasProviderKey: bool = false;
  hosts: Bytes[] = [];
  /** The URL of the gateway in production, without user information. */
  endpoint: Bytes | null = null;
  authentication: Authentication = Authentication.Unknown;
  credentialsLocation: CredentialsLocation = CredentialsLocation.Query;
  /** Of a query parameter or a header. */
  userKeyName: Bytes = Bytes.of("user_key");
  appIdName: Bytes = Bytes.of("app_id");
  appKeyName: Bytes = Bytes.of("app_key");
  /** Without user information, which is a secret, and without a slash at its end. */
  oidcIssuer: Bytes | null = null;
  /** The claim that names the application; empty for the default, `azp`, then `aud`. */
  clientIdClaim: Bytes = new Bytes();
  /** Whether the claim is the name of one, not a template. */
  isClaimPlain: bool = true;
  /** In the order in which they count: by owner, then by position. */
  rules: ProxyRule[] = [];
}
