import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { toBytes, type Bytes } from "../../emulator/index.ts";
import { ConfigurationProbe, type Verdict } from "../support/plugin.ts";
import { configuration, rule } from "./config-text.ts";
import { Garbage } from "./config-garbage.ts";

const MEGABYTE = 1 << 20;

/** A bit of everything that a configuration may have. */
const GOOD = configuration({
  upstream: '"name": "b", "url": "https://user:pass@b:8443/base?key=value", "timeout": 500',
  backend: ', "extensions": ["no_body", "flat_usage=1"], "on_failure": {"mode": "deny", "status": 503}',
  id: '"\\u00e9\\ud83d\\ude00é😀"',
  authorities: '["api.example.com", "*.test:8080", "a\\\\*"]',
  credentials:
    '{"user_key": [{"header": {"keys": ["X-Key"], "ops": ["base64_urlsafe", {"split": {"separator": ":", "max": 2}},' +
    ' {"test": {"if": {"any": ["ok"]}, "then": [{"swap": {"from": 0, "to": -1}}]}}]}}],' +
    ' "app_id": [{"filter": {"path": ["envoy.filters.http.jwt_authn", "0"], "keys": ["azp"]}}],' +
    ' "app_key": [{"query_string": {"keys": ["app_key"]}}]}',
  rules: `[${rule({ pattern: '"/v1/{id}$?q={x}"', more: ', "last": true' })}]`,
  service: ', "environment": "staging"',
  top: ', "system": {"upstream": {"name": "s", "url": "http://s"}, "token": "t", "ttl": 60}, "passthrough_metadata": false, "x": [null, {}]',
});

const probe = await ConfigurationProbe.load();

/** Puts a configuration to the plugin, and checks that it was accepted or refused, and that a message says so. */
function judge(text: Bytes, label: string): Verdict {
  let verdict: Verdict;
  try {
    verdict = probe.update(text);
  } catch (error) {
    throw new Error(`${label}: ${(error as Error).message}`, { cause: error });
  }
  const { accepted, lines } = verdict;
  const [first = "", second = ""] = lines;
  if (accepted) {
    assert.match(lines.at(-1) ?? "", /^3scale-auth: configuration accepted: \d+ service\(s\)$/, label);
    assert.ok(!lines.some((line) => line.startsWith("3scale-auth: error")), label);
  } else {
    assert.match(first, /^3scale-auth: configuration refused: [1-9]\d* errors?$/, label);
    assert.match(
      second,
      /^3scale-auth: error at .+ \(line \d+, column \d+\): found .+; expected .+ \[[a-z-]+\]$/,
      label,
    );
  }
  return verdict;
}

test("the configuration that is broken below is a good one", () => {
  assert.equal(judge(GOOD, "good").accepted, true);
});

test("cut off anywhere it is refused, and the message tells that it ends there", () => {
  const bytes = toBytes(GOOD);
  for (let length = 1; length < bytes.length; length++) {
    const { accepted, lines } = judge(bytes.subarray(0, length), `the first ${String(length)} bytes`);
    assert.equal(accepted, false, `the first ${String(length)} bytes`);
    assert.ok(
      lines.some((line) => line.includes("found the end of the configuration;")),
      `the first ${String(length)} bytes: ${lines.join("\n")}`,
    );
  }
});

const DAMAGE: Record<string, (byte: number) => number> = {
  "its lowest bit flipped": (byte) => byte ^ 0x01,
  "its case flipped": (byte) => byte ^ 0x20,
  "its highest bit flipped": (byte) => byte ^ 0x80,
  "a double quote": () => 0x22,
  "a brace": () => 0x7b,
  "a backslash": () => 0x5c,
  NUL: () => 0,
};

for (const [name, damage] of Object.entries(DAMAGE)) {
  test(`each byte in turn made ${name}`, () => {
    const bytes = toBytes(GOOD);
    const verdicts = { accepted: 0, refused: 0 };
    for (let i = 0; i < bytes.length; i++) {
      const damaged = Uint8Array.from(bytes);
      damaged[i] = damage(bytes[i]!);
      const { accepted } = judge(damaged, `byte ${String(i)} made ${name}`);
      verdicts[accepted ? "accepted" : "refused"]++;
    }
    assert.ok(verdicts.refused > bytes.length / 10, JSON.stringify(verdicts));
  });
}

test("bytes left out, and bytes twice", () => {
  const bytes = [...toBytes(GOOD)];
  for (let i = 0; i < bytes.length; i++) {
    judge(Uint8Array.from(bytes.toSpliced(i, 1)), `without byte ${String(i)}`);
    judge(Uint8Array.from(bytes.toSpliced(i, 0, bytes[i]!)), `byte ${String(i)} twice`);
  }
});

suite("garbage", () => {
  test("words of JSON in any order", () => {
    const garbage = new Garbage(1);
    for (let i = 0; i < 5_000; i++) judge(garbage.words(), `document ${String(i)}`);
  });

  test("JSON of any shape with the names of a configuration", () => {
    const garbage = new Garbage(2);
    let wellFormed = 0;
    for (let i = 0; i < 5_000; i++) {
      const text = garbage.json();
      const { lines } = judge(text, `document ${String(i)}: ${text}`);
      if (!lines.some((line) => line.endsWith("[syntax]"))) wellFormed++;
    }
    assert.ok(wellFormed > 4_000, String(wellFormed));
  });

  test("bytes", () => {
    const garbage = new Garbage(3);
    for (let i = 0; i < 5_000; i++) judge(garbage.bytes(), `document ${String(i)}`);
  });

  test("a good configuration damaged in several places", () => {
    const garbage = new Garbage(4);
    for (let i = 0; i < 5_000; i++) judge(garbage.damaged(toBytes(GOOD)), `document ${String(i)}`);
  });
});

suite("large configurations", () => {
  const withUnknown = (value: string) => configuration({ top: `, "x": ${value}` });
  const long = (text: string, sizeBytes = 2 * MEGABYTE) => text.repeat(Math.ceil(sizeBytes / text.length));
  const list = (element: string) => `[${long(`${element}, `)}${element}]`;

  const accepted: Record<string, string> = {
    "2 MB of arrays in an array": withUnknown(list("[]")),
    "2 MB of arrays, each 120 deep": withUnknown(list("[".repeat(120) + "]".repeat(120))),
    "2 MB of objects, each 120 deep": withUnknown(list('{"a":'.repeat(120) + "1" + "}".repeat(120))),
    "2 MB of white space": long(" \n\t\r") + GOOD,
    "an unknown string of 2 MB": withUnknown(`"${long("x")}"`),
    "an unknown name of 2 MB": configuration({ top: `, "${long("x")}": 1` }),
    "an unknown number of 2 MB": withUnknown(long("9")),
    "a token of 2 MB": configuration({ token: `"${long("x")}"` }),
    "an id of 2 MB of escapes": configuration({ id: `"${long("\\u00e9")}"` }),
    "an authority of 2 MB": configuration({ authorities: `["${long("*a")}"]` }),
    "a pattern of 2 MB": configuration({ rules: `[${rule({ pattern: `"/${long("{a}/")}"` })}]` }),
    "a URL of 2 MB": configuration({ upstream: `"name": "b", "url": "http://b/${long("../a/")}?${long("b")}"` }),
    "10,000 mapping rules": configuration({ rules: `[${Array<string>(10_000).fill(rule()).join(",\n")}]` }),
    "10,000 metrics": configuration({
      rules: `[${Array.from({ length: 10_000 }, (_, i) => rule({ usages: `[{"name": "m${String(i)}", "delta": 1}]` })).join()}]`,
    }),
  };
  for (const [name, text] of Object.entries(accepted)) {
    test(`${name} is no matter`, () => {
      assert.equal(judge(text, name).accepted, true);
    });
  }

  const refused: Record<string, string> = {
    "2 MB of opening brackets": long("["),
    "2 MB of opening brackets in a field": withUnknown(long("[")),
    "2 MB of opening braces": withUnknown(long('{"a":')),
    "2 MB of commas": long(","),
    "2 MB of quotes": long('"'),
    "2 MB of NUL": long("\0"),
    "a timeout of 2 MB": configuration({ upstream: `"name": "b", "url": "http://b", "timeout": ${long("9")}` }),
    "a string of 2 MB without an end": `{"api": "${long("x")}`,
    "500,000 faults": configuration({ authorities: list("0") }),
  };
  for (const [name, text] of Object.entries(refused)) {
    test(`${name}: refused, in a few short lines`, () => {
      const { accepted, lines } = judge(text, name);
      assert.equal(accepted, false);
      assert.ok(lines.length <= 22, String(lines.length));
      assert.ok(lines.every((line) => line.length < 400));
    });
  }

  test("1,000 warnings", () => {
    const fields = Array.from({ length: 1_000 }, (_, i) => `, "field${String(i)}": ${String(i)}`).join("");
    const { accepted, lines } = judge(configuration({ service: fields }), "1,000 warnings");
    assert.equal(accepted, true);
    assert.equal(lines.length, 22);
    assert.equal(lines[20], "3scale-auth: and 980 more warnings");
  });
});

test("what is refused leaves nothing behind in the module's memory", async () => {
  const fresh = await ConfigurationProbe.load();
  const broken = [configuration({ id: "1" }), configuration({ top: "," }), GOOD.slice(0, -1), '{"api": "v1"'];
  for (let i = 0; i < 200; i++) fresh.update(broken[i % broken.length]!);
  const pages = fresh.vm.memoryPages;
  for (let i = 0; i < 5_000; i++) fresh.update(broken[i % broken.length]!);
  assert.equal(fresh.vm.memoryPages, pages);
});

test("a configuration that takes another's place leaves nothing of it behind", async () => {
  const fresh = await ConfigurationProbe.load();
  for (let i = 0; i < 200; i++) fresh.update(GOOD);
  const pages = fresh.vm.memoryPages;
  for (let i = 0; i < 5_000; i++) assert.equal(fresh.update(GOOD).accepted, true);
  assert.equal(fresh.vm.memoryPages, pages);
});
