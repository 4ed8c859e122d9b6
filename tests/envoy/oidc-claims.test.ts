import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OidcProvider } from "../../examples/oidc-jwt-authn/provider.ts";
import { configuration, Gateway, service, type PluginListener, type Sent } from "../support/gateway.ts";
import type { EnvoyObject, ListenerOptions } from "../support/envoy-config.ts";
import { jwtAuthn, providerCluster } from "../support/oidc-jwt-authn.ts";
import { encodeJson, issueToken, partsOf } from "../support/oidc-tokens.ts";

const API = "https://api.example.com";

const CLAIMS = ["base64_urlsafe", { json: { keys: ["azp", "aud"] } }, { take: { head: 1 } }];
const FROM_PAYLOAD_HEADER = { header: { keys: ["x-jwt-payload"], ops: CLAIMS } };
const FROM_BEARER = {
  header: {
    keys: ["authorization"],
    ops: [
      { split: { separator: " ", max: 2 } },
      { length: { min: 2 } },
      { assert: [{ indexes: [0] }, { glob: ["Bearer", "bearer"] }] },
      { drop: { head: 1 } },
      { split: { separator: "." } },
      { length: { min: 3, max: 3 } },
      { indexes: [1] },
      ...CLAIMS,
    ],
  },
};
const FROM_QUERY = {
  query_string: { keys: ["access_token"], ops: [{ split: { separator: "." } }, { indexes: [1] }, ...CLAIMS] },
};

const plugin = (source: object): PluginListener => ({
  configuration: configuration([service({ id: "1003", credentials: { app_id: [source] } })]),
});

function assertAppId({ answer, calls, passed }: Sent, appId: string | undefined): void {
  const seen = calls.map((call) => new Map(call.query()).get("app_id"));
  if (appId === undefined) {
    assert.deepEqual([answer.status, answer.body, seen], [403, "Authentication parameters missing\n", []]);
    assert.equal(passed.length, 0);
  } else {
    assert.deepEqual([answer.status, seen], [200, [appId]]);
  }
}

describe("a claim that is read without being verified", () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await Gateway.start({
      payload: plugin(FROM_PAYLOAD_HEADER),
      bearer: plugin(FROM_BEARER),
      query: plugin(FROM_QUERY),
      metadata: plugin({
        filter: { path: ["envoy.filters.http.jwt_authn", "0"], keys: ["azp"], ops: [{ take: { head: 1 } }] },
      }),
      plain: plugin({ header: { keys: ["x-app-id"] } }),
    });
  });
  after(() => gateway.stop());

  const payload = (value: string) => gateway.get("payload", "/", [["x-jwt-payload", value]]);
  const authorization = (value: string) => gateway.get("bearer", "/", [["authorization", value]]);
  const token = (claims: object) => `${encodeJson({ alg: "RS256" })}.${encodeJson(claims)}.c2lnbmF0dXJl`;

  it("comes from a forwarded payload, base64url without padding, whatever its length", async () => {
    for (const azp of ["frank", "frank1", "frank22", "frank333", "fränk-ключ", "a~?b>>ÿÿÿ"]) {
      assertAppId(await payload(encodeJson({ iss: "any", azp })), Buffer.from(azp).toString("utf8"));
    }
  });

  it("comes from a forwarded payload with padding and with the standard alphabet too", async () => {
    const json = JSON.stringify({ azp: "frank", name: "ÿ?>~~~" });
    const text = Buffer.from(json).toString("base64");
    assert.match(text, /[+/]/);
    assertAppId(await payload(text), "frank");
    assertAppId(await payload(Buffer.from(`${json} `).toString("base64url")), "frank");
  });

  it("comes from azp, else from aud, a string or the first of a list", async () => {
    assertAppId(await payload(encodeJson({ aud: "other", azp: "frank" })), "frank");
    assertAppId(await payload(encodeJson({ aud: "erin" })), "erin");
    assertAppId(await payload(encodeJson({ aud: ["erin", "frank"] })), "erin");
  });

  it("is missing where the payload is none, or the claim no string", async () => {
    const whole = encodeJson({ azp: "frank" });
    for (const value of ["%%%", "e", whole.slice(0, -3), encodeJson("frank"), encodeJson(["frank"]), encodeJson({})]) {
      assertAppId(await payload(value), undefined);
    }
    assertAppId(await payload(encodeJson({ azp: 7 })), undefined);
    assertAppId(await payload(encodeJson({ azp: "" })), undefined);
    assertAppId(await payload(Buffer.from('{"azp":"frank"}}').toString("base64url")), undefined);
    assertAppId(await payload(Buffer.from('{"azp":"frank","azp":"erin"}').toString("base64url")), "erin");
  });

  it("comes straight from Authorization: Bearer", async () => {
    assertAppId(await authorization(`Bearer ${token({ azp: "frank" })}`), "frank");
    assertAppId(await authorization(`bearer ${token({ aud: ["erin", API] })}`), "erin");
  });

  it("is missing where the header is no bearer token of three parts", async () => {
    const good = token({ azp: "frank" });
    for (const value of [
      good,
      `Basic ${good}`,
      `Bearer${good}`,
      `Bearer  ${good}.`,
      "Bearer a.b",
      "Bearer",
      "Bearer .",
    ]) {
      assertAppId(await authorization(value), undefined);
    }
    assertAppId(await gateway.get("bearer", "/"), undefined);
  });

  it("is whatever the client says: nothing has verified it", async () => {
    assertAppId(await authorization(`Bearer ${token({ azp: "anybody", exp: 1 })}`), "anybody");
    assertAppId(await gateway.get("query", `/?access_token=${token({ azp: "anybody" })}`), "anybody");
  });

  it("is warned of at configuration, with its place; a claim that jwt_authn has verified is not", async () => {
    const log = gateway.envoy.log();
    const warnings = [
      ...log.matchAll(/\[warning\].*3scale-auth: warning at (\S+) .*reading a claim does not verify it/g),
    ];
    const places = warnings.map(([, place]) => place);
    assert.deepEqual(
      new Set(places),
      new Set(["services[0].credentials.app_id[0].header", "services[0].credentials.app_id[0].query_string"]),
    );
    // Envoy configures the plugin in the main thread and in each worker.
    const perListener = places.length / 3;
    assert.ok(Number.isInteger(perListener) && perListener >= 1, String(places.length));
  });
});

describe("a payload header that jwt_authn forwards", () => {
  const requirement = { requires: { provider_name: "oidc" } };
  const forged = (azp: string): [string, string][] => [["x-jwt-payload", encodeJson({ azp, aud: API })]];
  let provider: OidcProvider;
  let gateway: Gateway;
  before(async () => {
    provider = await OidcProvider.start();
    const chain = (rules: EnvoyObject[], options: ListenerOptions = {}): PluginListener => ({
      ...plugin(FROM_PAYLOAD_HEADER),
      listener: options,
      before: [jwtAuthn(provider, { audiences: [API], fields: { forward_payload_header: "x-jwt-payload" }, rules })],
    });
    const missing = { requires_any: { requirements: [{ provider_name: "oidc" }, { allow_missing: {} }] } };
    const removal = {
      name: "envoy.http.early_header_mutation.header_mutation",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        mutations: [{ remove: "x-jwt-payload" }],
      },
    };
    const required = [{ match: { prefix: "/" }, ...requirement }];
    const inPart = [{ match: { prefix: "/open" } }, { match: { prefix: "/closed" }, ...requirement }];
    const disabled = { "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", disabled: true };
    const routes = [
      {
        match: { prefix: "/" },
        route: { cluster: "api" },
        typed_per_filter_config: { "envoy.filters.http.jwt_authn": disabled },
      },
    ];
    const early = { early_header_mutation_extensions: [removal] };
    gateway = await Gateway.start(
      {
        recommended: chain(required, { hcm: early }),
        required: chain(required),
        optional: chain([{ match: { prefix: "/" }, requires: missing }]),
        in_part: chain(inPart),
        disabled: chain(required, { routes }),
        disabled_early: chain(required, { routes, hcm: early }),
      },
      { clusters: [providerCluster(provider)] },
    );
  });
  after(async () => {
    await gateway.stop();
    await provider.close();
  });

  const bearer = async (): Promise<[string, string]> => ["authorization", `Bearer ${await issueToken(provider, API)}`];

  it("takes the place of the client's", async () => {
    for (const name of ["recommended", "required", "optional"]) {
      for (const headers of [
        [await bearer()],
        [...forged("mallory"), await bearer()],
        [await bearer(), ...forged("mallory"), ...forged("eve")],
        [await bearer(), ["X-JWT-Payload", encodeJson({ azp: "mallory" })]] as [string, string][],
      ]) {
        const sent = await gateway.get(name, "/", headers);
        assertAppId(sent, "frank");
        const received = sent.passed[0]?.headers.filter(([key]) => key.toLowerCase() === "x-jwt-payload");
        assert.deepEqual(received, [
          ["x-jwt-payload", partsOf(headers.find(([key]) => key === "authorization")![1])[1]],
        ]);
      }
    }
  });

  it("alone, without a token, is refused by jwt_authn", async () => {
    for (const name of ["recommended", "required"]) {
      const { answer, calls, passed } = await gateway.get(name, "/", forged("mallory"));
      assert.deepEqual([answer.status, answer.body], [401, "Jwt is missing"], name);
      assert.deepEqual([calls.length, passed.length], [0, 0]);
    }
  });

  it("alone is removed where jwt_authn lets requests without a token pass", async () => {
    assertAppId(await gateway.get("optional", "/", forged("mallory")), undefined);
  });

  it("alone is removed on paths that jwt_authn requires nothing of", async () => {
    assertAppId(await gateway.get("in_part", "/open", forged("mallory")), undefined);
    assertAppId(await gateway.get("in_part", "/without-a-rule", forged("mallory")), undefined);
  });

  it("alone is believed on a route with jwt_authn disabled, unless it is removed before all filters", async () => {
    assertAppId(await gateway.get("disabled", "/", forged("mallory")), "mallory");
    assertAppId(await gateway.get("disabled_early", "/", forged("mallory")), undefined);
  });
});
