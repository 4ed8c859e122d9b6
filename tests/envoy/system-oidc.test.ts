import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OidcProvider } from "../../examples/oidc-jwt-authn/provider.ts";
import { cluster, type EnvoyObject } from "../support/envoy-config.ts";
import type { Sent } from "../support/gateway.ts";
import type { Header } from "../support/http-message.ts";
import { jwtAuthn, providerCluster } from "../support/oidc-jwt-authn.ts";
import { encodeJson, forgeToken, issueToken, partsOf } from "../support/oidc-tokens.ts";
import { poll } from "../support/poll.ts";
import { systemConfiguration } from "../support/system-config.ts";
import { SystemGateway } from "../support/system-gateway.ts";

const API = "https://api.example.com";
const LISTENERS = ["required", "lax", "bare", "stranger"] as const;
type Listener = (typeof LISTENERS)[number];

/** Where proxies and mesh filters put tokens, or what they have verified: to this filter no header says who a client is. */
const HEADERS = [
  "authorization",
  "proxy-authorization",
  "x-authorization",
  "x-forwarded-authorization",
  "x-original-authorization",
  "x-jwt-payload",
  "x-jwt-assertion",
  "x-jwt-claims",
  "x-jwt-claim-azp",
  "x-jwt-claim-sub",
  "x-endpoint-api-userinfo",
  "x-goog-authenticated-user-id",
  "x-goog-iap-jwt-assertion",
  "x-auth-request-access-token",
  "x-forwarded-access-token",
  "x-forwarded-user",
  "x-amzn-oidc-data",
  "x-amzn-oidc-accesstoken",
  "sec-istio-auth-userinfo",
  "x-3scale-app-id",
  "x-3scale-user-key",
  "x-envoy-metadata",
  "x-envoy-jwt-authn",
  "envoy.filters.http.jwt_authn",
  "access_token",
  "app_id",
  "app-id",
  "azp",
  "client_id",
  "user_key",
  "cookie",
];
const PARAMETERS = ["access_token", "jwt", "token", "id_token", "app_id", "user_key", "azp", "client_id"];

describe("an OpenID Connect service with nothing but an id", () => {
  let provider: OidcProvider;
  let stranger: OidcProvider;
  let gateway: SystemGateway;

  before(async () => {
    [provider, stranger] = await Promise.all([
      OidcProvider.start({ resources: { [API]: {} } }),
      OidcProvider.start({ resources: { [API]: {} } }),
    ]);
    const configuration = systemConfiguration(["1003", "1004", "1005", "1006"], { system: { ttl: 1 } });
    const chain = (before: readonly EnvoyObject[]) => ({ configuration, before });
    const anything = { requires_any: { requirements: [{ provider_name: "oidc" }, { allow_missing_or_failed: {} }] } };
    const jwks = { http_uri: { uri: `${stranger.issuer}/jwks`, cluster: "stranger", timeout: "2s" }, async_fetch: {} };
    gateway = await SystemGateway.start({
      configuration,
      concurrency: 1,
      listeners: {
        required: chain([jwtAuthn(provider)]),
        lax: chain([jwtAuthn(provider, { rules: [{ match: { prefix: "/" }, requires: anything }] })]),
        bare: chain([]),
        stranger: chain([jwtAuthn(stranger, { fields: { payload_in_metadata: "verified_jwt", remote_jwks: jwks } })]),
      },
      clusters: [providerCluster(provider), cluster("stranger", Number(new URL(stranger.issuer).port))],
      prepare: (admin) => {
        const oidc = { authentication: "oidc", rules: [{ method: "GET", pattern: "/", metric: "hits" }] } as const;
        const { issuer } = provider;
        // 3scale keeps the client's id and secret for its own synchronization in the issuer's URL.
        const withSecret = issuer.replace("://", "://sync:sync-secret@");
        admin.publish({ id: "1003", hosts: ["api.test"], oidcIssuerEndpoint: `${withSecret}/`, ...oidc });
        admin.publish({
          id: "1004",
          hosts: ["sub.test"],
          oidcIssuerEndpoint: issuer,
          clientIdClaim: "client_id",
          ...oidc,
        });
        admin.publish({
          id: "1005",
          hosts: ["liquid.test"],
          oidcIssuerEndpoint: issuer,
          clientIdClaim: "{{ azp }}",
          clientIdClaimType: "liquid",
          ...oidc,
        });
        admin.publish({ id: "1006", hosts: ["none.test"], oidcIssuerEndpoint: null, ...oidc });
      },
    });
    for (const name of LISTENERS) {
      const isFetched = async () =>
        (await gateway.gateway.send(name, { headers: await headersOf(name) })).answer.status !== 503;
      await poll(`${name} to have its services`, isFetched);
    }
  });
  after(async () => {
    await gateway.stop();
    await Promise.all([provider.close(), stranger.close()]);
  });

  const bearer = (token: string): Header[] => [["authorization", `Bearer ${token}`]];
  /** A token that the listener's own jwt_authn takes. */
  const headersOf = async (name: Listener) => bearer(await issueToken(name === "stranger" ? stranger : provider, API));
  const send = (name: Listener, path: string, headers: Header[], host = "api.test") =>
    gateway.gateway.send(name, { path, headers, host });
  const forge = (claims: Record<string, unknown> = {}) =>
    forgeToken(provider.issuer, API, { signer: stranger, claims });

  function assertAccepted({ answer, calls }: Sent, service: string, appId: string): void {
    assert.deepEqual([answer.status, answer.body], [200, "from the API"]);
    const expected = [
      ["service_id", service],
      ["service_token", `service-token-${service}`],
      ["app_id", appId],
      ["usage[hits]", "1"],
    ];
    assert.deepEqual(
      calls.map((call) => call.query()),
      [expected],
    );
  }

  function assertRefused({ answer, calls, passed }: Sent, what: string): void {
    assert.ok(answer.status === 401 || answer.status === 403, `${what}: ${String(answer.status)}`);
    assert.deepEqual([calls.length, passed.length], [0, 0], what);
  }

  it("takes azp of a token that jwt_authn has verified", async () => {
    for (const name of ["required", "lax"] as const) {
      assertAccepted(await send(name, "/", await headersOf(name)), "1003", "frank");
    }
  });

  it("takes the claim that the portal names, and no other", async () => {
    const token = (claims: Record<string, unknown>) => forgeToken(provider.issuer, API, { signer: provider, claims });
    assertAccepted(
      await send("required", "/", bearer(await token({ client_id: "alice" })), "sub.test"),
      "1004",
      "alice",
    );
    assertRefused(await send("required", "/", bearer(await token({ azp: "frank" })), "sub.test"), "no client_id");
  });

  it("takes aud where there is no azp", async () => {
    const token = await forgeToken(provider.issuer, API, { signer: provider, claims: { azp: undefined } });
    assertAccepted(await send("required", "/", bearer(token)), "1003", API);
  });

  it("refuses tokens that jwt_authn has verified for another issuer", async () => {
    assertRefused(await send("stranger", "/", await headersOf("stranger")), "the stranger's token");
    // A claim in the payload cannot say that it is the service's issuer: jwt_authn goes by it.
    const claims = { iss: provider.issuer };
    assertRefused(
      await send("stranger", "/", bearer(await forgeToken(provider.issuer, API, { signer: stranger, claims }))),
      "forged",
    );
  });

  it("refuses a self-made token in every header, however it is written", async () => {
    const token = await forge();
    const [, payload] = partsOf(token);
    const claims = { iss: provider.issuer, azp: "frank", aud: "frank", client_id: "frank" };
    const unsigned = `${encodeJson({ alg: "none", typ: "JWT" })}.${encodeJson(claims)}.`;
    const values = [
      token,
      `Bearer ${token}`,
      payload,
      encodeJson(claims),
      JSON.stringify(claims),
      unsigned,
      `Bearer ${unsigned}`,
      `access_token=${token}`,
      "frank",
    ];
    for (const name of ["lax", "bare"] as const) {
      for (const header of HEADERS) {
        for (const value of values)
          assertRefused(await send(name, "/", [[header, value]]), `${name}, ${header}: ${value.slice(0, 30)}`);
      }
      const all = HEADERS.map((header): Header => [header, header === "authorization" ? `Bearer ${token}` : token]);
      assertRefused(await send(name, "/", all), `${name}, all at once`);
    }
  });

  it("refuses a self-made token in the query, also beside headers", async () => {
    const token = await forge();
    for (const name of ["required", "lax", "bare"] as const) {
      for (const parameter of PARAMETERS) {
        for (const value of [token, "frank"]) {
          assertRefused(await send(name, `/?${parameter}=${value}`, []), `${name}, ${parameter}`);
          assertRefused(
            await send(name, `/?${parameter}=${value}`, bearer(token)),
            `${name}, ${parameter} and a header`,
          );
        }
      }
    }
  });

  it("is not told who asks by headers beside a good token", async () => {
    const [authorization] = await headersOf("required");
    const forged = HEADERS.filter((header) => header !== "authorization").map((header): Header => [
      header,
      encodeJson({ azp: "alice" }),
    ]);
    assertAccepted(
      await send("required", "/?app_id=alice&user_key=alice", [authorization!, ...forged]),
      "1003",
      "frank",
    );
  });

  it("refuses all where the portal has no issuer, or a template for the claim, and says so", async () => {
    for (const host of ["liquid.test", "none.test"])
      assertRefused(await send("required", "/", await headersOf("required"), host), host);
    const log = gateway.envoy.log();
    assert.match(log, /service "1005": 3scale gives a Liquid template for the claim/);
    assert.match(log, /service "1006": 3scale gives no OpenID Connect issuer/);
    assert.equal(log.includes("sync-secret"), false);
  });
});
