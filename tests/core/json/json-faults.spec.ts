import { Bytes } from "../../../assembly/core/bytes/bytes";
import { MemorySource } from "../../../assembly/core/json/byte-source";
import { JsonReader } from "../../../assembly/core/json/json-reader";
import { Kind } from "../../../assembly/core/json/json-tokens";
import { raw } from "../support";
import { trace } from "./documents";

describe("JsonReader: faults", () => {
  test("say where, what was found and what may stand there", () => {
    const rows: string[] = [
      "[\n",
      '!2:1 found the end of the configuration expected "," or "]"',
      '{"a" 1}',
      '!1:6 found "1" expected ":"',
      '{"a":1,\n "b":}',
      '!2:6 found "}" expected a JSON value',
      '{"a":1\n\n"b":2}',
      '!3:1 found a double quote expected "," or "}"',
      "[1\r\n 2]",
      '!2:2 found "2" expected "," or "]"',
      '{"é":x}',
      '!1:7 found "x" expected a JSON value',
      '"a\\qb"',
      '!1:4 found "q" expected one of " \\ / b f n r t u after a backslash',
      "[1.x]",
      '!1:4 found "x" expected a digit',
      '"a\nb"',
      "!1:3 found byte 0x0a expected a string without control characters (write \\n, \\t, \\u00XX)",
      '["abc',
      "!1:6 found the end of the configuration expected the double quote that ends a string",
      "[trie]",
      '!1:4 found "i" expected true',
    ];
    for (let i = 0; i < rows.length; i += 2) {
      const said = trace(Bytes.of(rows[i]));
      expect(said.substring(max(said.indexOf("!"), 0)).startsWith(rows[i + 1])).toBe(true, rows[i] + ": " + said);
    }
  });

  test("a failed reader stays failed, and its loops end", () => {
    const reader = new JsonReader(new MemorySource(Bytes.of('{"a":?,"b":1}')));
    reader.enterObject();
    expect(reader.nextKey()).toBe(true);
    expect(reader.peek()).toBe(Kind.Invalid);
    expect(reader.failed).toBe(true);
    const column = reader.column;
    expect(reader.nextKey()).toBe(false);
    expect(reader.nextElement()).toBe(false);
    expect(reader.readString()).toBe(false);
    expect(reader.readNumber()).toBe(false);
    expect(reader.readLiteral(Kind.Null)).toBe(false);
    expect(reader.skipValue()).toBe(false);
    expect(reader.atEnd()).toBe(false);
    reader.enterObject();
    reader.enterArray();
    expect(reader.peek()).toBe(Kind.Invalid);
    expect(reader.column).toBe(column);
    expect(reader.expected).toBe("a JSON value");
  });

  test("only one byte of what was found is shown", () => {
    const reader = new JsonReader(new MemorySource(Bytes.of('{"token" secret-value}')));
    reader.skipValue();
    expect(reader.found).toBe('"s"');
  });

  test("outside of any container there is no next key or element", () => {
    const reader = new JsonReader(new MemorySource(Bytes.of("1")));
    expect(reader.nextKey()).toBe(false);
    expect(reader.nextElement()).toBe(false);
    expect(reader.failed).toBe(false);
  });
});

describe("JsonReader: windows", () => {
  test("a document read 1 to 7 bytes at a time says the same as in one piece", () => {
    const documents: string[] = [
      "",
      " ",
      "{}",
      '{"api":"v1","n":[1,-2.5e+3,true,false,null],\n\t"\\u00e9\\ud83d\\ude00":"\xc3\xa9\xf0\x9f\x98\x80\\n"}',
      '\r\n{"a":{"b":{"c":[[],{},[{"d":"e"}]]}}}\n',
      '[123456789012,"a long string that spans more than one of any of the windows","\\u0041\\u0042"]',
      '{"a":1,\n "b":}',
      '"\\ud83d\\u0041"',
      '["\xf0\x9f\x98"]',
      "[1,2",
      "[tru",
      '{"a":"b',
      "{} x",
      "[" + "[".repeat(200),
    ];
    for (let i = 0; i < documents.length; i++) {
      const document = raw(documents[i]);
      const whole = trace(document);
      for (let window = 1; window <= 7; window++) {
        expect(trace(document, window)).toBe(whole, "window " + window.toString() + ": " + document.printable(80));
      }
    }
  });
});
