import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { latin1 } from "../../emulator/index.ts";
import { ConfigurationProbe } from "../support/plugin.ts";

const SCHEMA = new URL("../../schema/v1.schema.json", import.meta.url);
/** Constants alone, so that it runs outside the module as well. */
const OPERATION_TABLE = new URL("../../assembly/core/credentials/operations/table.ts", import.meta.url);
const FIXTURES = new URL("../fixtures/config/", import.meta.url);

/** A configuration on which schema and plugin differ, as no schema can do otherwise. */
interface Difference {
  name: string;
  reason: string;
  /** Not UTF-8 where it is bytes. */
  configuration: string | Uint8Array;
  /** The code of the plugin's error. */
  code: string;
}

const DUPLICATES = "a schema sees the object that was read, of which the last of two fields is left";
const INTEGERS = "1.0 and 1e3 are integers to JSON Schema, which looks at values and not at how they are written";
const DOUBLES = "most JSON readers keep numbers as doubles, which hold the integers of more than 53 bits only roughly";
const DEPTH = "JSON Schema has no notion of depth";
const NESTING = "JSON Schema has no notion of depth, and the plugin bounds that of operations for its stack's sake";
const ENCODING = "a schema sees decoded text: editors and readers drop a byte order mark and mend what is not UTF-8";
const SURROGATES = "readers keep a \\u escape that is half a character, but no UTF-8 stands for it";

const SCHEMA_CANNOT: Difference[] = [
  { name: "a field twice", reason: DUPLICATES, configuration: '{"api": "v1", "api": "v1"}', code: "duplicate-field" },
  {
    name: "a field twice, once null",
    reason: DUPLICATES,
    configuration: '{"api": null, "api": "v1"}',
    code: "duplicate-field",
  },
  {
    name: "a field twice, deep",
    reason: DUPLICATES,
    configuration: withRule('"pattern": "/", "pattern": "/"'),
    code: "duplicate-field",
  },
  {
    name: "a field twice, once escaped",
    reason: DUPLICATES,
    configuration: '{"api": "v1", "\\u0061pi": "v1"}',
    code: "duplicate-field",
  },
  { name: "a delta of 1.0", reason: INTEGERS, configuration: withDelta("1.0"), code: "invalid-value" },
  { name: "a delta of 1e3", reason: INTEGERS, configuration: withDelta("1e3"), code: "invalid-value" },
  { name: "a timeout of 1000.0", reason: INTEGERS, configuration: withTimeout("1000.0"), code: "invalid-value" },
  { name: "a timeout of 1E3", reason: INTEGERS, configuration: withTimeout("1E3"), code: "invalid-value" },
  { name: "a delta of -0.0", reason: INTEGERS, configuration: withDelta("-0.0"), code: "invalid-value" },
  {
    name: "a status of 502.0",
    reason: INTEGERS,
    configuration: withBackend('"on_failure": {"status": 502.0}'),
    code: "invalid-value",
  },
  { name: "a ttl of 600.0", reason: INTEGERS, configuration: withTtl("600.0"), code: "invalid-value" },
  { name: "a delta of 2^63", reason: DOUBLES, configuration: withDelta("9223372036854775808"), code: "invalid-value" },
  {
    name: "a delta under -2^63",
    reason: DOUBLES,
    configuration: withDelta("-9223372036854775809"),
    code: "invalid-value",
  },
  {
    name: "a timeout a little over 2^32 - 1",
    reason: DOUBLES,
    configuration: withTimeout("4294967295.00000000001"),
    code: "invalid-value",
  },
  { name: "129 levels", reason: DEPTH, configuration: nested(128), code: "syntax" },
  { name: "operations 33 levels deep", reason: NESTING, configuration: withOperations(33), code: "invalid-value" },
  { name: "a byte order mark", reason: ENCODING, configuration: '\ufeff{"api": "v1"}', code: "syntax" },
  { name: "Latin-1", reason: ENCODING, configuration: latin1('{"api": "v1", "x": "\xe9"}'), code: "syntax" },
  {
    name: "an overlong form",
    reason: ENCODING,
    configuration: latin1('{"api": "v1", "x": "\xc0\xaf"}'),
    code: "syntax",
  },
  {
    name: "a surrogate as UTF-8",
    reason: ENCODING,
    configuration: latin1('{"api": "v1", "x": "\xed\xa0\x80"}'),
    code: "syntax",
  },
  { name: "half a surrogate pair", reason: SURROGATES, configuration: '{"api": "v1", "x": "\\ud800"}', code: "syntax" },
  {
    name: "a surrogate pair in disorder",
    reason: SURROGATES,
    configuration: '{"api": "v1", "x": "\\udc00\\ud800"}',
    code: "syntax",
  },
];

const probe = await ConfigurationProbe.load();
const schema = JSON.parse(await readFile(SCHEMA, "utf8")) as object;
const validate: ValidateFunction = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

for (const kind of ["good", "bad"] as const) {
  const directory = new URL(`${kind}/`, FIXTURES);
  const files = (await readdir(directory)).filter((name) => name.endsWith(".json")).sort();

  suite(`${kind} configurations`, () => {
    for (const file of files) {
      test(file, async () => {
        const text = await readFile(new URL(file, directory), "utf8");
        const { accepted, lines } = probe.check(text);
        const bySchema = validate(JSON.parse(text));
        assert.equal(bySchema, kind === "good", `the schema: ${explain(validate.errors)}`);
        assert.equal(accepted, kind === "good", `the plugin: ${lines.join("\n")}`);
      });
    }
  });

  test(`there are enough ${kind} configurations`, () => {
    assert.ok(files.length >= (kind === "good" ? 25 : 60), String(files.length));
  });
}

suite("what the schema cannot express", () => {
  for (const { name, reason, configuration, code } of SCHEMA_CANNOT) {
    test(`${name}: ${reason}`, () => {
      const text = typeof configuration === "string" ? configuration : new TextDecoder().decode(configuration);
      assert.equal(validate(JSON.parse(text.replace(/^\ufeff/, ""))), true, explain(validate.errors));
      const { accepted, lines } = probe.check(configuration);
      assert.equal(accepted, false);
      assert.equal(lines[0], "3scale-auth: configuration refused: 1 error");
      assert.match(lines[1] ?? "", new RegExp(`^3scale-auth: error at .* \\[${code}\\]$`));
    });
  }

  test("128 levels are no matter", () => {
    const text = nested(127);
    assert.equal(validate(JSON.parse(text)), true);
    assert.equal(probe.check(text).accepted, true);
  });

  test("operations 32 levels deep are no matter", () => {
    const text = withOperations(32);
    assert.equal(validate(JSON.parse(text)), true);
    assert.equal(probe.check(text).accepted, true);
  });
});

test("every field of the schema has a title and a description", () => {
  const bare: string[] = [];
  const root = validate.schema as Schema;
  visitFields(root, root, "", bare);
  const operations = Object.entries(root.$defs?.operation?.oneOf?.[1]?.properties ?? {});
  for (const [name, operation] of operations) visitFields(root, operation, `operation.${name}`, bare);
  assert.deepEqual(bare, []);
});

test("the schema knows the plugin's operations, their parameters and which of these are required", async () => {
  const { OPERATIONS, canBeBare } = (await import(OPERATION_TABLE.href)) as OperationTable;
  const [bare, objects] = (validate.schema as Schema).$defs?.operation?.oneOf ?? [];
  assert.deepEqual(
    [...(bare?.enum ?? [])].sort(),
    OPERATIONS.filter(canBeBare)
      .map(({ name }) => name)
      .sort(),
  );
  const properties = Object.entries(objects?.properties ?? {});
  const known = properties.map(([name, { properties = {}, required = [] }]) => ({
    name,
    fields: Object.keys(properties).sort(),
    required,
  }));
  const wanted = OPERATIONS.map(({ name, fields }) => ({
    name,
    fields: fields.map((field) => field.name).sort(),
    required: fields.filter((field) => field.required).map((field) => field.name),
  }));
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  assert.deepEqual(known.sort(byName), wanted.sort(byName));
});

/** What the plugin's table of operations exports, as far as it matters here. */
interface OperationTable {
  OPERATIONS: { name: string; fields: { name: string; required: boolean }[] }[];
  canBeBare(operation: { name: string; fields: { name: string; required: boolean }[] }): boolean;
}

interface Schema {
  title?: string;
  description?: string;
  $ref?: string;
  $defs?: Record<string, Schema>;
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
  enum?: string[];
  required?: string[];
}

/** Conditions repeat fields only to narrow them: they are not visited. */
function visitFields(root: Schema, schema: Schema, path: string, bare: string[]): void {
  const target = schema.$ref === undefined ? schema : root.$defs?.[schema.$ref.replace("#/$defs/", "")];
  assert.ok(target, `${path} refers to ${schema.$ref ?? ""}`);
  // Operations have operations in them.
  if (path.startsWith("operation") && target.items?.$ref === "#/$defs/operation") return;
  if (!(schema.title ?? target.title) || !(schema.description ?? target.description)) bare.push(path);
  for (const [name, field] of Object.entries(target.properties ?? {}))
    visitFields(root, field, `${path}.${name}`, bare);
  if (target.items !== undefined) visitFields(root, target.items, `${path}[]`, bare);
}

function explain(errors: ErrorObject[] | null | undefined): string {
  return (errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`).join("; ");
}

/** Arrays in arrays below a field that is not known, in an object. */
function nested(arrays: number): string {
  return `{"api": "v1", "x": ${"[".repeat(arrays)}${"]".repeat(arrays)}}`;
}

function withRule(pattern: string): string {
  const rule = `{"method": "GET", ${pattern}, "usages": []}`;
  const credentials = '{"user_key": []}';
  return `{"api": "v1", "services": [{"id": "1", "authorities": [], "credentials": ${credentials}, "mapping_rules": [${rule}]}]}`;
}

function withDelta(delta: string): string {
  return withRule('"pattern": "/"').replace('"usages": []', `"usages": [{"name": "hits", "delta": ${delta}}]`);
}

function withBackend(field: string): string {
  return `{"api": "v1", "backend": {"upstream": {"name": "b", "url": "http://b"}, ${field}}}`;
}

function withTimeout(timeout: string): string {
  return `{"api": "v1", "backend": {"upstream": {"name": "b", "url": "http://b", "timeout": ${timeout}}}}`;
}

function withTtl(ttl: string): string {
  return `{"api": "v1", "system": {"upstream": {"name": "s", "url": "http://s"}, "token": "t", "ttl": ${ttl}}}`;
}

/** Operations in operations. */
function withOperations(levels: number): string {
  const ops = `${'[{"any": '.repeat(levels)}["ok"]${"}]".repeat(levels)}`;
  const credentials = `{"user_key": [{"header": {"keys": [], "ops": ${ops}}}]}`;
  return withRule('"pattern": "/"').replace('{"user_key": []}', credentials);
}
