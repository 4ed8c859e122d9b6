import type { Difference, Ours } from "./recorded-ours.ts";

const NO_RULE: Ours = { status: 404, body: "No Mapping Rule matched\n", calls: [], passes: false };
/** Of a configuration that was refused. */
const ACCEPTED_WITHOUT_RULE: Ours = { status: 404, body: "No Mapping Rule matched\n" };
const UNKNOWN_SERVICE: Ours = { status: 403, body: "Unknown service\n", calls: [], passes: false };
const NO_CREDENTIALS: Ours = { status: 403, body: "Authentication parameters missing\n", calls: [], passes: false };
const AMBIGUOUS: Ours = { status: 400, body: "Bad Request\n", calls: [], passes: false };
const NO_VERDICT: Ours = { status: 502, body: "Bad Gateway\n" };

const callOf = (service: string, ...rest: string[]): string[] => [
  `service_id=${service}`,
  "service_token=tok",
  ...rest,
];
const call = (service: string, ...rest: string[]): string[] =>
  callOf(service, ...(rest.some((one) => one.startsWith("user_key=")) ? [] : ["user_key=ok"]), ...rest);
const passes = (...called: string[]): Ours => ({ status: 200, body: "echo\n", calls: [called], passes: true });
const asks = (...called: string[]): Ours => ({ calls: [called] });
/** The payloads of the recordings' tokens, which another filter puts in a header in the token's place. */
const TOKEN_1 =
  "eyJpc3MiOiAiaXNzIiwgImF6cCI6ICJjbGllbnQtMSIsICJhdWQiOiBbImExIiwgImEyIl0sICJyZWFsbV9hY2Nlc3MiOiB7InJvbGVzIjogWyJyMSIsICJyMiJdfX0";
const TOKEN_2 = "eyJpc3MiOiAiaXNzIiwgImF1ZCI6IFsiYTEiLCAiYTIiXSwgInN1YiI6ICJ4In0";
const withPayload = (payload: string, ...called: string[]): Ours => ({
  ...passes(...called),
  passes: ["host: j2.test", "x-forwarded-proto: http", `x-jwt-payload: ${payload}`],
});
const hit = (service: string): Ours => passes(...call(service, "user_key=1", "usage[hits]=1"));

/** Every difference from the recordings, but for the general ones that `expectedOf` knows. */
export const DIFFERENCES: readonly Difference[] = [
  {
    cases: ["query value badutf8"],
    ours: asks(...call("s1", "user_key=a\xffb", "usage[hits]=1")),
    because: "correction 2: bytes are bytes, none becomes a replacement character",
  },
  {
    cases: ["header value odd chars"],
    ours: asks(...call("s1", "user_key=a b&c=d#e%41+f", "usage[hits]=1")),
    because: "correction 1: values are percent-encoded",
  },
  {
    cases: ["header value inject usage"],
    ours: asks(...call("s1", "user_key=a&usage[hits]=-100", "usage[hits]=1")),
    because: "correction 1: values are percent-encoded",
  },
  {
    cases: ["rules-m10: GET /name?user_key=ok"],
    ours: asks(...call("m10.test", "usage[a b&c=d]]=1", "usage[]=2", "usage[\xc3\xa9]=3")),
    because: "correction 1: names are percent-encoded",
  },
  {
    cases: [
      ...["post body denied slow", "backend answers e500", "backend answers s204", "backend answers r302"],
      ...["backend answers slow", "backend config b_missing_cluster", "backend default timeout vs slow (1.2s)"],
    ],
    ours: NO_VERDICT,
    because: "correction 5: no verdict is no refusal",
  },
  {
    cases: ["passthrough spoofed headers kept first"],
    ours: {
      passes: [
        ...["host: a.test", "x-forwarded-proto: http", "x-3scale-user-key: k", "x-3scale-cluster-name: backend"],
        ...["x-3scale-upstream-url: http://backend.test:9999/", "x-3scale-timeout: 500", "x-3scale-service-id: p1"],
        ...["x-3scale-service-token: tok", 'x-3scale-usages: {"hits":1}'],
      ],
    },
    because: "correction 3: headers of ours that a client sends are removed",
  },
  {
    cases: ["rules-m4: GET /vX1/x?user_key=ok", "rules-m5: GET /o/c?user_key=ok"],
    ours: NO_RULE,
    because: "correction 6: a dot in a pattern is a dot",
  },
  {
    cases: ["rules-m5: GET /oidc?user_key=ok", "rules-m5: GET /oxc/y?user_key=ok"],
    ours: asks(...call("m5.test", "usage[hits]=1")),
    because: "correction 6: a dot in a pattern is a dot",
  },
  {
    cases: ["rules-m6: GET /t?a=12&b=2&user_key=ok", "rules-m21: GET /c?xyz&user_key=ok"],
    ours: NO_RULE,
    because: "correction 6: names and values in a query are compared whole",
  },
  {
    cases: ["rules-m7: GET /plus+plus?user_key=ok"],
    ours: passes(...call("m7.test", "usage[pl]=1")),
    because: "correction 6: literals are literal",
  },
  {
    cases: ["rules-m7: GET /star*x?user_key=ok"],
    ours: passes(...call("m7.test", "usage[st]=1")),
    because: "correction 6: literals are literal",
  },
  {
    cases: ["rules-m7: GET /par(a)b?user_key=ok"],
    ours: passes(...call("m7.test", "usage[pa]=1")),
    because: "correction 6: literals are literal",
  },
  {
    cases: ["rules-m7: GET /b[xy]?user_key=ok"],
    ours: passes(...call("m7.test", "usage[br]=1")),
    because: "correction 6: literals are literal",
  },
  {
    cases: [
      ...["rules-m7: GET /starrrx?user_key=ok", "rules-m7: GET /bx?user_key=ok", "rules-m17: GET /x?user_key=ok"],
      ...["rules-m17: GET ///?user_key=ok", "rules-m18: GET /x?user_key=ok", "rules-m19: GET /x?user_key=ok"],
    ],
    ours: NO_RULE,
    because: "correction 6: literals are literal",
  },
  {
    cases: ["rules-m13: GET /a/|/b?user_key=ok"],
    ours: passes(...call("m13.test", "usage[hits]=1", "usage[i]=1")),
    because: "correction 6: a placeholder takes any character of a segment",
  },
  {
    cases: ["rules-m20: GET /b$c?user_key=ok"],
    ours: passes(...call("m20.test", "usage[hits]=1")),
    because: "correction 6: a dollar sign inside a path is literal",
  },
  {
    cases: ["rules-m20: GET /$/d?user_key=ok"],
    ours: passes(...call("m20.test", "usage[d]=1")),
    because: "correction 6: a dollar sign inside a path is literal",
  },
  {
    cases: ["config rule bad regex"],
    ours: ACCEPTED_WITHOUT_RULE,
    because: "correction 6: a pattern is no regular expression that could be a bad one",
  },
  {
    cases: ["rules-m21: GET /b?user_key=ok"],
    ours: passes(...call("m21.test", "usage[b]=1")),
    because: "decision 6: an empty query condition asks nothing",
  },
  {
    cases: ["rules-m22: GET /q?a=1&user_key=ok"],
    ours: passes(...call("m22.test", "usage[hits]=1")),
    because: "decision 6: of conditions on the same name the last counts",
  },
  {
    cases: [
      "config rule pattern with JSON \\u0026 escape",
      "config rule method with JSON escape",
      "config rule pattern utf8 escaped \\u00e9",
    ],
    ours: passes(...call("1", "usage[hits]=1")),
    because: "correction 7: any JSON string",
  },
  {
    cases: ["backend config b_timeout0"],
    ours: { callTimeoutMs: 1000 },
    because: "correction 8: a timeout of 0 is the default",
  },
  {
    cases: ["config credentials null app_id"],
    ours: passes(...call("1", "usage[hits]=1")),
    because: "correction 10: null is absent",
  },
  {
    cases: ["config timeout null"],
    ours: { ...passes(...call("1", "usage[hits]=1")), callTimeoutMs: 1000 },
    because: "correction 10: null is absent",
  },
  {
    cases: ["config mapping_rules null"],
    ours: ACCEPTED_WITHOUT_RULE,
    because: "correction 10: null is absent",
  },
  {
    cases: ["op strlen utf8 max 3 <- \xc3\xb1\xc3\xb1\xc3\xb1"],
    ours: passes(...call("op16.test", "user_key=\xc3\xb1\xc3\xb1\xc3\xb1", "usage[hits]=1")),
    because: "correction 11: strlen counts characters where it is told utf8",
  },
  {
    cases: ["op dup -1 <- a:b:c"],
    ours: passes(...call("op42.test", "user_key=a|b|c|c", "usage[hits]=1")),
    because: "correction 11: negative indexes count from the end",
  },
  {
    cases: ["op dup -2 <- a:b:c"],
    ours: passes(...call("op43.test", "user_key=a|b|c|b", "usage[hits]=1")),
    because: "correction 11: negative indexes count from the end",
  },
  {
    cases: ["op swap 0 -1 <- a:b:c"],
    ours: passes(...call("op60.test", "user_key=c|b|a", "usage[hits]=1")),
    because: "correction 11: negative indexes count from the end",
  },
  {
    cases: ["basic auth unpadded base64"],
    ours: passes(...callOf("c3", "app_id=ab", "app_key=c", "usage[hits]=1")),
    because: "correction 12: base64 needs no padding",
  },
  {
    cases: ["op base64_urlsafe <- aGVsbA"],
    ours: passes(...call("op111.test", "user_key=hell", "usage[hits]=1")),
    because: "correction 12: base64 needs no padding",
  },
  {
    cases: ["op base64_urlsafe <- aGVsbG8"],
    ours: passes(...call("op111.test", "user_key=hello", "usage[hits]=1")),
    because: "correction 12: base64 needs no padding",
  },
  {
    cases: ["jwt token1 service j2"],
    ours: withPayload(TOKEN_1, ...callOf("j2", "app_id=client-1", "usage[hits]=1")),
    because: "correction 12: base64 needs no padding",
  },
  {
    cases: ["jwt token2 service j2"],
    ours: withPayload(TOKEN_2, ...callOf("j2", "app_id=a1", "usage[hits]=1")),
    because: "corrections 12 and 13: base64 needs no padding, json gives lists",
  },
  {
    cases: [`op json keys ['o'] <- {"s":"v1","n":5,"f":1.5,"b":true,"z":null,"l":["x","y",3],"o`],
    ours: passes(...call("op118.test", "user_key=deep", "usage[hits]=1")),
    because: "correction 13: json gives what filter gives",
  },
  {
    cases: [`op json path s keys [] <- {"s":"v1","n":5,"f":1.5,"b":true,"z":null,"l":["x","y",3],"o`],
    ours: passes(...call("op129.test", "user_key=v1", "usage[hits]=1")),
    because: "correction 13: json needs no keys",
  },
  {
    cases: ["authority upper-case in config", "authority upper-case in config and request"],
    ours: hit("s4"),
    because: "correction 14: authorities are compared case-insensitively",
  },
  {
    cases: ["empty query value", "empty header value"],
    ours: NO_CREDENTIALS,
    because: "correction 15: an empty value is no credential",
  },
  {
    cases: ["first empty then non-empty query"],
    ours: asks(...call("s1", "user_key=x", "usage[hits]=1")),
    because: "correction 15: an empty value is no credential",
  },
  {
    cases: ["authority ipv6 long form", "authority ipv4 hex form", "authority ipv4 short"],
    ours: UNKNOWN_SERVICE,
    because: "correction 24: authorities are compared as they are written",
  },
  {
    cases: ["authority regex chars literal"],
    ours: hit("s7"),
    because: "correction 24: an authority need not be a URL's",
  },
  {
    cases: ["authority empty"],
    ours: { body: "Unknown service\n" },
    because: "decision 8: the empty authority is matched like any other",
  },
  {
    cases: [
      ...["rules-m9: GET /pub/%2e%2e/secret?user_key=ok", "rules-m9: GET /secret/../pub?user_key=ok"],
      ...["rules-m9: GET /pub\\..\\secret?user_key=ok", "rules-m9: GET /pub;/../secret?user_key=ok"],
      ...["rules-m9: GET /pub/../../secret?user_key=ok"],
    ],
    ours: AMBIGUOUS,
    because: "correction 25: readings of the path select different usages",
  },
  {
    cases: ["rules-m9: GET /%73ecret?user_key=ok"],
    ours: passes(...call("m9.test", "usage[secret]=10")),
    because: "correction 25: unreserved characters are percent-decoded",
  },
  {
    cases: ["config url file"],
    ours: { status: "refused", body: "", calls: [], passes: false },
    because: "decision 7: the URL of the backend is http or https",
  },
  {
    cases: ["system: static + fetched (token replaced?)"],
    ours: asks("service_id=102", "service_token=static-token", "user_key=ok", "usage[st]=1"),
    because: "correction 18: what is configured wins",
  },
];
