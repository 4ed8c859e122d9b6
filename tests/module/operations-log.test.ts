import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { LogLevel } from "../../emulator/index.ts";
import type { Operation } from "../support/operations-reference.ts";
import { CredentialsProbe, type LookupInput, type LookupOutcome } from "../support/operations-plugin.ts";
import { LOG_LEVELS } from "../support/operations-table.ts";

/** What no line may show. */
const SECRET = "s3cr3t-value";
const PREFIX = "3scale-auth: no credentials for service 1: ";

suite("what operations log", async () => {
  const probe = await CredentialsProbe.load({ logLevel: "trace" });

  /** The lines of a lookup in a header, but for those that explain a failure. */
  function linesOf(ops: readonly Operation[], value = SECRET): [LogLevel, string][] {
    const { logs } = probe.look(headerSource(ops), { headers: [["x-key", value]] });
    return logs.filter(({ message }) => !message.startsWith(PREFIX)).map(({ level, message }) => [level, message]);
  }

  const config = "[3scale-auth/config] ";
  const stack = "[3scale-auth/stack] ";
  const rows: [what: string, ops: Operation[], value: string, lines: [LogLevel, string][]][] = [
    ["nothing without log and values", ["strrev", { and: ["ok", { split: {} }] }], "a:b", []],
    ["log at info", [{ log: { msg: "hello" } }], SECRET, [["info", `${config}hello`]]],
    ["an empty message", [{ log: { msg: "" } }], SECRET, [["info", config]]],
    ["what is not printable", [{ log: { msg: "é\n" } }], SECRET, [["info", `${config}\\xc3\\xa9\\x0a`]]],
    ["values by its bare name", ["values"], SECRET, [["info", `${stack}1 value: ***(12)`]]],
    ["an id", [{ values: { id: "here" } }], SECRET, [["info", `${stack}here: 1 value: ***(12)`]]],
    ["lengths in characters", ["values"], "é€😀", [["info", `${stack}1 value: ***(3)`]]],
    [
      "several values from the bottom, empty ones too",
      [{ split: {} }, "values"],
      "ab::c",
      [["info", `${stack}3 values: ***(2), ***(0), ***(1)`]],
    ],
    [
      "no more than 16 of them",
      [{ split: {} }, "values"],
      ":".repeat(16),
      [["info", `${stack}17 values: ${Array.from({ length: 16 }, () => "***(0)").join(", ")}, …`]],
    ],
    [
      "each time it is run",
      [{ split: {} }, { flat_map: [{ log: { msg: "one" } }, "values"] }],
      "a:bc",
      [
        ["info", `${config}one`],
        ["info", `${stack}1 value: ***(1)`],
        ["info", `${config}one`],
        ["info", `${stack}1 value: ***(2)`],
      ],
    ],
    [
      "only where it is reached",
      [
        { test: { if: { prefix: "x" }, then: [{ log: { msg: "then" } }], else: [{ log: { msg: "else" } }] } },
        "fail",
        "values",
      ],
      SECRET,
      [["info", `${config}else`]],
    ],
    [
      "the part of the stack that it is given",
      [{ split: {} }, { top: ["values"] }, { cloned: { ops: ["values"] } }],
      "a:bc",
      [
        ["info", `${stack}1 value: ***(2)`],
        ["info", `${stack}2 values: ***(1), ***(2)`],
      ],
    ],
    [
      "inside a check too",
      [{ assert: [{ log: { msg: "checked", level: "warn" } }] }, { none: ["values", "ok"] }],
      SECRET,
      [
        ["warn", `${config}checked`],
        ["info", `${stack}1 value: ***(12)`],
      ],
    ],
  ];
  for (const [what, ops, value, lines] of rows) {
    test(what, () => {
      assert.deepEqual(linesOf(ops, value), lines);
    });
  }

  test("at each level, and only where that is logged", async () => {
    const ops: Operation[] = LOG_LEVELS.flatMap((level) => [
      { log: { level, msg: level } },
      { values: { level, id: level } },
    ]);
    const lines = LOG_LEVELS.flatMap((level): [LogLevel, string][] => [
      [level, `${config}${level}`],
      [level, `${stack}${level}: 1 value: ***(12)`],
    ]);
    assert.deepEqual(linesOf(ops), lines);
    for (const [i, logLevel] of LOG_LEVELS.entries()) {
      const quieter = await CredentialsProbe.load({ logLevel });
      const { logs } = quieter.look(headerSource(ops), { headers: [["x-key", SECRET]] });
      assert.deepEqual(
        logs.map(({ level, message }) => [level, message]),
        lines.slice(2 * i),
      );
    }
  });

  test("what is not logged leaves nothing behind", async () => {
    const quiet = await CredentialsProbe.load({ logLevel: "info" });
    const root = quiet.vm.createRoot({
      configuration: JSON.stringify({
        api: "v1",
        services: [
          {
            id: "1",
            authorities: ["*"],
            credentials: headerSource([
              { values: { level: "debug", id: "x".repeat(1000) } },
              { log: { level: "trace", msg: "x".repeat(1000) } },
            ]),
            mapping_rules: [{ method: "any", pattern: "/", usages: [{ name: "hits", delta: 1 }] }],
          },
        ],
      }),
    });
    assert.ok(root.accepted);
    const run = (times: number) => {
      for (let i = 0; i < times; i++) root.request({ headers: [["x-key", SECRET]] }).abort();
    };
    run(100);
    const pages = quiet.vm.memoryPages;
    run(5000);
    assert.equal(quiet.vm.memoryPages, pages);
  });
});

suite("why a lookup failed, at debug level", async () => {
  const probe = await CredentialsProbe.load({ logLevel: "debug" });
  const matched = "user_key[0].header: key x-key matched, then ";
  const token = Buffer.from(JSON.stringify({ claims: { id: SECRET, n: 1 } })).toString("base64");

  const rows: [ops: Operation[], value: string, line: string][] = [
    [["strrev", "base64_standard"], SECRET, "ops[1] (base64_standard) failed: the value is not base64"],
    [["base64_urlsafe"], "_w", "ops[0] (base64_urlsafe) failed: the decoded value is not UTF-8"],
    [[{ strlen: { min: 13 } }], SECRET, "ops[0] (strlen) failed: the value is shorter than min"],
    [[{ strlen: { max: 11 } }], SECRET, "ops[0] (strlen) failed: the value is longer than max"],
    [[{ prefix: "x" }], SECRET, "ops[0] (prefix) failed: the value does not match"],
    [[{ suffix: "x" }], SECRET, "ops[0] (suffix) failed: the value does not match"],
    [[{ substr: "x" }], SECRET, "ops[0] (substr) failed: the value does not match"],
    [["ok", "ok", { glob: ["x*"] }], SECRET, "ops[2] (glob) failed: the value does not match"],
    [[{ split: {} }, { length: { min: 2 } }], SECRET, "ops[1] (length) failed: there are fewer values than min"],
    [[{ length: { max: 0 } }], SECRET, "ops[0] (length) failed: there are more values than max"],
    [[{ contains: "x" }], SECRET, "ops[0] (contains) failed: no value is equal to it"],
    [["pop"], SECRET, "ops[0] (pop) failed: it leaves no value"],
    [["take"], SECRET, "ops[0] (take) failed: it leaves no value"],
    [[{ drop: { head: 1 } }], SECRET, "ops[0] (drop) failed: it leaves no value"],
    [[{ dup: 1 }], SECRET, "ops[0] (dup) failed: there is no value at the index"],
    [[{ swap: { from: 0, to: -2 } }], SECRET, "ops[0] (swap) failed: there is no value at the index"],
    [[{ indexes: [0, 1] }], SECRET, "ops[0] (indexes) failed: there is no value at the index"],
    [["fail"], SECRET, "ops[0] (fail) failed: the check says no"],
    [[{ any: [{ prefix: "x" }, "fail"] }], SECRET, "ops[0] (any) failed: the check says no"],
    [[{ one_of: ["ok", "ok"] }], SECRET, "ops[0] (one_of) failed: the check says no"],
    [[{ all: ["ok", { prefix: "x" }] }], SECRET, "ops[0] (all) failed: the check says no"],
    [[{ none: ["ok"] }], SECRET, "ops[0] (none) failed: the check says no"],
    [[{ refute: ["ok"] }], SECRET, "ops[0] (refute) failed: the check says no"],
    [[{ xor: ["ok", "ok"] }], SECRET, "ops[0] (xor) failed: the check says no"],
    [[{ or: [] }], SECRET, "ops[0] (or) failed: the check says no"],
    [[{ assert: ["strrev", { glob: ["x"] }] }], SECRET, "ops[0] (assert, in it glob) failed: the value does not match"],
    [[{ or: ["fail", { prefix: "x" }] }], SECRET, "ops[0] (or, in it prefix) failed: the value does not match"],
    [[{ and: ["ok", "fail"] }], SECRET, "ops[0] (and, in it fail) failed: the check says no"],
    [
      [{ flat_map: [{ top: [{ dup: 7 }] }] }],
      SECRET,
      "ops[0] (flat_map, in it dup) failed: there is no value at the index",
    ],
    [[{ or: ["fail", "ok"] }, { select: [{ prefix: "x" }] }], SECRET, "ops[1] (select) failed: it leaves no value"],
    [
      [{ or: ["fail", "ok"] }, { partial: { max: 0, ops: ["ok"] } }],
      SECRET,
      "ops[1] (partial) failed: it leaves no value",
    ],
    [[{ cloned: { ops: ["pop"] } }], SECRET, "ops[0] (cloned, in it pop) failed: it leaves no value"],
    [
      [{ test: { if: "fail", then: [], else: [{ suffix: "x" }] } }],
      SECRET,
      "ops[0] (test, in it suffix) failed: the value does not match",
    ],
    [[{ json: { keys: [] } }], SECRET, "ops[0] (json) failed: the value is not JSON"],
    [
      ["base64_standard", { json: { path: ["claims", "name"], keys: [] } }],
      token,
      "ops[1] (json) failed: the path leads nowhere",
    ],
    [
      ["base64_standard", { json: { path: ["claims"], keys: ["name"] } }],
      token,
      "ops[1] (json) failed: none of the keys is there",
    ],
    [
      ["base64_standard", { json: { path: ["claims"], keys: ["n"] } }],
      token,
      "ops[1] (json) failed: what is found is neither a string nor a list of strings",
    ],
    [[{ protobuf: { keys: [] } }], SECRET, "ops[0] (protobuf) failed: the value is not a protobuf Struct"],
    [
      [
        { split: { separator: "" } },
        { refute: [{ and: Array.from({ length: 12 }, () => ({ cloned: { ops: ["ok"] } })) }] },
      ],
      SECRET,
      "ops[1] (refute, in it cloned) failed: it would take more values or memory than a lookup may have",
    ],
  ];
  for (const [ops, value, line] of rows) {
    test(`${line} ${JSON.stringify(ops).slice(0, 60)}`, () => {
      const { userKey, logs } = probe.look(headerSource(ops), { headers: [["x-key", value]] });
      assert.equal(userKey, undefined);
      assert.deepEqual(logs, [{ level: "debug", message: PREFIX + matched + line }]);
    });
  }

  /** The lines of a lookup that finds nothing. */
  function explain(credentials: unknown, input: LookupInput): string[] {
    const { userKey, appId, logs } = probe.look(credentials, input);
    assert.deepEqual([userKey, appId], [undefined, undefined]);
    return logs.map(({ level, message }) => `${level} ${message}`);
  }

  test("a line for each source, in order, with the key that matched", () => {
    const lines = explain(
      {
        user_key: [
          { header: { keys: ["X-One", "x-two"] } },
          { query_string: { keys: ["one", "two"], ops: [{ prefix: "x" }] } },
          { filter: { path: ["my.filter", "a"], keys: ["b"] } },
        ],
        app_id: [
          { header: { keys: ["x-id"], ops: [{ replace: { pattern: SECRET, with: "" } }] } },
          { header: { keys: [] } },
        ],
        app_key: [{ header: { keys: ["x-secret"] } }],
      },
      {
        path: `/?two=${SECRET}`,
        headers: [
          ["x-one", ""],
          ["x-id", SECRET],
          ["x-secret", SECRET],
        ],
      },
    );
    assert.deepEqual(
      lines,
      [
        "user_key[0].header: none of the keys is there with a value: x-one, x-two",
        "user_key[1].query_string: key two matched, then ops[0] (prefix) failed: the value does not match",
        "user_key[2].filter: none of the keys is there with a value: b below my.filter/a",
        "app_id[0].header: key x-id matched, but the first value is empty",
        "app_id[1].header: none of the keys is there with a value: (none)",
      ].map((line) => `debug ${PREFIX}${line}`),
    );
  });

  test("what a filter has left", () => {
    const source = (path: string[], keys: string[], ops?: Operation[]) => ({
      user_key: [{ filter: { path, keys, ops } }],
    });
    const metadata = { jwt: { payload: { azp: SECRET, n: 1, many: Array.from({ length: 5000 }, () => "v") } } };
    const lines = [
      source(["jwt", "payload"], ["n"]),
      source(["jwt", "payload"], []),
      source(["jwt", "payload"], ["many"]),
      source(["jwt", "payload"], ["sub", "azp"], ["strrev", { glob: ["x"] }]),
      source(["jwt", "payload", "azp"], [], [{ xchg: "" }]),
      source(["jwt", "nothing"], ["azp"]),
    ].map((credentials) => explain(credentials, { metadata }).join("\n"));
    assert.deepEqual(
      lines,
      [
        "what is found is no string: n below jwt/payload",
        "what is found is no string: (none) below jwt/payload",
        "what is found is more than a lookup may have: many below jwt/payload",
        "sub, azp below jwt/payload matched, then ops[1] (glob) failed: the value does not match",
        "(none) below jwt/payload/azp matched, but the first value is empty",
        "none of the keys is there with a value: azp below jwt/nothing",
      ].map((line) => `debug ${PREFIX}user_key[0].filter: ${line}`),
    );
  });

  test("`log` and `values` have their say once", () => {
    const { logs } = probe.look(headerSource([{ log: { msg: "once" } }, "values", "fail"]), {
      headers: [["x-key", SECRET]],
    });
    assert.deepEqual(
      logs.map(({ message }) => message),
      [
        "[3scale-auth/config] once",
        "[3scale-auth/stack] 1 value: ***(12)",
        `${PREFIX}${matched}ops[2] (fail) failed: the check says no`,
      ],
    );
  });

  test("no line shows a value, and a lookup that succeeds has none", () => {
    for (const [ops, value] of rows) {
      const { logs } = probe.look(headerSource(["values", ...ops]), { headers: [["x-key", value]] });
      for (const { message } of logs)
        assert.ok(!message.includes(SECRET) && !message.includes(value.slice(0, 12)), message);
    }
    const found: LookupOutcome = probe.look(headerSource([{ or: ["fail", "strrev"] }]), {
      headers: [["x-key", "abc"]],
    });
    assert.deepEqual([found.userKey, found.logs], ["cba", []]);
  });

  test("an application key that is not found is explained too, but only where one is looked for", () => {
    const credentials = {
      app_id: [{ header: { keys: ["x-app-id"] } }],
      app_key: [{ header: { keys: ["x-app-key"], ops: [{ prefix: "k" }] } }, { query_string: { keys: ["app_key"] } }],
    };
    const { logs, appId } = probe.look(credentials, {
      headers: [
        ["x-app-id", "id"],
        ["x-app-key", SECRET],
      ],
    });
    assert.equal(appId, "id");
    assert.deepEqual(
      logs.map(({ message }) => message),
      [
        "app_key[0].header: key x-app-key matched, then ops[0] (prefix) failed: the value does not match",
        "app_key[1].query_string: none of the keys is there with a value: app_key",
      ].map((line) => `3scale-auth: no app_key for service 1: ${line}`),
    );
    const found = probe.look(credentials, {
      headers: [
        ["x-app-id", "id"],
        ["x-app-key", `k${SECRET}`],
      ],
    });
    assert.deepEqual(found.logs, []);
    assert.deepEqual(probe.look({ app_id: credentials.app_id }, { headers: [["x-app-id", "id"]] }).logs, []);
  });

  test("at info there is none", async () => {
    const quiet = await CredentialsProbe.load({ logLevel: "info" });
    for (const [ops, value] of rows) {
      const { userKey, logs } = quiet.look(headerSource(ops), { headers: [["x-key", value]] });
      assert.deepEqual([userKey, logs], [undefined, []]);
    }
  });
});

function headerSource(ops: readonly Operation[]): unknown {
  return { user_key: [{ header: { keys: ["x-key"], ops } }] };
}
