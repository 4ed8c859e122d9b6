import { OidcProvider } from "../examples/oidc-jwt-authn/provider.ts";
import type { EnvoyObject } from "../tests/support/envoy-config.ts";
import { jwtAuthn, providerCluster } from "../tests/support/oidc-jwt-authn.ts";
import { claimsOf, forgeToken } from "../tests/support/oidc-tokens.ts";
import { CLAIMS } from "./configuration.ts";

const AUDIENCE = "https://api.example.com";
const LIFETIME_SECONDS = 86_400;

/** Envoy's jwt_authn, and a token that it takes. */
export interface TokenFilter {
  filter: EnvoyObject;
  clusters: readonly EnvoyObject[];
  token: string;
  /** What it leaves for the filters after it. */
  metadata: Record<string, Record<string, unknown>>;
  close(): Promise<void>;
}

/** Starts a provider, for its keys, and makes a token that outlives the bench. */
export async function startTokenFilter(): Promise<TokenFilter> {
  const provider = await OidcProvider.start();
  const exp = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
  const token = await forgeToken(provider.issuer, AUDIENCE, { signer: provider, claims: { exp } });
  return {
    filter: jwtAuthn(provider, { fields: { payload_in_metadata: CLAIMS } }),
    clusters: [providerCluster(provider)],
    token,
    metadata: { "envoy.filters.http.jwt_authn": { [CLAIMS]: claimsOf(token) } },
    close: () => provider.close(),
  };
}
