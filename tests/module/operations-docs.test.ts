import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { jsonCell, readSections, type Section, type Table } from "../support/operations-docs.ts";
import { OperationsModule } from "../support/operations-module.ts";
import { CredentialsProbe, type LookupInput } from "../support/operations-plugin.ts";
import { LIMITS, type Operation } from "../support/operations-reference.ts";
import { encodeStruct } from "../support/operations-struct.ts";
import { OPERATIONS, type ParamName, type ParamSpec } from "../support/operations-table.ts";

const DOCUMENT = new URL("../../docs/operations.md", import.meta.url);
const CATEGORIES = ["decode", "string", "stack", "check", "control", "format"];

/** What the document calls the types of the table. */
const TYPES: Record<Exclude<ParamName, "None">, string> = {
  Text: "string",
  Count: "number",
  Index: "index",
  Indexes: "list of indexes",
  Texts: "list of strings",
  Globs: "list of globs",
  Operations: "list of operations",
  Operation: "operation",
  LengthMode: "`utf8` or `bytes`",
  Placement: "`append` or `prepend`",
  LogLevel: "log level",
};

/** What tables there are, by their columns. */
const PARAMETERS = "parameter, type, default, meaning";
const EXAMPLES = "operations, stack before, stack after";
const RECIPE = "stack before, stack after";
const LOOKUPS = "`path`, `keys`, stack after";
const CREDENTIALS = "stack at the end, as `user_key`, as `app_id`, its `app_key`";
const KINDS = "type, is";

const SEPARATOR = "\u001f";
const FAILS = "fails: ";

const markdown = await readFile(DOCUMENT, "utf8");
const sections = readSections(markdown);
const operationSections = sections.filter(({ level, title }) => level === 3 && title.startsWith("`"));

suite("docs/operations.md and the table of operations", () => {
  test("every operation is documented in its category, in the order of the table, and nothing else is", () => {
    let category = "";
    const documented = sections.flatMap(({ level, title }) => {
      if (level === 2) category = title;
      return level === 3 && CATEGORIES.includes(category) ? [`${category} ${title}`] : [];
    });
    assert.deepEqual(
      documented,
      OPERATIONS.map(({ category: its, name }) => `${its} \`${name}\``),
    );
    assert.equal(operationSections.length, OPERATIONS.length);
  });

  for (const { name, value, fields } of OPERATIONS) {
    test(`the parameters of ${name}`, () => {
      const tables = tablesOf(sectionOf(name), PARAMETERS);
      const params = value === undefined ? fields : [value];
      const documented = tables.flatMap(({ rows }) => rows.map((row) => row.slice(0, 3)));
      assert.deepEqual(
        documented,
        params.map((param) => [param === value ? "the value" : `\`${param.name}\``, typeOf(param), defaultOf(param)]),
      );
      assert.ok(tables.every(({ rows }) => rows.every((row) => row[3] !== "")));
    });
  }

  test("every operation has examples, of itself and one a row", () => {
    for (const { name } of OPERATIONS) {
      const rows = tablesOf(sectionOf(name), EXAMPLES).flatMap((table) => table.rows);
      assert.ok(rows.length > 0, name);
      assert.equal(new Set(rows.map((row) => row.join())).size, rows.length, name);
      for (const [operations] of rows) assert.ok(operations?.includes(`"${name}"`), `${name}: ${String(operations)}`);
    }
  });

  test("every parameter is used in an example", () => {
    for (const { name, fields } of OPERATIONS) {
      const examples = tablesOf(sectionOf(name), EXAMPLES).flatMap(({ rows }) =>
        rows.map(([operations]) => operations),
      );
      for (const field of fields) assert.ok(examples.join().includes(`"${field.name}"`), `${name}.${field.name}`);
    }
  });

  test("there is no table that is not checked", () => {
    const known = [PARAMETERS, EXAMPLES, RECIPE, LOOKUPS, CREDENTIALS, KINDS];
    for (const { title, tables } of sections) {
      for (const table of tables) assert.ok(known.includes(columnsOf(table)), `${title}: ${columnsOf(table)}`);
    }
  });

  test("the limits are those that other tests reach", () => {
    const { values, bytes, steps } = LIMITS;
    const [text] = markdown.split("## Limits")[1]!.split("\n## ");
    assert.match(
      text!,
      new RegExp(`${String(values)} values at once[^]*${String(bytes)} bytes[^]*${String(steps)} operations`),
    );
  });
});

suite("the examples of docs/operations.md on the plugin", async () => {
  const probe = await CredentialsProbe.load({ logLevel: "debug" });
  const operations = await OperationsModule.load();

  /** Runs operations on a stack that a filter has left; returns the stack after them, or why they fail. */
  function run(ops: readonly Operation[], stack: readonly string[]): string[] | string {
    const joined = [...ops, { push: "" }, { join: SEPARATOR }];
    return runSource(["docs", "stack"], [], joined, { metadata: { docs: { stack } } });
  }

  function runSource(path: string[], keys: string[], ops: readonly Operation[], input: LookupInput): string[] | string {
    const { userKey, logs } = probe.look({ user_key: [{ filter: { path, keys, ops } }] }, input);
    if (userKey !== undefined) return userKey.split(SEPARATOR).slice(0, -1);
    const explained = logs.map(({ message }) => message).find((message) => message.includes("no credentials"));
    return explained?.split(/ failed: |user_key\[0\]\.filter: /).at(-1) ?? "it is not explained";
  }

  const examples = sections.flatMap(({ title, tables }) =>
    tables.flatMap((table) => {
      const columns = columnsOf(table);
      if (columns === EXAMPLES) return table.rows.map((row) => ({ title, ops: jsonCell(row[0]!), row: row.slice(1) }));
      return columns === RECIPE ? table.rows.map((row) => ({ title, ops: table.json, row })) : [];
    }),
  );
  test("there are examples", () => {
    assert.ok(examples.length > 130, String(examples.length));
  });
  for (const { title, ops, row } of examples) {
    const [before, after] = row as [string, string];
    test(`${title}: ${JSON.stringify(ops).slice(0, 80)} on ${before}`, () => {
      const stack = jsonCell(before) as string[];
      assert.deepEqual(run(ops as Operation[], stack), expectedOf(after));
    });
  }

  const lookups = sections.flatMap(({ tables }) => tables.filter((table) => columnsOf(table) === LOOKUPS));
  for (const { rows, json: document } of lookups) {
    for (const [pathCell, keysCell, after] of rows as [string, string, string][]) {
      test(`path ${pathCell} and keys ${keysCell}`, () => {
        const fields = { path: jsonCell(pathCell) as string[], keys: jsonCell(keysCell) as string[] };
        const expected = expectedOf(after);
        assert.deepEqual(run([{ json: fields }], [JSON.stringify(document)]), expected, "json");
        assert.deepEqual(operations.compile([{ protobuf: fields }]), []);
        const result = operations.run([encodeStruct(document as Record<string, unknown>).toString("latin1")]);
        assert.deepEqual("values" in result ? result.values : result.failure, expected, "protobuf");
        const left = { metadata: { docs: { document } } };
        const found = runSource(
          ["docs", "document", ...fields.path],
          fields.keys,
          [{ push: "" }, { join: SEPARATOR }],
          left,
        );
        assert.deepEqual(
          Array.isArray(found) ? found : "fails",
          Array.isArray(expected) ? expected : "fails",
          "filter",
        );
      });
    }
  }

  test("how the stack becomes credentials", () => {
    const [table, ...more] = sections.flatMap(({ tables }) => tables.filter((one) => columnsOf(one) === CREDENTIALS));
    assert.equal(more.length, 0);
    for (const [before, ...after] of table!.rows as [string, string, string, string][]) {
      const input = { metadata: { docs: { stack: jsonCell(before) } } };
      const source = [{ filter: { path: ["docs", "stack"], keys: [] } }];
      const { userKey } = probe.look({ user_key: source }, input);
      const { appId, appKey } = probe.look({ app_id: source }, input);
      const expected = after.map((cell) => (cell === "none" ? undefined : jsonCell(cell)));
      assert.deepEqual([userKey, appId, appKey], expected, before);
    }
  });

  test("the line that explains a lookup", () => {
    const [, shown] = /```text\n(3scale-auth: no credentials[^\n]*)\n```/.exec(markdown)!;
    const ops = ["ok", "ok", "ok", { assert: [{ glob: ["x"] }] }];
    const { logs } = probe.look({ user_key: [{ header: { keys: ["x-key"], ops } }] }, { headers: [["x-key", "a"]] });
    assert.deepEqual(logs, [{ level: "debug", message: shown }]);
  });

  test("the lines of log and values", () => {
    const [, shown] = /```text\n(\[3scale-auth\/config\][^`]*)\n```/.exec(markdown)!;
    const ops = [{ log: { msg: "the message of a log operation" } }, "split", { values: { id: "the id" } }];
    const { logs } = probe.look(
      { user_key: [{ header: { keys: ["x-key"], ops } }] },
      { headers: [["x-key", "abcd:12345678901"]] },
    );
    assert.deepEqual(logs.map(({ message }) => message).join("\n"), shown);
  });
});

function sectionOf(name: string): Section {
  const [section, ...more] = operationSections.filter(({ title }) => title === `\`${name}\``);
  assert.ok(section !== undefined && more.length === 0, name);
  return section;
}

function tablesOf({ tables }: Section, columns: string): Table[] {
  return tables.filter((table) => columnsOf(table) === columns);
}

function columnsOf({ columns }: Table): string {
  return columns.join(", ");
}

function typeOf({ type }: ParamSpec): string {
  return TYPES[type as Exclude<ParamName, "None">];
}

function defaultOf(param: ParamSpec): string {
  if (param.required) return "required";
  return param.default === undefined ? "none" : `\`${JSON.stringify(param.default)}\``;
}

function expectedOf(cell: string): string[] | string {
  return cell.startsWith(FAILS) ? cell.slice(FAILS.length) : (jsonCell(cell) as string[]);
}
