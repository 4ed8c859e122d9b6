import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OidcProvider, type Resource } from "../../examples/oidc-jwt-authn/provider.ts";
import { configuration, Gateway, service, type Sent } from "../support/gateway.ts";
import type { EnvoyObject } from "../support/envoy-config.ts";
import { jwtAuthn, providerCluster } from "../support/oidc-jwt-authn.ts";
import { claimsOf, encodeJson, forgeToken, issueToken, partsOf, type Forgery } from "../support/oidc-tokens.ts";

const API = "https://api.example.com";
const RESOURCES: Record<string, Resource> = {
  [API]: {},
  [`${API}/es256`]: { algorithm: "ES256", audience: API },
  [`${API}/listed`]: { audience: ["frank", API], hasAzp: false },
  [`${API}/both`]: { audience: ["somebody-else", API] },
  "https://other.example.com": {},
};

const FROM_CLAIMS = {
  filter: { path: ["envoy.filters.http.jwt_authn", "0"], keys: ["azp", "aud"], ops: [{ take: { head: 1 } }] },
};
const PLUGIN = configuration([service({ id: "1003", credentials: { app_id: [FROM_CLAIMS] } })]);

const bearer = (token: string): [string, string][] => [["authorization", `Bearer ${token}`]];

describe("a token that Envoy's jwt_authn verifies", () => {
  let provider: OidcProvider;
  let stranger: OidcProvider;
  let gateway: Gateway;
  before(async () => {
    [provider, stranger] = await Promise.all([
      OidcProvider.start({ resources: RESOURCES }),
      OidcProvider.start({ resources: { [API]: {} } }),
    ]);
    const chain = (fields?: EnvoyObject, rules?: EnvoyObject[]) => ({
      configuration: PLUGIN,
      before: [jwtAuthn(provider, { audiences: [API], ...(fields && { fields }), ...(rules && { rules }) })],
    });
    const optional = { requires_any: { requirements: [{ provider_name: "oidc" }, { allow_missing: {} }] } };
    gateway = await Gateway.start(
      {
        required: chain(),
        optional: chain(undefined, [{ match: { prefix: "/" }, requires: optional }]),
        two_entries: chain({ payload_in_metadata: "verified_jwt", header_in_metadata: "header" }),
      },
      { clusters: [providerCluster(provider)] },
    );
  });
  after(async () => {
    await gateway.stop();
    await Promise.all([provider.close(), stranger.close()]);
  });

  const send = (token: string, name = "required"): Promise<Sent> => gateway.get(name, "/", bearer(token));
  const issue = (resource: string) => issueToken(provider, resource);
  const forge = (forgery: Partial<Forgery> = {}) => forgeToken(provider.issuer, API, { signer: provider, ...forgery });

  function assertAccepted({ answer, calls, passed }: Sent, appId: string): void {
    assert.deepEqual([answer.status, answer.body], [200, "from the API"]);
    assert.deepEqual(
      calls.map((call) => call.query()),
      [
        [
          ["service_id", "1003"],
          ["service_token", "token-1"],
          ["app_id", appId],
          ["usage[hits]", "1"],
        ],
      ],
    );
    assert.equal(passed.length, 1);
  }

  /** Refused by jwt_authn: neither 3scale nor the API hears of it. */
  function assertRefused({ answer, calls, passed }: Sent, status: number, body: RegExp): void {
    assert.equal(answer.status, status);
    assert.match(answer.body, body);
    assert.deepEqual([calls.length, passed.length], [0, 0]);
  }

  it("signed by RS256: azp is the application's id", async () => {
    const token = await issue(API);
    assert.equal(JSON.parse(atob(partsOf(token)[0])).alg, "RS256");
    assertAccepted(await send(token), "frank");
  });

  it("signed by ES256", async () => {
    const token = await issue(`${API}/es256`);
    assert.equal(JSON.parse(atob(partsOf(token)[0])).alg, "ES256");
    assertAccepted(await send(token), "frank");
  });

  it("with a list in aud and no azp: the first of the list", async () => {
    const token = await issue(`${API}/listed`);
    assert.deepEqual([claimsOf(token).aud, claimsOf(token).azp], [["frank", API], undefined]);
    assertAccepted(await send(token), "frank");
  });

  it("with azp and a list in aud: azp goes first", async () => {
    const token = await issue(`${API}/both`);
    assert.deepEqual(claimsOf(token).aud, ["somebody-else", API]);
    assertAccepted(await send(token), "frank");
  });

  it("with aud alone, a string", async () => {
    assertAccepted(await send(await forge({ claims: { azp: undefined } })), API);
  });

  it("whose claims are no strings gives no credentials", async () => {
    for (const azp of [7, true, ["frank", 7], { id: "frank", name: "Frank" }, []]) {
      const { answer, calls, passed } = await send(await forge({ claims: { azp } }));
      assert.deepEqual([answer.status, answer.body], [403, "Authentication parameters missing\n"], JSON.stringify(azp));
      assert.deepEqual([calls.length, passed.length], [0, 0]);
    }
  });

  it("whose azp tries to rewrite the call is one value", async () => {
    const azp = "frank&usage[hits]=0\r\nx: y";
    assertAccepted(await send(await forge({ claims: { azp } })), azp);
  });

  it("that is expired is refused", async () => {
    const past = Math.floor(Date.now() / 1000) - 3_600;
    assertRefused(await send(await forge({ claims: { iat: past - 300, exp: past } })), 401, /Jwt is expired/);
  });

  it("that is not valid yet is refused", async () => {
    const future = Math.floor(Date.now() / 1000) + 3_600;
    assertRefused(await send(await forge({ claims: { nbf: future } })), 401, /Jwt not yet valid/);
  });

  it("of another issuer is refused, whoever signed it", async () => {
    assertRefused(await send(await issueToken(stranger, API)), 401, /Jwt issuer is not configured/);
    const { issuer } = stranger;
    assertRefused(await send(await forge({ claims: { iss: issuer } })), 401, /Jwt issuer is not configured/);
  });

  it("for another audience is refused", async () => {
    const token = await issue("https://other.example.com");
    assert.equal(claimsOf(token).aud, "https://other.example.com");
    await assert.rejects(issue("https://unknown.example.com"), /invalid_target/);
    assertRefused(await send(token), 403, /Audiences in Jwt are not allowed/);
  });

  it("with a tampered signature or payload is refused", async () => {
    for (const resource of [API, `${API}/es256`]) {
      const token = await issue(resource);
      const [header, payload, signature] = partsOf(token);
      const flipped = Buffer.from(signature, "base64url");
      flipped[10]! ^= 1;
      const claims = encodeJson({ ...claimsOf(token), azp: "alice" });
      for (const tampered of [
        `${header}.${payload}.${flipped.toString("base64url")}`,
        `${header}.${claims}.${signature}`,
        `${header}.${payload}.`,
      ]) {
        assertRefused(await send(tampered), 401, /Jwt/);
      }
    }
  });

  it("signed by another's key is refused: under the provider's kid, under one it has not, and under none", async () => {
    assertRefused(await send(await forge({ signer: stranger })), 401, /Jwt verification fails/);
    const unknown = await forge({ signer: stranger, header: { kid: "no-such-key" } });
    assertRefused(await send(unknown), 401, /Jwks doesn't have key to match kid/);
    const none = await forge({ signer: stranger, header: { kid: undefined } });
    assertRefused(await send(none), 401, /Jwt verification fails/);
  });

  it("by the provider's key under a kid it has not is refused", async () => {
    const unknown = await forge({ header: { kid: "no-such-key" } });
    assertRefused(await send(unknown), 401, /Jwks doesn't have key to match kid/);
  });

  it("that names the algorithm none is refused", async () => {
    const payload = partsOf(await issue(API))[1];
    for (const alg of ["none", "None", "NONE"]) {
      const header = encodeJson({ alg, typ: "JWT" });
      assertRefused(await send(`${header}.${payload}.`), 401, /Jwt/);
    }
  });

  it("missing or malformed: refused by jwt_authn where it is required", async () => {
    assertRefused(await gateway.get("required", "/"), 401, /Jwt is missing/);
    assertRefused(await send("not-a-token"), 401, /Jwt is not in the form/);
  });

  it("missing: refused by the plugin where jwt_authn lets it pass", async () => {
    const { answer, calls, passed } = await gateway.get("optional", "/?app_id=frank");
    assert.deepEqual([answer.status, answer.body], [403, "Authentication parameters missing\n"]);
    assert.deepEqual([calls.length, passed.length], [0, 0]);
    assertAccepted(await send(await issue(API), "optional"), "frank");
    assertRefused(await send(await forge({ signer: stranger }), "optional"), 401, /Jwt verification fails/);
  });

  it("beside a second entry in jwt_authn's metadata: 0 names none of them", async () => {
    const { answer, calls } = await send(await issue(API), "two_entries");
    assert.deepEqual([answer.status, calls.length], [403, 0]);
  });
});
