import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import type { Answer } from "../../emulator/index.ts";
import { anchorOf, codeSpan, codeSpans, linkTargets, readDocument } from "../support/docs-blocks.ts";
import {
  askedOf,
  countedOutcomes,
  systemStatistics,
  DocPlugin,
  ownHeaders,
  readReply,
  readRequest,
  withPart,
  writtenAnswer,
  writtenCall,
  type DocResult,
  type Fields,
} from "../support/docs-configuration.ts";
import { columnsOf, ConfigurationDocument, exampleRows } from "../support/docs-examples.ts";
import { fieldRows, objectPointers, readNumber, type Schema } from "../support/docs-schema.ts";
import { encodeStruct } from "../support/operations-struct.ts";
import { loadPlugin } from "../support/plugin.ts";

const DOCUMENT = new URL("../../docs/configuration.md", import.meta.url);
const SCHEMA = new URL("../../schema/v1.schema.json", import.meta.url);

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

/** What tables there are, by their columns. */
const FIELDS = "field, type, default, meaning";
const ASKED = "request, 3scale is asked, or the answer";
const AUTHORITIES = "authority, request, matches";
const PATTERNS = "pattern, path, matches";
const VERDICTS = "reply, outcome";
const ANSWERS = "reply, answer";
const BODIES = "`on_failure.status`, body";
const OUTCOMES = "outcome, status, body, when";
const PASSED_ON = "request, goes on with";
const PRECEDENCE = "field, configured, fetched, where nothing is configured";
const STATISTICS = "statistic (`wasmcustom.…`), of what";
const TABLES = [
  ...[FIELDS, ASKED, AUTHORITIES, PATTERNS, VERDICTS, ANSWERS, BODIES, OUTCOMES, PASSED_ON],
  ...[PRECEDENCE, STATISTICS],
];

const PASSES = "passes";
const REFUSED = "3scale-auth: configuration refused: ";
const ACCEPTED = "3scale-auth: configuration accepted: ";

const markdown = await readFile(DOCUMENT, "utf8");
const schema = JSON.parse(await readFile(SCHEMA, "utf8")) as Schema;
const document = new ConfigurationDocument(markdown);
const { base, examples, sections, tables } = document;
const vm = await loadPlugin({ logLevel: "info" });
const plainRequest = readRequest("`GET /products?user_key=a`");

/** Runs `work` on the plugin in force with a configuration. */
function withPlugin<T>(configuration: Fields, work: (plugin: DocPlugin) => T): T {
  const plugin = new DocPlugin(vm, configuration);
  try {
    return work(plugin);
  } finally {
    plugin.end();
  }
}

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

suite("the requests of docs/configuration.md", () => {
  for (const { configuration, cells } of exampleRows(examples, ASKED)) {
    const [request, expected] = cells;
    test(`${request}: ${expected}`, () => {
      withPlugin(configuration, (plugin) => {
        const result = plugin.request(readRequest(request));
        if (/^\d/.test(expected)) assert.equal(writtenAnswer(result), expected);
        else assert.deepEqual(result.call && askedOf(result.call), codeSpans(expected));
        plugin.abort(result);
      });
    });
  }

  for (const { configuration, cells } of exampleRows(examples, PASSED_ON)) {
    const [request, expected] = cells;
    test(`${request} goes on`, () => {
      withPlugin(configuration, (plugin) => {
        const result = plugin.request(readRequest(request));
        assert.equal(result.call, undefined);
        assert.deepEqual(ownHeaders(result), codeSpans(expected));
        plugin.abort(result);
      });
    });
  }

  test("every table of requests belongs to a configuration", () => {
    for (const columns of [ASKED, PASSED_ON, ANSWERS]) {
      assert.equal(exampleRows(examples, columns).length, document.rows(columns).length);
    }
  });

  test("the whole call", () => {
    const [example, ...others] = examples.filter(({ http }) => http.length > 0);
    assert.ok(
      example !== undefined && others.length === 0 && example.http.length === 2,
      "not one request and its call",
    );
    withPlugin(example.configuration, (plugin) => {
      const result = plugin.request(readRequest(`\`${example.http[0]!}\``));
      assert.equal(result.call && writtenCall(result.call), example.http[1]);
      plugin.abort(result);
    });
  });

  test("a client's copies of the headers it names are removed", () => {
    const [paragraph] = /A request that passes[^]*?\n\n/.exec(markdown)!;
    const own = codeSpans(paragraph).filter((name) => name.startsWith("x-3scale-"));
    assert.equal(own.length, 9);
    const sent = own.map((name) => `\`${name}: b\` \`${name.replaceAll("-", "_")}: b\``).join(" ");
    withPlugin(base, (plugin) => {
      const request = readRequest(`\`GET /products?user_key=a\` \`x-3scale-other: c\` ${sent}`);
      const result = plugin.request(request, readReply("`200`"));
      const left = result.stream.upstreamHeaders!.entries().filter(([name]) => /^x.3scale/.test(name));
      assert.deepEqual(left, [["x-3scale-other", "c"]]);
      plugin.abort(result);
    });
  });
});

suite("the authorities and patterns of docs/configuration.md", () => {
  const asked = undefined;

  for (const [authority, request, expected] of document.rows(AUTHORITIES) as [string, string, string][]) {
    test(`${authority} and ${request}: ${expected}`, () => {
      const part = { authorities: [codeSpan(authority)], mapping_rules: ruleOf("/") };
      assertOutcome(part, codeSpan(request), { yes: asked, no: "unknown_service" }, expected);
    });
  }

  for (const [pattern, path, expected] of document.rows(PATTERNS) as [string, string, string][]) {
    test(`${pattern} and ${path}: ${expected}`, () => {
      const part = { mapping_rules: ruleOf(codeSpan(pattern)) };
      const outcomes = { yes: asked, no: "no_mapping_rule", "400": "ambiguous_path" };
      assertOutcome(part, codeSpan(path), outcomes, expected);
    });
  }

  function ruleOf(pattern: string): Fields[] {
    return [{ method: "any", pattern, usages: [{ name: "hits", delta: 1 }] }];
  }

  function assertOutcome(
    part: Fields,
    target: string,
    outcomes: Record<string, string | undefined>,
    expected: string,
  ): void {
    assert.ok(expected in outcomes, expected);
    withPlugin(withPart(base, part), (plugin) => {
      const result = plugin.request(readRequest(`\`GET ${target}\` \`x-api-key: a\``));
      assert.equal(result.outcome, outcomes[expected]);
      assert.equal(result.call !== undefined, result.outcome === asked);
      plugin.abort(result);
    });
  }
});

suite("the replies of docs/configuration.md", () => {
  for (const [reply, expected] of document.rows(VERDICTS) as [string, string][]) {
    test(`${reply} is ${expected}`, () => {
      withPlugin(base, (plugin) => {
        const result = plugin.request(plainRequest, readReply(reply));
        assert.equal(result.outcome, codeSpan(expected));
        plugin.abort(result);
      });
    });
  }

  for (const { configuration, cells } of exampleRows(examples, ANSWERS)) {
    const [reply, expected] = cells;
    test(`${reply} with ${JSON.stringify((configuration["backend"] as Fields)["on_failure"])}`, () => {
      withPlugin(configuration, (plugin) => {
        const result = plugin.request(plainRequest, readReply(reply));
        if (expected.startsWith(PASSES)) assert.deepEqual(ownHeaders(result), codeSpans(expected));
        else assert.equal(writtenAnswer(result), expected);
        plugin.abort(result);
      });
    });
  }

  test("the body of each status that on_failure may have", () => {
    const bodies = new Map(document.rows(BODIES).map(([status, body]) => [status, codeSpan(body!)]));
    for (let status = 400; status <= 599; status++) {
      withPlugin(withPart(base, { backend: { on_failure: { status } } }), (plugin) => {
        const result = plugin.request(plainRequest, readReply("`500`"));
        const body = bodies.get(String(status)) ?? bodies.get("any other")!;
        assert.equal(writtenAnswer(result), `${String(status)} \`${body}\``);
        plugin.abort(result);
      });
    }
  });
});

suite("the outcomes of docs/configuration.md", () => {
  const passing = { passthrough_metadata: true };
  const [service] = base["services"] as [Fields];
  const limits = "`409` `3scale-rejection-reason: limits_exceeded`";

  /** What brings each outcome about; the two others have tests of their own. */
  const provocations: Record<string, { part?: Fields; request?: string; reply?: Answer }> = {
    allowed: { reply: readReply("`200`") },
    allowed_on_failure: { part: { backend: { on_failure: { mode: "allow" } } }, reply: readReply("`500`") },
    passed_through: { part: passing },
    unknown_service: { request: "`GET https://other.example.com/`" },
    services_missing: { part: { services: null } },
    credentials_missing: { request: "`GET /products`" },
    no_mapping_rule: { request: "`GET /?user_key=a`" },
    ambiguous_path: { request: "`GET /a/../products?user_key=a`" },
    backend_missing: { part: { backend: null } },
    service_token_missing: { part: { services: [{ ...service, token: null }] } },
    authrep_path_too_long: { request: `\`GET /products?user_key=${"a".repeat(8192)}\`` },
    credentials_not_sendable: { part: passing, request: "`GET /products?user_key=a%0Ab`" },
    authentication_failed: { reply: readReply("`403`") },
    limits_exceeded: { reply: readReply(limits) },
    backend_error: { reply: readReply("`500`") },
    backend_unreachable: { reply: readReply("cut off") },
    backend_call_failed: { reply: readReply("no such cluster") },
  };

  test("every outcome of the plugin is documented, in its order, and no other, and is provoked", () => {
    const documented = document.rows(OUTCOMES).map(([outcome]) => codeSpan(outcome!));
    assert.deepEqual(documented, countedOutcomes(vm));
    const provoked = [...Object.keys(provocations), "abandoned", "configuration_unavailable"];
    assert.deepEqual(provoked.sort(), documented.sort());
  });

  for (const [outcome, { part = {}, request, reply }] of Object.entries(provocations)) {
    test(outcome, () => {
      withPlugin(withPart(base, part), (plugin) => {
        const result = plugin.request(request === undefined ? plainRequest : readRequest(request), reply);
        assert.equal(result.outcome, outcome);
        assertAnswer(result, outcome);
        plugin.abort(result);
      });
    });
  }

  test("abandoned", () => {
    assert.deepEqual(document.row(OUTCOMES, "abandoned").slice(1, 3), ["none", ""]);
    withPlugin(base, (plugin) => {
      const result = plugin.request(plainRequest);
      assert.equal(result.outcome, undefined);
      assert.equal(plugin.abort(result), "abandoned");
      assert.equal(result.stream.response, undefined);
    });
  });

  test("configuration_unavailable", () => {
    const root = vm.createRoot({ configuration: "" });
    assert.equal(root.accepted, false);
    // Envoy does not ask a plugin whose configuration was refused; this host does.
    root.accepted = true;
    const stream = root.request(plainRequest.input);
    assertAnswer({ stream, call: undefined, outcome: undefined }, "configuration_unavailable");
    stream.finish();
    vm.endRoot(root);
  });

  test("the longest path of a call that is sent", () => {
    const [, limit] = /A path of more than (\d+) bytes is not sent/.exec(markdown) ?? [];
    withPlugin(base, (plugin) => {
      const withKey = (length: number) => {
        const result = plugin.request(readRequest(`\`GET /products?user_key=${"a".repeat(length)}\``));
        plugin.abort(result);
        return result;
      };
      const room = Number(limit) - withKey(1).call!.path.length;
      assert.equal(withKey(1 + room).call?.path.length, Number(limit));
      assert.equal(withKey(2 + room).outcome, "authrep_path_too_long");
    });
  });

  function assertAnswer(result: DocResult, outcome: string): void {
    const [, status, body] = document.row(OUTCOMES, outcome) as [string, string, string, string];
    const { stream } = result;
    if (status === PASSES) {
      assert.equal(stream.outcome.kind, "continued");
      assert.equal(body, "");
      return;
    }
    assert.equal(writtenAnswer(result), `${status} ${body}`);
    assert.equal(stream.localReply?.details, `3scale_${outcome}`);
    assert.equal(stream.response?.headers.text("powered-by"), "3scale");
  }
});
