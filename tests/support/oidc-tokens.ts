import { importJWK, SignJWT, type JWTPayload } from "jose";
import type { Algorithm, OidcProvider } from "../../examples/oidc-jwt-authn/provider.ts";

/** Has the provider issue an access token to `frank` for a resource; fails with the provider's answer. */
export async function issueToken(provider: OidcProvider, resource: string): Promise<string> {
  const answer = await fetch(`${provider.issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("frank:frank-secret")}` },
    body: new URLSearchParams({ grant_type: "client_credentials", resource }),
  });
  const body = (await answer.json()) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(`no token for ${resource}: ${JSON.stringify(body)}`);
  return body.access_token;
}

export interface Forgery {
  /** Whose keys sign. */
  signer: OidcProvider;
  algorithm?: Algorithm;
  /** Claims, an undefined one for none, that replace or add to those of a token that is valid for five minutes. */
  claims?: JWTPayload;
  /** Header parameters, an undefined one for none, that replace or add to those the provider writes. */
  header?: Record<string, unknown>;
}

/** A token that no provider would issue: claims and header as told, signed by a provider's key. */
export async function forgeToken(
  issuer: string,
  audience: string,
  { signer, algorithm: alg = "RS256", claims, header }: Forgery,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const key = signer.keys[alg];
  return new SignJWT({ iss: issuer, aud: audience, azp: "frank", iat: now, exp: now + 300, ...claims })
    .setProtectedHeader({ alg, typ: "at+jwt", kid: key.kid ?? "", ...header })
    .sign(await importJWK(key, alg));
}

/** The token's parts: header, payload and signature as they stand in it. */
export function partsOf(token: string): [header: string, payload: string, signature: string] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return [header, payload, signature];
}

/** Base64url without padding, of a value's JSON. */
export const encodeJson = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The claims of a token, unverified. */
export const claimsOf = (token: string): JWTPayload =>
  JSON.parse(Buffer.from(partsOf(token)[1], "base64url").toString()) as JWTPayload;
