import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { EnvoyObject } from "../support/envoy-config.ts";
import { configuration, Gateway, service } from "../support/gateway.ts";

/** Pattern, then paths that match, then paths that do not. */
const PATTERNS: readonly [pattern: string, matching: string[], others: string[]][] = [
  ["/v1.0/a", ["/v1.0/a", "/v1.0/abc"], ["/v1x0/a", "/v1.0/b", "/V1.0/a"]],
  ["/a+b", ["/a+b", "/a+bc"], ["/ab", "/aab"]],
  ["/a*", ["/a*", "/a*b"], ["/a", "/aaa"]],
  ["/a|/b", ["/a|/b"], ["/a", "/b"]],
  ["/(a)[bc]^", ["/(a)[bc]^"], ["/ab", "/a"]],
  ["/a(b", ["/a(b"], ["/ab"]],
  ["/\\d", ["/d", "//d"], ["/1"]],
  ["/{id}/x", ["/1/x", "/a.b-c|(/xy"], ["//x", "/a/b/x", "/x"]],
  ["/a{x}b", ["/a1b", "/abbb", "/axbc"], ["/ab", "/a/b"]],
  ["/{*}", ["/a", "/a/b"], ["/"]],
  ["/o{a}{b}$", ["/oxy", "/oxyz"], ["/ox", "/o"]],
  ["/a$", ["/a", "/a?x=1"], ["/ab", "/a/", "/a$"]],
  ["/q$?x=1", ["/q?x=1", "/q?y=2&x=1"], ["/q/r?x=1", "/q?x=2"]],
  ["/a$b", ["/a$b", "/a$bc"], ["/a", "/ab"]],
  ["/$/a", ["/$/a"], ["/a"]],
  ["/", ["/", "/a/b"], []],
  [
    "/s?q=1",
    ["/s?q=1", "/sub?q=1", "/s?a=2&q=1&b", "/s?q=2&q=1", "/s?%71=%31"],
    ["/s?q=12", "/s?q=", "/s?q=1&q=2", "/s?qq=1"],
  ],
  ["/s?q={x}", ["/s?q=1", "/s?q=a/b", "/s?q=%20"], ["/s?q=", "/s?q", "/s", "/s?q=1&q="]],
  ["/s?flag", ["/s?flag", "/s?flag=", "/s?flag=1"], ["/s", "/s?flags", "/s?x=flag"]],
  ["/s?a=1&b=2", ["/s?a=1&b=2", "/s?b=2&c=3&a=1"], ["/s?a=1", "/s?b=2"]],
  ["/s?v=a.b+c", ["/s?v=a.b+c", "/s?v=a.b%20c"], ["/s?v=axb+c", "/s?v=a.b%2Bc"]],
  ["/e?&", ["/e", "/e?x"], ["/f"]],
  ["/d?a={x}&a={y}", ["/d?a=1", "/d?a=1&a=2"], ["/d?a=", "/d"]],
  ["/p?k=v{x}w", ["/p?k=v1w"], ["/p?k=vw", "/p?k=v1"]],
  ["/p?{n}x=1", ["/p?ax=1"], ["/p?x=1", "/p?ax=2"]],
  ["/caf%C3%A9", ["/caf%c3%a9", "/caf%C3%A9/x", "/%63af%C3%a9"], ["/cafe"]],
  ["/%41", ["/A", "/%41"], ["/a"]],
  ["/a//b", ["/a/b", "/a///b"], ["/ab"]],
  ["/x/../y", ["/y"], ["/x/y"]],
];

const MAX = "9223372036854775807";
const usages = (...deltas: number[]) => deltas.map((delta) => ({ name: "hits", delta }));

const PATHS = service({
  authorities: ["paths.test"],
  mapping_rules: [
    { method: "GET", pattern: "/public", usages: [{ name: "public", delta: 1 }] },
    { method: "GET", pattern: "/secret", usages: [{ name: "secret", delta: 10 }] },
    { method: "GET", pattern: "/a%2Fb", usages: [{ name: "escaped", delta: 1 }] },
  ],
});

const SUMS = service({
  authorities: ["sums.test"],
  mapping_rules: [
    { method: "GET", pattern: "/max", usages: [{ name: "hits", delta: "MAX" }] },
    { method: "GET", pattern: "/max/more", usages: usages(5) },
    { method: "GET", pattern: "/negative", usages: usages(-3) },
    { method: "GET", pattern: "/negative/more", usages: usages(4) },
  ],
});

function patternService(pattern: string, index: number): EnvoyObject {
  const mapping_rules = [{ method: "any", pattern, usages: [{ name: "hits", delta: 1 }] }];
  const credentials = { user_key: [{ header: { keys: ["x-key"] } }] };
  return service({ id: String(index), authorities: [`p${String(index)}.test`], credentials, mapping_rules });
}

describe("mapping rules", () => {
  let gateway: Gateway;

  before(async () => {
    const plugin = configuration([...PATTERNS.map(([pattern], i) => patternService(pattern, i)), PATHS, SUMS]);
    // A number that JSON.stringify would round.
    const text = JSON.stringify(plugin).replace('"MAX"', MAX);
    gateway = await Gateway.start({
      gateway: { configuration: text },
      normalized: { configuration: configuration([PATHS]), listener: { hcm: { normalize_path: true } } },
    });
  });
  after(() => gateway.stop());

  PATTERNS.forEach(([pattern, matching, others], index) => {
    it(`correction 6: the pattern ${pattern} is literal but for its placeholders`, async () => {
      const host = `p${String(index)}.test`;
      const statusOf = async (path: string) =>
        (await gateway.send("gateway", { host, path, headers: [["x-key", "k"]] })).answer.status;
      for (const path of matching) assert.equal(await statusOf(path), 200, path);
      for (const path of others) assert.equal(await statusOf(path), 404, path);
    });
  });

  it("correction 6: {} and a brace that is not closed are refused", async () => {
    const broken = ["/a/{}", "/a/{", "/a/{b", "/?q={}", "/?q={x"];
    const rules = (pattern: string) => [{ method: "GET", pattern, usages: usages(1) }];
    const listeners = Object.fromEntries(
      broken.map((pattern, i) => [
        `broken ${String(i)}`,
        { configuration: configuration([service({ mapping_rules: rules(pattern) })]) },
      ]),
    );
    const other = await Gateway.start(listeners);
    try {
      for (const name of Object.keys(listeners)) assert.equal(await other.envoy.listenerActive(name), false, name);
      assert.equal(
        other.envoy.log().match(/services\[0\]\.mapping_rules\[0\]\.pattern.*\[invalid-pattern\]/g)?.length,
        5,
      );
    } finally {
      await other.stop();
    }
  });

  const usagesOf = async (host: string, path: string): Promise<string> => {
    const { answer, calls } = await gateway.send("gateway", { host, path: `${path}?user_key=k` });
    if (calls.length === 0) return `${String(answer.status)} ${answer.body.trim()}`;
    const found = [...new URLSearchParams(calls[0]!.path.split("?")[1])].filter(([name]) => name.startsWith("usage"));
    return found.map(([name, value]) => `${name}=${value}`).join(" ");
  };

  it("correction 16: sums stay at the largest number, a negative delta counts as 0", async () => {
    assert.equal(await usagesOf("sums.test", "/max"), `usage[hits]=${MAX}`);
    assert.equal(await usagesOf("sums.test", "/max/more"), `usage[hits]=${MAX}`);
    assert.equal(await usagesOf("sums.test", "/negative"), "usage[hits]=0");
    assert.equal(await usagesOf("sums.test", "/negative/more"), "usage[hits]=4");
    assert.match(gateway.envoy.log(), /warning at services\[\d+\]\.mapping_rules\[2\]\.usages\[0\]\.delta .*found -3/);
  });

  for (const path of [
    "/public/../secret",
    "/public/%2e%2e/secret",
    "/public/.%2E/secret",
    "/public/x/../../secret",
    "/public/./../secret",
    "/public/..//secret",
    "/public//../secret",
    "/public;/../secret",
    "/public\\..\\secret",
    "/public/..\\secret",
    "/public/../../secret",
    "/secret/../public",
    "/secret/..",
    "/%2e%2e/secret/../public",
    "/public/%2e%2e%2fsecret",
    "/public/..%5csecret",
    "/public/..;x/secret",
  ]) {
    it(`correction 25: a spelling cannot dodge a rule: ${path} is answered 400`, async () => {
      const added = await gateway.outcomesOf(async () => {
        assert.equal(await usagesOf("paths.test", path), "400 Bad Request");
        assert.equal(gateway.api.requests.length, 0);
      });
      assert.deepEqual(added, { ambiguous_path: 1 });
    });
  }

  for (const [path, expected] of [
    ["/%73ecret", "usage[secret]=10"],
    ["/s%65cret/%7Euser", "usage[secret]=10"],
    ["//secret", "usage[secret]=10"],
    ["/secret/./a/../b", "usage[secret]=10"],
    ["/secret/a\\b", "usage[secret]=10"],
    ["/secret..", "usage[secret]=10"],
    ["/a%2fb", "usage[escaped]=1"],
    ["/a%2Fb", "usage[escaped]=1"],
    ["/a/b", "404 No Mapping Rule matched"],
    ["/%2Fsecret", "404 No Mapping Rule matched"],
    ["/public/%252e%252e/secret", "usage[public]=1"],
    ["/x/../y", "404 No Mapping Rule matched"],
  ] as const) {
    it(`correction 25: where all readings of a path agree it is served: ${path}`, async () => {
      assert.equal(await usagesOf("paths.test", path), expected);
    });
  }

  it("correction 25: Envoy's normalize_path settles it earlier", async () => {
    const { answer, calls, passed } = await gateway.send("normalized", {
      ...{ host: "paths.test", path: "/public/../secret?user_key=k" },
    });
    assert.equal(answer.status, 200);
    assert.match(calls[0]?.path ?? "", /usage%5Bsecret%5D=10$/);
    assert.equal(passed[0]?.path, "/secret?user_key=k");
  });
});
