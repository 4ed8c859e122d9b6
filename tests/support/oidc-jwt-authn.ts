import type { OidcProvider } from "../../examples/oidc-jwt-authn/provider.ts";
import { cluster, type EnvoyObject } from "./envoy-config.ts";

/** The cluster by which Envoy reaches the provider, to be given to Envoy beside {@link jwtAuthn}. */
export const providerCluster = (provider: OidcProvider): EnvoyObject => cluster("oidc", provider.port);

export interface JwtAuthnOptions {
  audiences?: readonly string[];
  /** Fields of the JwtProvider to replace or add. Default: the payload goes into the metadata as `verified_jwt`. */
  fields?: EnvoyObject;
  /** Default: every path requires a token. */
  rules?: readonly EnvoyObject[];
}

/** Envoy's jwt_authn, which fetches its keys from `provider` by the cluster `oidc`; its provider's name is `oidc`. */
export function jwtAuthn(provider: OidcProvider, options: JwtAuthnOptions = {}): EnvoyObject {
  const { audiences, fields = { payload_in_metadata: "verified_jwt" } } = options;
  const rules = options.rules ?? [{ match: { prefix: "/" }, requires: { provider_name: "oidc" } }];
  const jwtProvider = {
    issuer: provider.issuer,
    ...(audiences !== undefined && { audiences }),
    remote_jwks: {
      http_uri: { uri: `${provider.issuer}/jwks`, cluster: "oidc", timeout: "2s" },
      cache_duration: "600s",
      async_fetch: {},
    },
    ...fields,
  };
  return {
    name: "envoy.filters.http.jwt_authn",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
      providers: { oidc: jwtProvider },
      rules,
    },
  };
}
