import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import {
  DOCUMENT,
  FIELDS,
  ASKED,
  AUTHORITIES,
  PATTERNS,
  VERDICTS,
  ANSWERS,
  BODIES,
  OUTCOMES,
  PASSED_ON,
  PRECEDENCE,
  STATISTICS,
  markdown,
  schema,
  document,
  base,
  examples,
  sections,
  tables,
  vm,
  plainRequest,
  withPlugin,
} from "../support/configuration-document.ts";
import { anchorOf, codeSpan, linkTargets, readDocument } from "../support/docs-blocks.ts";
import { DocPlugin, systemStatistics, withPart, writtenCall, type Fields } from "../support/docs-configuration.ts";
import { columnsOf } from "../support/docs-examples.ts";
import { fieldRows, objectPointers, readNumber } from "../support/docs-schema.ts";
import { encodeStruct } from "../support/operations-struct.ts";

/** Which section has the fields of which object of the schema. */
const OBJECTS: Record<string, string> = {
  "The whole": "#",
  "`system`": "#/$defs/system",
  "`backend`": "#/$defs/backend",
  "`backend.on_failure`": "#/$defs/backend/properties/on_failure",
  "`upstream`": "#/$defs/upstream",
  "`services[]`": "#/$defs/service",
  "`credentials`": "#/$defs/credentials",
  "A source": "#/$defs/source",
  "`header` and `query_string`": "#/$defs/lookup",
  "`filter`": "#/$defs/metadataLookup",
  "`mapping_rules[]`": "#/$defs/mappingRule",
  "`usages[]`": "#/$defs/usage",
};

const TABLES = [
  ...[FIELDS, ASKED, AUTHORITIES, PATTERNS, VERDICTS, ANSWERS, BODIES, OUTCOMES, PASSED_ON],
  ...[PRECEDENCE, STATISTICS],
];

const REFUSED = "3scale-auth: configuration refused: ";
const ACCEPTED = "3scale-auth: configuration accepted: ";

suite("docs/configuration.md and the schema", () => {
  test("every object of the schema has a section", () => {
    assert.deepEqual(Object.values(OBJECTS).sort(), objectPointers(schema).sort());
  });

  for (const [title, pointer] of Object.entries(OBJECTS)) {
    test(`the fields of ${title}`, () => {
      const section = sections.find((one) => one.title === title);
      assert.ok(section, "it has no section");
      const [table, ...others] = section.blocks.filter((block) => block.kind === "table");
      assert.ok(table !== undefined && others.length === 0 && columnsOf(table) === FIELDS, "not one table of fields");
      assert.deepEqual(
        table.rows.map(([name, type, unset]) => ({ name: codeSpan(name!), type, default: unset })),
        fieldRows(schema, pointer),
      );
      assert.ok(table.rows.every(([, , , meaning]) => meaning !== ""));
    });
  }

  test("fields stand in these sections only, and there is no table that is not checked", () => {
    const columns = tables.map(columnsOf);
    assert.equal(columns.filter((one) => one === FIELDS).length, Object.keys(OBJECTS).length);
    assert.deepEqual([...new Set(columns)].sort(), [...TABLES].sort());
  });

  test("links lead to headings and files", async () => {
    for (const target of linkTargets(markdown)) {
      const [path, anchor] = target.split("#") as [string, string?];
      const file = new URL(path, DOCUMENT);
      await assert.doesNotReject(access(file), target);
      if (anchor === undefined) continue;
      const headings = readDocument(await readFile(path === "" ? DOCUMENT : file, "utf8"));
      const anchors = headings.map(({ title }) => anchorOf(title));
      assert.ok(anchors.includes(anchor), target);
    }
  });
});

suite("services from 3scale in docs/configuration.md", () => {
  test("every statistic of fetching is documented, in its order, and no other", () => {
    const system = { upstream: { name: "s", url: "http://s" }, token: "t" };
    withPlugin(withPart(base, { system }), () => {
      const documented = document.rows(STATISTICS).map(([name]) => codeSpan(name!));
      assert.deepEqual(documented, systemStatistics(vm));
    });
  });

  test("precedence is told of every field that can be fetched, and of no other", () => {
    const told = document.rows(PRECEDENCE).map(([field]) => codeSpan(field!));
    assert.deepEqual(told, ["token", "authorities", "credentials", "mapping_rules"]);
  });
});

suite("the defaults and bounds of docs/configuration.md", () => {
  const system = { upstream: { name: "s", url: "http://s" }, token: "t" };
  /** A part of a configuration that has the field. */
  const parts: Record<string, (value: unknown) => Fields> = {
    timeout: (timeout) => ({ backend: { upstream: { timeout } } }),
    mode: (mode) => ({ backend: { on_failure: { mode } } }),
    status: (status) => ({ backend: { on_failure: { status } } }),
    passthrough_metadata: (value) => ({ passthrough_metadata: value }),
    last: (last) => ({ mapping_rules: rulesWith({ last }) }),
    environment: (environment) => ({ environment }),
    ttl: (ttl) => ({ system: { ...system, ttl } }),
  };
  /** Values that a request shows. Of environment and ttl none does, as nothing is fetched. */
  const others: Record<string, unknown> = {
    timeout: 999,
    mode: "allow",
    status: 503,
    passthrough_metadata: true,
    last: true,
  };

  function rulesWith(fields: Fields): Fields[] {
    const rule = { method: "any", pattern: "/products", usages: [{ name: "hits", delta: 1 }] };
    return [{ ...rule, ...fields }, rule];
  }

  /** What a request comes to: the call with its timeout, and the answer where it fails. */
  function behaviourOf(part: Fields): unknown {
    return withPlugin(withPart(base, part), (plugin) => {
      const { call, stream } = plugin.request(plainRequest, { reply: { status: 500 } });
      stream.finish();
      return { call: call && writtenCall(call), timeoutMs: call?.timeoutMs, answer: stream.response?.status };
    });
  }

  test("every default is one that is put to the plugin", () => {
    const withDefault = document.rows(FIELDS).filter(([, , unset]) => unset!.startsWith("`"));
    assert.deepEqual(withDefault.map(([name]) => codeSpan(name!)).sort(), Object.keys(parts).sort());
  });

  for (const [field, part] of Object.entries(parts)) {
    test(`${field} left out is its default, and another value is not`, () => {
      const text = codeSpan(document.row(FIELDS, field)[2]!);
      const value: unknown = /^(\d+|true|false)$/.test(text) ? JSON.parse(text) : text;
      assert.deepEqual(behaviourOf(part(value)), behaviourOf(part(null)));
      if (field in others) assert.notDeepEqual(behaviourOf(part(others[field])), behaviourOf(part(null)));
    });
  }

  const bounded = {
    ...parts,
    delta: (delta: unknown) => ({ mapping_rules: rulesWith({ usages: [{ name: "hits", delta }] }) }),
  };
  for (const [name, type] of document.rows(FIELDS)) {
    const [, least, most] = /^integer from (.*) to (.*)$/.exec(type!) ?? [];
    if (least === undefined || most === undefined) continue;
    test(`${name!} is taken within its bounds`, () => {
      const part = (bounded as typeof parts)[codeSpan(name!)]!;
      const isTaken = (value: bigint) => {
        const configuration = JSON.stringify(withPart(base, part("@"))).replace('"@"', String(value));
        const root = vm.createRoot({ configuration });
        const { accepted } = root;
        vm.endRoot(root);
        return accepted;
      };
      const bounds = [readNumber(least), readNumber(most)] as const;
      const values = [bounds[0] - 1n, bounds[0], bounds[1], bounds[1] + 1n];
      assert.deepEqual(values.map(isTaken), [false, true, true, false]);
    });
  }
});

suite("the configurations of docs/configuration.md", () => {
  for (const { code, configuration, lines } of examples) {
    test(code.text.slice(0, 60).replaceAll(/\s+/g, " "), () => {
      vm.logs.length = 0;
      // The places in messages are those of the text that is shown.
      const root = vm.createRoot({
        configuration: code.language === "json" ? code.text : JSON.stringify(configuration),
      });
      const logged = vm.logs.map(({ message }) => message);
      assert.deepEqual(
        logged.filter((line) => !line.startsWith(ACCEPTED)),
        lines,
      );
      assert.equal(root.accepted, !lines.some((line) => line.startsWith(REFUSED)));
      vm.endRoot(root);
    });
  }

  test("there is one that is refused, and its messages show no token", () => {
    const refused = examples.filter(({ lines }) => lines[0]?.startsWith(REFUSED));
    assert.equal(refused.length, 1);
    assert.ok(refused[0]!.code.text.includes("the-service-token"));
    assert.ok(!refused[0]!.lines.join().includes("the-service-token"));
  });

  test("a Struct is refused", () => {
    const root = vm.createRoot({ configuration: encodeStruct(base) });
    assert.equal(root.accepted, false);
    vm.endRoot(root);
  });

  for (const pointer of ["#", "#/$defs/service"]) {
    for (const { name } of fieldRows(schema, pointer).filter(({ type }) => type === "reserved")) {
      test(`${name} is refused`, () => {
        const [service] = base["services"] as [Fields];
        const part = pointer === "#" ? { [name]: {} } : { services: [{ ...service, [name]: {} }] };
        assert.throws(() => new DocPlugin(vm, withPart(base, part)), /reserved for a later version/);
      });
    }
  }
});
