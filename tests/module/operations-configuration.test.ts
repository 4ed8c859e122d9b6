import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { OPERATIONS, type OperationSpec, type ParamName, type ParamSpec } from "../support/operations-table.ts";
import { ConfigurationProbe } from "../support/plugin.ts";

const PATH = "services[0].credentials.user_key[0].header.ops";
const NAMES = OPERATIONS.map(({ name }) => name).join(", ");

const OPERATION = 'the name of an operation such as "strrev", or an object with the name of one as its only field';
const NEEDS_PARAMETERS = 'the operation with its parameters, as {"prefix": "a"}: it cannot do without them';
const COUNT = "a whole number from 0 to 4294967295";
const INDEX = "a whole number, an index into the stack";
const INDEXES = "an array of whole numbers, indexes into the stack";
const STRINGS = "an array of strings";
const LOG_LEVEL = '"trace", "debug", "info", "warn", "error" or "critical"';

/** A wrong value: its JSON with `§` where the fault is, the rest of the path to it, and the words for it. */
type Fault = [json: string, path: string, found: string, expected: string, code: string];

/** What a parameter of each type may be, and what not. */
const TYPES: Record<Exclude<ParamName, "None">, { good: string[]; missing: string; bad: Fault[] }> = {
  Text: {
    good: ['""', '"a"', '"\\u0000é😀"'],
    missing: "a string",
    // The number is not shown: the text may be a credential to fall back on.
    bad: [["§1", "", "a number", "a string", "wrong-type"], ...wrongTypes("a string", ["true", "{}", "[]"])],
  },
  Count: {
    good: ["0", "1", "4294967295"],
    missing: COUNT,
    bad: [...wrongTypes(COUNT, ['"1"', "false", "{}", "[]"]), ...outside(COUNT, ["-1", "4294967296", "1.5", "1e2"])],
  },
  Index: {
    good: ["0", "-1", "9007199254740991", "-9007199254740991"],
    missing: INDEX,
    bad: [
      ...wrongTypes(INDEX, ['"0"', "true", "{}", "[]"]),
      ...outside(INDEX, ["0.5", "9007199254740992", "-9007199254740992", "99999999999999999999"]),
    ],
  },
  Indexes: {
    good: ["[]", "[0]", "[0, -1, 0]"],
    missing: INDEXES,
    bad: [
      ...wrongTypes(INDEXES, ["1", '"0"', "{}"]),
      ["[0, §null]", "[1]", "null", INDEX, "wrong-type"],
      ['[§"0"]', "[0]", "a string", INDEX, "wrong-type"],
      ["[§0.5]", "[0]", "the number 0.5", INDEX, "invalid-value"],
    ],
  },
  Texts: textsWith('["", "a"]'),
  Globs: textsWith('["", "*", "\\\\", "++?"]'),
  Operations: {
    good: ["[]", '["ok"]', '["ok", {"and": []}]'],
    missing: "an array of operations",
    bad: [
      ...wrongTypes("an array of operations", ["1", '"ok"', "{}"]),
      ['[§"splt"]', "[0]", '"splt"', 'perhaps "split"', "invalid-value"],
      ['["ok", §1]', "[1]", "the number 1", OPERATION, "wrong-type"],
    ],
  },
  Operation: {
    good: ['"ok"', '{"prefix": "a"}'],
    missing: OPERATION,
    bad: [
      ...wrongTypes(OPERATION, ["1", "true", "[]"]),
      ['§"revers"', "", '"revers"', 'perhaps "reverse"', "invalid-value"],
      ["§{}", "", "no name", OPERATION, "invalid-value"],
    ],
  },
  LengthMode: namesWith('"utf8" or "bytes"', ['"utf8"', '"bytes"', '"UTF8"', '"Bytes"']),
  Placement: namesWith('"append" or "prepend"', ['"append"', '"prepend"', '"Append"']),
  LogLevel: namesWith(LOG_LEVEL, ['"trace"', '"debug"', '"info"', '"warn"', '"error"', '"critical"', '"WARN"']),
};

suite("configuration of operations", async () => {
  const probe = await ConfigurationProbe.load();

  function check(ops: string): { accepted: boolean; lines: string[] } {
    const { accepted, lines } = probe.update(configurationOf(ops.replace("§", "")));
    // What is said of headers read as JSON is no matter of operations.
    const told = lines
      .map((line) => line.replace(/^3scale-auth: /, ""))
      .filter((line) => !line.endsWith("[suspicious]"));
    return { accepted, lines: told.filter((line) => !line.startsWith("configuration ")) };
  }

  const accepts = (ops: string) => {
    assert.deepEqual(check(ops), { accepted: true, lines: [] }, ops);
  };
  const refuses = (ops: string, path: string, found: string, expected: string, code: string) => {
    assert.deepEqual(check(ops), { accepted: false, lines: [message("error", ops, path, found, expected, code)] }, ops);
  };
  const warns = (ops: string, path: string, found: string, expected: string) => {
    const line = message("warning", ops, path, found, expected, "unknown-field");
    assert.deepEqual(check(ops), { accepted: true, lines: [line] }, ops);
  };

  for (const operation of OPERATIONS) {
    suite(operation.name, () => {
      const { name, value, fields } = operation;
      const params = value === undefined ? fields : [value];

      test("by its bare name, and null", () => {
        if (params.some(({ required }) => required)) {
          refuses(`[§"${name}"]`, "[0]", `"${name}"`, NEEDS_PARAMETERS, "invalid-value");
          refuses(`[{"${name}": §null}]`, `[0].${name}`, "null", NEEDS_PARAMETERS, "invalid-value");
        } else {
          accepts(`["${name}"]`);
          accepts(`[{"${name}": null}]`);
        }
      });

      test("with what it does not take", () => {
        if (value === undefined && fields.length === 0) {
          for (const [json, found] of [
            ["{}", "an object"],
            ["1", "a number"],
            ["true", "true"],
            ["[]", "an array"],
          ]) {
            const expected = "the bare name of this operation: it takes no parameters";
            refuses(`[{"${name}": §${json!}}]`, `[0].${name}`, found!, expected, "wrong-type");
          }
        } else if (value === undefined) {
          for (const [json, found] of [
            ["1", "the number 1"],
            ['"a"', "a string"],
            ["[]", "an array"],
          ]) {
            refuses(`[{"${name}": §${json!}}]`, `[0].${name}`, found!, "an object", "wrong-type");
          }
          const given = objectOf(operation, {}, ['§"other_": [{}, null]']);
          const offered = `one of ${fields.map((field) => field.name).join(", ")} (this field is ignored)`;
          warns(`[{"${name}": ${given}}]`, `[0].${name}`, 'the unknown field "other_"', offered);
        }
      });

      for (const param of params) {
        const { good, missing, bad } = TYPES[param.type as Exclude<ParamName, "None">];
        const write = (json: string) =>
          `[{"${name}": ${param === value ? json : objectOf(operation, { [param.name]: json }, [])}}]`;
        const path = `[0].${name}${param === value ? "" : `.${param.name}`}`;

        test(`${param === value ? "its value" : param.name}: what it may be`, () => {
          for (const json of good) accepts(write(json));
        });

        test(`${param === value ? "its value" : param.name}: what it may not be`, () => {
          for (const [json, more, found, expected, code] of bad)
            refuses(write(json), path + more, found, expected, code);
        });

        if (param === value) continue;
        test(`${param.name}: left out, null, twice`, () => {
          const without = `[{"${name}": §${objectOf(operation, { [param.name]: undefined }, [])}}]`;
          const withNull = `[{"${name}": §${objectOf(operation, { [param.name]: "null" }, [])}}]`;
          for (const ops of [without, withNull]) {
            if (param.required) refuses(ops, path, "nothing", missing, "missing-field");
            else accepts(ops.replace("§", ""));
          }
          const twice = objectOf(operation, { [param.name]: good[0] }, [`§"${param.name}": ${good[0]!}`]);
          refuses(`[{"${name}": ${twice}}]`, path, "the field a second time", "each field once", "duplicate-field");
        });
      }
    });
  }

  test("what is no list of operations", () => {
    for (const json of ["{}", "1", '"ok"', "true"]) {
      const [, found] = wrongTypes("", [json])[0]!.slice(1);
      refuses(`§${json}`, "", found!, "an array of operations", "wrong-type");
    }
    accepts("[]");
    accepts("null");
  });

  test("what is no operation", () => {
    for (const [json, , found, expected, code] of wrongTypes(OPERATION, ["1", "true", "[]", "null"])) {
      refuses(`[${json}]`, "[0]", found, expected, code);
    }
    refuses("[§{}]", "[0]", "no name", OPERATION, "invalid-value");
    refuses('["ok", §{"strrev": null, "ok": null}]', "[1]", "2 names", OPERATION, "invalid-value");
    refuses('[{"ok": null, §"ok": null}]', "[0].ok", "the field a second time", "each field once", "duplicate-field");
  });

  test("an unknown operation is told the nearest name", () => {
    for (const { name } of OPERATIONS) {
      const wrong = name.length > 3 ? `${name}_` : `${name}${name}x`;
      const known = check(`["${wrong}"]`).lines[0];
      if (name.length > 3)
        assert.equal(
          known,
          message("error", `[§"${wrong}"]`, "[0]", `"${wrong}"`, `perhaps "${name}"`, "invalid-value"),
        );
    }
    refuses('[§"Split"]', "[0]", '"Split"', 'perhaps "split"', "invalid-value");
    refuses('[{§"Split": {}}]', "[0]", 'the unknown field "Split"', 'perhaps "split"', "unknown-field");
    refuses('[{§"base64": {}}]', "[0]", 'the unknown field "base64"', `one of ${NAMES}`, "unknown-field");
    refuses('[§"something_else"]', "[0]", '"something_else"', OPERATION, "invalid-value");
    refuses('[§""]', "[0]", '""', 'perhaps "ok"', "invalid-value");
    refuses('[{"and": [{"or": [§"splitt"]}]}]', "[0].and[0].or[0]", '"splitt"', 'perhaps "split"', "invalid-value");
  });

  test("an unknown parameter is told the nearest name, and ignored", () => {
    const perhaps = (name: string) => `perhaps "${name}" (this field is ignored)`;
    warns('[{"split": {§"seperator": "a"}}]', "[0].split", 'the unknown field "seperator"', perhaps("separator"));
    warns('[{"strlen": {§"Min": 1}}]', "[0].strlen", 'the unknown field "Min"', perhaps("min"));
    warns('[{"json": {"keys": [], §"pathh": []}}]', "[0].json", 'the unknown field "pathh"', perhaps("path"));
  });

  test("every fault is told at once", () => {
    const { accepted, lines } = check('[{"prefix": 1}, "splt", {"swap": {}}, {"log": {"msg": "a", "level": "x"}}]');
    assert.equal(accepted, false);
    assert.deepEqual(
      lines.map((line) => /\.ops(\S*) .*\[(.*)\]$/.exec(line)?.slice(1)),
      [
        ["[0].prefix", "wrong-type"],
        ["[1]", "invalid-value"],
        ["[2].swap.from", "missing-field"],
        ["[2].swap.to", "missing-field"],
        ["[3].log.level", "invalid-value"],
      ],
    );
  });
});

/** A configuration in one line, with these operations on a header. */
function configurationOf(ops: string): string {
  return (
    '{"api": "v1", "services": [{"id": "1", "token": "t", "authorities": ["a"], "backend": {}, ' +
    '"mapping_rules": [{"method": "GET", "pattern": "/", "usages": [{"name": "hits", "delta": 1}]}], ' +
    `"credentials": {"user_key": [{"header": {"keys": ["x"], "ops": ${ops}}}]}}], ` +
    '"backend": {"upstream": {"name": "b", "url": "http://b"}}}'
  ).replace('"backend": {}, ', "");
}

/** The line that is logged of a fault; `§` in `ops` stands where it is. */
function message(kind: string, ops: string, path: string, found: string, expected: string, code: string): string {
  const text = configurationOf(ops);
  const column = Buffer.byteLength(text.slice(0, text.indexOf("§"))) + 1;
  return `${kind} at ${PATH}${path} (line 1, column ${String(column)}): found ${found}; expected ${expected} [${code}]`;
}

/** An object for the fields of an operation: what is given, a good value for each other that is required, and `more`. */
function objectOf(operation: OperationSpec, given: Record<string, string | undefined>, more: string[]): string {
  const written = operation.fields.flatMap((field: ParamSpec) => {
    const { good } = TYPES[field.type as Exclude<ParamName, "None">];
    const json = field.name in given ? given[field.name] : field.required ? good[0] : undefined;
    return json === undefined ? [] : [`"${field.name}": ${json}`];
  });
  return `{${[...written, ...more].join(", ")}}`;
}

function wrongTypes(expected: string, values: string[]): Fault[] {
  return values.map((json) => {
    const value: unknown = JSON.parse(json);
    const word = Array.isArray(value)
      ? "an array"
      : typeof value === "object" && value !== null
        ? "an object"
        : undefined;
    const found =
      word ?? (typeof value === "string" ? "a string" : typeof value === "number" ? `the number ${json}` : json);
    return [`§${json}`, "", found, expected, "wrong-type"];
  });
}

function outside(expected: string, numbers: string[]): Fault[] {
  return numbers.map((json) => [`§${json}`, "", `the number ${json}`, expected, "invalid-value"]);
}

function textsWith(good: string) {
  const element: Fault[] = [
    ['["a", §null]', "[1]", "null", "a string", "wrong-type"],
    ["[§1]", "[0]", "the number 1", "a string", "wrong-type"],
    ["[§[]]", "[0]", "an array", "a string", "wrong-type"],
  ];
  return { good: ["[]", good], missing: STRINGS, bad: [...wrongTypes(STRINGS, ['"a"', "1", "{}"]), ...element] };
}

function namesWith(expected: string, good: string[]) {
  const unknown: Fault[] = [
    ['§"other"', "", '"other"', expected, "invalid-value"],
    ['§""', "", '""', expected, "invalid-value"],
  ];
  return { good, missing: expected, bad: [...wrongTypes(expected, ["1", "true", "{}", "[]"]), ...unknown] };
}
