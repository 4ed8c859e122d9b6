import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { OperationsModule, type RunResult } from "../support/operations-module.ts";
import type { Operation } from "../support/operations-reference.ts";
import { delimited, encodeStruct, encodeValue } from "../support/operations-struct.ts";

const NOT_BASE64 = { failure: "the value is not base64" };
const NOT_UTF8 = { failure: "the decoded value is not UTF-8" };
const NOT_JSON = { failure: "the value is not JSON" };
const NOT_PROTOBUF = { failure: "the value is not a protobuf Struct" };
const NO_MATCH = { failure: "the value does not match" };

/** Values are latin-1: one character is one byte. */
const utf8 = (text: string) => Buffer.from(text).toString("latin1");
const bytes = (...list: number[]) => String.fromCharCode(...list);

suite("operations on odd values", async () => {
  const operations = await OperationsModule.load();

  function run(ops: readonly Operation[], ...stack: string[]): RunResult {
    assert.deepEqual(operations.compile(ops), []);
    return operations.run(stack);
  }

  function table(operation: Operation, rows: [string, RunResult][]): void {
    test(JSON.stringify(operation), () => {
      for (const [value, expected] of rows) assert.deepEqual(run([operation], value), expected, JSON.stringify(value));
    });
  }

  suite("base64", () => {
    const both: [string, RunResult][] = [
      ["", { values: [""] }],
      ["YQ==", { values: ["a"] }],
      ["YQ=", { values: ["a"] }],
      ["YQ", { values: ["a"] }],
      ["YWI=", { values: ["ab"] }],
      ["YWI", { values: ["ab"] }],
      ["YWJj", { values: ["abc"] }],
      ["w6k=", { values: [utf8("é")] }],
      ["8J+YgA==", { values: [utf8("😀")] }],
      ["AAA=", { values: ["\0\0"] }],
      // One character over.
      ["Y", NOT_BASE64],
      ["YWJjZ", NOT_BASE64],
      // Padding where none belongs, or too much of it.
      ["=", NOT_BASE64],
      ["====", NOT_BASE64],
      ["YWJj=", NOT_BASE64],
      ["YWI==", NOT_BASE64],
      ["YQ===", NOT_BASE64],
      ["Y=Q=", NOT_BASE64],
      ["YQ==YQ==", NOT_BASE64],
      // Bits beyond the last byte.
      ["YR==", NOT_BASE64],
      ["YWJ=", NOT_BASE64],
      // Other characters.
      [" YQ==", NOT_BASE64],
      ["YQ==\n", NOT_BASE64],
      ["YW\nJj", NOT_BASE64],
      ["YW.j", NOT_BASE64],
      [bytes(0x59, 0xff, 0x59, 0x59), NOT_BASE64],
      ["\0\0\0\0", NOT_BASE64],
      // What is no text.
      ["/w==", NOT_UTF8],
      ["wKA=", NOT_UTF8],
      ["7aCA", NOT_UTF8],
      ["w6", NOT_BASE64],
      ["ww==", NOT_UTF8],
    ];
    table("base64_standard", [...both, ["8J-YgA==", NOT_BASE64], ["fn5-", NOT_BASE64], ["Pz8_", NOT_BASE64]]);
    table("base64_urlsafe", [
      ...both,
      ["8J-YgA", { values: [utf8("😀")] }],
      ["fn5-", { values: ["~~~"] }],
      ["Pz8_", { values: ["???"] }],
      ["fn5+Pz8/", { values: ["~~~???"] }],
      ["fn5-Pz8/", { values: ["~~~???"] }],
    ]);
  });

  suite("JSON", () => {
    const found = { values: ["v"] };
    const malformed = [
      ...[
        "",
        " ",
        "\0",
        "{",
        "}",
        "[",
        "]",
        "{]",
        "[}",
        '"',
        '"v',
        "v",
        "'v'",
        "nul",
        "nullx",
        "True",
        "NaN",
        "undefined",
      ],
      ...[
        '{"a"}',
        '{"a":}',
        '{"a":"v",}',
        "{,}",
        '{"a":"v" "b":1}',
        '{"a" "v"}',
        "{a:1}",
        '{1:"v"}',
        '{"a":"v"}}',
        '["v",]',
      ],
      ...[
        "[,]",
        '["v" "w"]',
        '["v"',
        '{"a":"v"',
        '{"a":["v"}',
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x10",
        "1 2",
      ],
      ...[
        '"\\x41"',
        '"\\u12"',
        '"\\u12g4"',
        '"\\',
        '"\\"',
        '"\t"',
        '"\n"',
        '"\\ud83d"',
        '"\\ude00"',
        '"\\ud83d\\u0041"',
      ],
      ...[
        '"\\ud83d\\ud83d"',
        '{"\\ud83d":"v"}',
        "[//\n]",
        "/* */ 1",
        "\u00ef\u00bb\u00bf{}",
        '{"a":"v"}\0',
        "\f[]",
        "\v[]",
      ],
      bytes(0x22, 0xff, 0x22),
      bytes(0x22, 0xc3, 0x22),
      bytes(0x22, 0xc0, 0xaf, 0x22),
      bytes(0x22, 0xed, 0xa0, 0x80, 0x22),
      bytes(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22),
      bytes(0x22, 0x80, 0x22),
      `{"a":"v","b":"${bytes(0xfe)}"}`,
      `${bytes(0xa0)}[]`,
    ];
    table({ json: { keys: ["a", "v"] } }, [
      ...malformed.map((value): [string, RunResult] => [value, NOT_JSON]),
      ['{"a":"v"}', found],
      [' \t\r\n{ "a" :\n"v" } ', found],
      ['{"\\u0061":"\\u0076"}', found],
      ['{"a":1,"a":"v"}', found],
      ['"v"', found],
      ['{"a":["v"]}', found],
      ['{"a":{"x":["v"]}}', found],
      ['{"a":["v","w"]}', { values: ["v", "w"] }],
      ['{"a":"\\ud83d\\ude00\\n\\"\\/"}', { values: [utf8('😀\n"/')] }],
      ['{"a":"\\u0000"}', { values: ["\0"] }],
      ['{"a":""}', { values: [""] }],
      ['{"a":"v","b":1e999,"c":-0.0E-9}', found],
      ['{"b":"v"}', { failure: "none of the keys is there" }],
      ['["v"]', { failure: "none of the keys is there" }],
      ["1", { failure: "none of the keys is there" }],
      ["null", { failure: "none of the keys is there" }],
      ...[
        "1",
        "true",
        "null",
        "{}",
        '{"x":1}',
        '{"x":{"y":"v"}}',
        '{"x":"v","y":"v"}',
        '["v",1]',
        '[["v"]]',
        "[null]",
      ].map((value): [string, RunResult] => [
        `{"a":${value}}`,
        { failure: "what is found is neither a string nor a list of strings" },
      ]),
      ['{"a":[]}', { failure: "it leaves no value" }],
    ]);
  });

  suite("protobuf", () => {
    const whole = encodeStruct({ a: "v" });
    const entry = (value: Buffer) => delimited(1, Buffer.concat([delimited(1, Buffer.from("a")), delimited(2, value)]));
    const text = (buffer: Buffer) => buffer.toString("latin1");
    const raw = (...list: number[]) => Buffer.from(list);
    const notStrings = { failure: "what is found is neither a string nor a list of strings" };
    const rows: [string, RunResult][] = [
      [text(whole), { values: ["v"] }],
      ["", { failure: "none of the keys is there" }],
      // Every cut of a document is malformed, but for the empty one.
      ...Array.from({ length: whole.length - 1 }, (_, i): [string, RunResult] => [
        text(whole.subarray(0, i + 1)),
        NOT_PROTOBUF,
      ]),
      ["{}", NOT_PROTOBUF],
      ["\0", NOT_PROTOBUF],
      [bytes(0xff), NOT_PROTOBUF],
      // Field 0, groups, wire types 6 and 7, a tag over 32 bits.
      [bytes(0x02, 0), NOT_PROTOBUF],
      [bytes(0x0b, 0x0c), NOT_PROTOBUF],
      [bytes(0x0e), NOT_PROTOBUF],
      [bytes(0x0f), NOT_PROTOBUF],
      [bytes(0x8a, 0x80, 0x80, 0x80, 0x10, 0), NOT_PROTOBUF],
      // Lengths beyond the end, beyond 32 bits, and of more than ten bytes.
      [bytes(0x0a, 0x7f), NOT_PROTOBUF],
      [bytes(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f), NOT_PROTOBUF],
      [bytes(0x0a, 0x80, 0x80, 0x80, 0x80, 0x10), NOT_PROTOBUF],
      [bytes(0x0a, ...Array.from({ length: 9 }, () => 0xff), 0x01), NOT_PROTOBUF],
      [bytes(0x0a, ...Array.from({ length: 10 }, () => 0x80), 0x00), NOT_PROTOBUF],
      // Known fields of another wire type.
      [bytes(0x08, 1), NOT_PROTOBUF],
      [text(entry(raw(0x18, 1))), NOT_PROTOBUF],
      [text(entry(raw(0x28, 1))), NOT_PROTOBUF],
      [text(entry(raw(0x0a, 0))), NOT_PROTOBUF],
      [text(entry(raw(0x10, 0))), NOT_PROTOBUF],
      [text(entry(raw(0x21, 0, 0, 0, 0, 0, 0, 0, 0))), NOT_PROTOBUF],
      // Texts that are no UTF-8.
      [text(entry(delimited(3, raw(0xff)))), NOT_PROTOBUF],
      [text(delimited(1, delimited(1, raw(0xc3)))), NOT_PROTOBUF],
      // Unknown fields are passed over; the last of what is said twice counts.
      [text(Buffer.concat([raw(0x78, 0x96, 1), whole, raw(0x7d, 1, 2, 3, 4)])), { values: ["v"] }],
      [text(Buffer.concat([entry(encodeValue(1)), whole])), { values: ["v"] }],
      [text(entry(Buffer.concat([encodeValue(true), encodeValue("v")]))), { values: ["v"] }],
      [text(encodeStruct({ a: ["v", "w"] })), { values: ["v", "w"] }],
      [text(encodeStruct({ a: { x: "v" } })), { values: ["v"] }],
      ...[1, true, null, {}, { x: 1 }, { x: "v", y: "w" }, ["v", 1]].map((value): [string, RunResult] => [
        text(encodeStruct({ a: value })),
        notStrings,
      ]),
      [text(entry(raw())), notStrings],
      [text(delimited(1, delimited(1, Buffer.from("a")))), notStrings],
      [text(encodeStruct({ b: "v" })), { failure: "none of the keys is there" }],
    ];
    table({ protobuf: { keys: ["a"] } }, rows);
  });

  suite("bytes that are no UTF-8", () => {
    const odd = bytes(0x80, 0x61, 0xff, 0xc3, 0xa9, 0xa9, 0x62);
    table("strrev", [[odd, { values: [bytes(0x62, 0xc3, 0xa9, 0xa9, 0xff, 0x61, 0x80)] }]]);
    table({ split: { separator: "" } }, [
      [odd, { values: ["", bytes(0x80), "a", bytes(0xff), bytes(0xc3, 0xa9, 0xa9), "b", ""] }],
    ]);
    table({ rsplit: { separator: "" } }, [
      [odd, { values: ["", "b", bytes(0xc3, 0xa9, 0xa9), bytes(0xff), "a", bytes(0x80), ""] }],
    ]);
    table({ replace: { pattern: "", with: "-" } }, [[bytes(0xff, 0x80), { values: [`-${bytes(0xff, 0x80)}-`] }]]);
    table({ replace: { pattern: "é", with: "e" } }, [[odd, { values: [bytes(0x80, 0x61, 0xff, 0x65, 0xa9, 0x62)] }]]);
    table({ strlen: { min: 4, max: 4 } }, [[odd, { values: [odd] }]]);
    table({ strlen: { min: 7, max: 7, mode: "bytes" } }, [[odd, { values: [odd] }]]);
    table({ substr: "é" }, [
      [odd, { values: [odd] }],
      [bytes(0xc3), NO_MATCH],
    ]);
    table({ contains: "é" }, [[bytes(0xe9), { failure: "no value is equal to it" }]]);
  });

  suite("glob counts characters", () => {
    const yes = (value: string): [string, RunResult] => [value, { values: [value] }];
    const no = (value: string): [string, RunResult] => [value, NO_MATCH];
    table({ glob: ["?"] }, [
      yes(""),
      yes("a"),
      yes(utf8("é")),
      yes(utf8("😀")),
      no("ab"),
      no(utf8("éa")),
      yes(bytes(0x80)),
    ]);
    table({ glob: ["??"] }, [yes(utf8("é€")), no(utf8("é€a"))]);
    table({ glob: ["a?b"] }, [yes("ab"), yes(utf8("aéb")), no(utf8("aééb")), no("b")]);
    table({ glob: ["++"] }, [no(utf8("é")), yes(utf8("éé")), no(bytes(0xc3, 0xa9, 0xa9)), no(bytes(0x80, 0x80))]);
    table({ glob: ["+é"] }, [yes(utf8("éé")), no(utf8("é"))]);
    table({ glob: ["?a?b?"] }, [yes(utf8("éa€b😀")), no(utf8("ééa€b😀")), no(utf8("éa€b😀😀")), yes("ab")]);
    table({ glob: ["*é+a*"] }, [yes(utf8("xéyaz")), no(utf8("xéa")), yes(utf8("éaa"))]);
    table({ glob: ["\\é\\*"] }, [yes(utf8("é*")), no(utf8("é"))]);
  });

  test("100,000 runs of anything leave nothing behind", async () => {
    const json = JSON.stringify({ a: { l: ["x", "y"], o: { p: "q" } } });
    const struct = encodeStruct({ a: { l: ["x", "y"], o: { p: "q" } } }).toString("latin1");
    const deep = delimited(
      1,
      Buffer.concat([delimited(1, Buffer.from("d")), delimited(2, encodeValue([[[[["v"]]]]]))]),
    );
    const programs: [readonly Operation[], string][] = [
      [[{ split: {} }, "reverse", { join: "," }, "strrev", { replace: { pattern: "a", with: "bb" } }], "a:b:c:a"],
      [["base64_urlsafe", { split: { max: 2 } }, { glob: ["a*", "?b*c+"] }], "YWI6Y2Q6ZQ"],
      [["base64_standard"], "!"],
      [["base64_standard"], "/w=="],
      [[{ json: { path: ["a", "l"], keys: [] } }], json],
      [[{ json: { path: ["a"], keys: ["no", "o"] } }], json],
      [[{ json: { path: ["a", "b"], keys: [] } }], json],
      [[{ json: { path: ["a"], keys: ["b"] } }], json],
      [[{ json: { keys: ["a"] } }], json],
      [[{ json: { keys: ["a"] } }], json.slice(0, -1)],
      [[{ json: { keys: ["a"] } }], '{"a":"\\u00zz"}'],
      [[{ protobuf: { path: ["a", "l"], keys: [] } }], struct],
      [[{ protobuf: { path: ["a"], keys: ["b"] } }], struct],
      [[{ protobuf: { path: ["d", "0", "0"], keys: [] } }], deep.toString("latin1")],
      [[{ protobuf: { keys: ["a"] } }], struct.slice(0, -1)],
      [
        [{ split: {} }, { flat_map: [{ split: { separator: "," } }] }, { select: [{ strlen: { min: 2 } }] }],
        "a,b:cc,d",
      ],
      [[{ any: ["fail", { assert: [{ prefix: "x" }] }, { none: ["ok"] }] }], "a"],
      [
        [{ xor: ["fail", { cloned: { ops: ["strrev"] } }] }, { partial: { max: 2, ops: ["pop"] } }, { top: ["dup"] }],
        "ab",
      ],
      [
        [
          { test: { if: { prefix: "x" }, then: ["ok"], else: [{ or: ["fail", { push: "y" }] }] } },
          { indexes: [0, -1] },
        ],
        "a",
      ],
      [["values", { log: { msg: "hello" } }, { swap: { from: 0, to: 5 } }], "a"],
      [[{ refute: [{ cloned: { ops: ["strrev"] } }] }], "a"],
    ];
    // A module of its own: room that other tests have left would hide what is lost.
    const fresh = await OperationsModule.load();
    for (const [ops, value] of programs) {
      fresh.collect();
      assert.deepEqual(fresh.compile(ops), []);
      fresh.runOften([value], 100);
      const before = fresh.memoryPages;
      const succeeded = fresh.runOften([value], 100_000);
      assert.equal(fresh.memoryPages, before, JSON.stringify(ops));
      assert.ok(succeeded === 0 || succeeded === 100_000, JSON.stringify(ops));
    }
  });

  test("an empty stack fails", () => {
    for (const operation of ["ok", "strrev", { push: "a" }, { log: { msg: "a" } }, { none: ["ok"] }]) {
      assert.deepEqual(run([operation]), { failure: "it leaves no value" });
    }
  });
});
