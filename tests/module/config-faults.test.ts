import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ConfigurationProbe, type Verdict } from "../support/plugin.ts";
import { CREDENTIALS } from "./config-faults/credentials.ts";
import type { Fault } from "./config-faults/fault.ts";
import { MAPPING_RULES } from "./config-faults/mapping-rules.ts";
import { NAMES } from "./config-faults/names.ts";
import { OPERATIONS } from "./config-faults/operations.ts";
import { PLACES } from "./config-faults/places.ts";
import { SEVERAL } from "./config-faults/several.ts";
import { SYNTAX } from "./config-faults/syntax.ts";
import { TYPES } from "./config-faults/types.ts";
import { UPSTREAMS } from "./config-faults/upstreams.ts";
import { WARNINGS } from "./config-faults/warnings.ts";
import { configuration } from "./config-text.ts";

/** The plugin reads a configuration in pieces of so many bytes. */
const WINDOW_BYTES = 32_768;
const CAP = 20;

const SECTIONS: Record<string, Fault[]> = {
  "faults in the JSON": SYNTAX,
  "types and missing fields": TYPES,
  "unknown and reserved names": NAMES,
  credentials: CREDENTIALS,
  operations: OPERATIONS,
  "mapping rules": MAPPING_RULES,
  upstreams: UPSTREAMS,
  "several faults at once": SEVERAL,
  warnings: WARNINGS,
  places: PLACES,
};

const probe = await ConfigurationProbe.load();

/** What is said between the line that begins a refusal and the one that ends an acceptance. */
function said({ accepted, lines }: Verdict): string[] {
  return (accepted ? lines.slice(0, -1) : lines.slice(1)).map((line) => line.replace(/^3scale-auth: /, ""));
}

for (const [section, faults] of Object.entries(SECTIONS)) {
  suite(section, () => {
    for (const { name, configuration: text, says } of faults) {
      test(name, () => {
        const verdict = probe.check(text);
        const errors = says.filter((line) => line.startsWith("error")).length;
        assert.deepEqual(said(verdict), says);
        assert.equal(verdict.accepted, errors === 0);
        if (errors > 0) {
          const count = errors === 1 ? "1 error" : `${String(errors)} errors`;
          assert.equal(verdict.lines[0], `3scale-auth: configuration refused: ${count}`);
        } else {
          assert.match(verdict.lines.at(-1) ?? "", /^3scale-auth: configuration accepted: \d+ service\(s\)$/);
        }
      });
    }
  });
}

test("there are at least 60 broken configurations", () => {
  const broken = Object.values(SECTIONS).flatMap((faults) =>
    faults.filter(({ says }) => says.some((line) => line.startsWith("error"))),
  );
  assert.ok(broken.length >= 60, String(broken.length));
});

test("errors are logged as errors, warnings as warnings", () => {
  const { logs } = probe.check(configuration({ id: "1", authorities: "[]" }));
  assert.deepEqual(
    logs.map(({ level, message }) => `${level} ${message.split(" ").slice(1, 4).join(" ")}`),
    ["error configuration refused: 1", "error error at services[0].id", "warn warning at services[0].authorities"],
  );
});

suite(`no more than ${String(CAP)} of a kind are told`, () => {
  const elements = (count: number) => `[${Array<string>(count).fill("1").join(", ")}]`;
  const fields = (count: number) => Array.from({ length: count }, (_, i) => `, "unknown${String(i)}": 1`).join("");

  test("20 errors are all told", () => {
    const { lines } = probe.check(configuration({ authorities: elements(CAP) }));
    assert.equal(lines.length, 1 + CAP);
    assert.equal(lines[0], "3scale-auth: configuration refused: 20 errors");
    assert.match(lines[CAP] ?? "", /^3scale-auth: error at services\[0\]\.authorities\[19\] /);
  });

  for (const [count, rest] of [
    [CAP + 1, "1 more error"],
    [CAP + 2, "2 more errors"],
    [5000, "4980 more errors"],
  ] as const) {
    test(`of ${String(count)} errors the first 20, and how many there are`, () => {
      const { lines } = probe.check(configuration({ authorities: elements(count) }));
      assert.equal(lines.length, 1 + CAP + 1);
      assert.equal(lines[0], `3scale-auth: configuration refused: ${String(count)} errors`);
      assert.equal(lines[CAP + 1], `3scale-auth: and ${rest}`);
    });
  }

  test("of 21 warnings the first 20", () => {
    const { accepted, lines } = probe.check(configuration({ top: fields(CAP + 1) }));
    assert.equal(accepted, true);
    assert.equal(lines.length, CAP + 2);
    assert.equal(lines[CAP], "3scale-auth: and 1 more warning");
  });

  test("warnings take no room from errors, errors none from warnings", () => {
    const { lines } = probe.check(
      configuration({ authorities: elements(CAP + 5), id: "1", service: fields(CAP + 5), api: "1" }),
    );
    const beginnings = lines.map((line) => line.split(" ").slice(1, 3).join(" "));
    assert.deepEqual(beginnings, [
      "configuration refused:",
      ...Array<string>(CAP).fill("error at"),
      "and 7",
      ...Array<string>(CAP).fill("warning at"),
      "and 5",
    ]);
  });
});

suite("a configuration larger than a window", () => {
  const broken = configuration({ id: "1" });
  const place = { line: 5, column: 7 };

  test("a fault behind the first window is placed right, after lines", () => {
    const { lines } = probe.check("\n".repeat(3 * WINDOW_BYTES) + broken);
    const line = place.line + 3 * WINDOW_BYTES;
    assert.equal(lines[1], error("services[0].id", line, place.column, "the number 1", "a string", "wrong-type"));
  });

  test("a fault behind the first window is placed right, in one line", () => {
    const { lines } = probe.check(" ".repeat(2 * WINDOW_BYTES) + '{"api": 1}');
    const column = 2 * WINDOW_BYTES + 9;
    assert.equal(lines[1], error("api", 1, column, "the number 1", '"v1"', "wrong-type"));
  });

  test("every byte of a configuration may be the first of a window", () => {
    const good = configuration({
      id: '"é€😀\\u00e9\\ud83d\\ude00\\n"',
      upstream: '"name": "b", "url": "http://b", "timeout": 12345',
      top: ', "passthrough_metadata": false, "cache": null, "x": [true, -1.5e+3, "é"]',
    });
    const expected = said(probe.check(good)).map(withoutColumn);
    assert.equal(expected.length, 1, "only the unknown field");
    const size = Buffer.byteLength(good);
    for (let split = 1; split < size; split++) {
      const verdict = probe.update(" ".repeat(WINDOW_BYTES - split) + good);
      assert.equal(verdict.accepted, true, `split ${String(split)}: ${verdict.lines.join("\n")}`);
      assert.deepEqual(said(verdict).map(withoutColumn), expected, `split ${String(split)}`);
    }
  });

  test("every byte of a fault may be the first of a window", () => {
    for (const text of [
      '{"api": "v2"}',
      '{"api": nul}',
      '{"api": "\\ud800"}',
      '{"api": "v1", "api": "v1"}',
      '{"api": 1.}',
    ]) {
      const expected = said(probe.check(text));
      for (let split = 1; split < text.length; split++) {
        const shift = WINDOW_BYTES - split;
        const got = said(probe.update(" ".repeat(shift) + text));
        const wanted = expected.map((line) =>
          line.replace(/column (\d+)/, (_, column) => `column ${String(Number(column) + shift)}`),
        );
        assert.deepEqual(got, wanted, `${text} split at ${String(split)}`);
      }
    }
  });

  test("a string longer than a window is read whole", () => {
    const long = "x".repeat(3 * WINDOW_BYTES);
    const pattern = `"/${long}{}"`;
    const { lines } = probe.check(
      configuration({ rules: `[{"method": "GET", "pattern": ${pattern}, "usages": [{"name": "hits", "delta": 1}]}]` }),
    );
    const shown = `"/${"x".repeat(59)}…"`;
    const expected = 'a name between the braces of each placeholder, as "{id}"';
    assert.equal(lines[1], error("services[0].mapping_rules[0].pattern", 9, 48, shown, expected, "invalid-pattern"));
  });
});

function error(path: string, line: number, column: number, found: string, expected: string, code: string): string {
  const place = `${path} (line ${String(line)}, column ${String(column)})`;
  return `3scale-auth: error at ${place}: found ${found}; expected ${expected} [${code}]`;
}

/** Columns of the first line move with what is put before it. */
function withoutColumn(line: string): string {
  return line.replace(/column \d+/, "column");
}
