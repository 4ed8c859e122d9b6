import { Bytes } from "../../../assembly/core/bytes/bytes";
import { MemorySource } from "../../../assembly/core/json/byte-source";
import { JsonReader, MAX_DEPTH } from "../../../assembly/core/json/json-reader";
import { Kind } from "../../../assembly/core/json/json-tokens";
import { raw } from "../support";
import { isAccepted, isNumber, nested, trace } from "./documents";

describe("JsonReader: numbers and literals", () => {
  test("the grammar of numbers", () => {
    const good: string[] = [
      "0",
      "-0",
      "1",
      "10",
      "-10",
      "0.5",
      "-1.25",
      "1e5",
      "1E5",
      "1e+5",
      "1e-5",
      "0e0",
      "1.50E+007",
      "123456789012345678901234567890.123456789e999999",
    ];
    for (let i = 0; i < good.length; i++) {
      expect(isNumber(good[i])).toBe(true, good[i]);
      expect(isAccepted(Bytes.of(good[i]))).toBe(true, good[i]);
    }
  });

  test("what is no number", () => {
    const bad: string[] = [
      "-",
      "+1",
      "01",
      "00",
      "-01",
      ".5",
      "1.",
      "1.e1",
      "1e",
      "1e+",
      "1e-",
      "1e1.5",
      "1 2",
      "- 1",
      "0x10",
      "1_000",
      "NaN",
      "Infinity",
      "-Infinity",
      "1a",
      "--1",
    ];
    for (let i = 0; i < bad.length; i++) {
      expect(isNumber(bad[i])).toBe(false, bad[i]);
      expect(isAccepted(Bytes.of(bad[i]))).toBe(false, bad[i]);
    }
  });

  test("literals are written in full, in lower case", () => {
    expect(trace(Bytes.of("[true,false,null]"))).toBe("@1:1 [@1:2 t,@1:7 f,@1:13 n,]");
    const bad: string[] = ["tru", "truex", "True", "nul", "nulll", "fals", "f", "t", "n", "undefined", "TRUE"];
    for (let i = 0; i < bad.length; i++) expect(isAccepted(Bytes.of(bad[i]))).toBe(false, bad[i]);
  });
});

describe("JsonReader: structure", () => {
  test("containers, empty and nested, with white space anywhere", () => {
    expect(trace(Bytes.of("{}"))).toBe("@1:1 {}");
    expect(trace(Bytes.of("[]"))).toBe("@1:1 []");
    expect(trace(Bytes.of(' \t\r\n{ "a" : [ 1 , { } ] , "b" : "c" } \n'))).toBe(
      "@2:1 {@2:3 'a':@2:9 [@2:11 '1',@2:15 {},]@2:23 'b':@2:29 'c'}",
    );
  });

  test("keys may be empty, escaped and double", () => {
    expect(trace(Bytes.of('{"":1,"\\u0061":2,"a":3}'))).toBe(
      "@1:1 {@1:2 '':@1:5 '1'@1:7 'a':@1:16 '2'@1:18 'a':@1:22 '3'}",
    );
  });

  test("what is no document", () => {
    const bad: string[] = [
      "",
      " ",
      "{",
      "[",
      "}",
      "]",
      "{]",
      "[}",
      "[1",
      "[1,",
      "[1,]",
      "[,1]",
      "[,]",
      "[1 2]",
      "[1;2]",
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      "{,}",
      '{"a" 1}',
      '{"a":1 "b":2}',
      '{"a":1',
      '{"a":1,',
      '{"a":',
      '{"a"',
      "{a:1}",
      "{'a':1}",
      "{1:2}",
      "{null:1}",
      "[1]]",
      "{}{}",
      "[] x",
      "1,",
      "// comment\n1",
      "[1 /* one */]",
      "\\",
      "#",
    ];
    for (let i = 0; i < bad.length; i++) expect(isAccepted(Bytes.of(bad[i]))).toBe(false, "document " + bad[i]);
  });

  test("trailing garbage is refused where it stands", () => {
    expect(trace(Bytes.of("{}\n  x"))).toBe(
      '@1:1 {}!2:3 found "x" expected nothing after the configuration\'s closing brace',
    );
    expect(isAccepted(Bytes.of("{} \n\t\r "))).toBe(true);
    expect(isAccepted(raw("{}\0"))).toBe(false);
    expect(isAccepted(raw("{}\xff"))).toBe(false);
  });

  test("only JSON's four kinds of white space are skipped", () => {
    for (let i = 0; i < 256; i++) {
      if (i >= 0x30 && i <= 0x39) continue;
      const isSpace = i == 0x20 || i == 0x09 || i == 0x0a || i == 0x0d;
      expect(isAccepted(raw(String.fromCharCode(i) + "1"))).toBe(isSpace || i == 0x2d, "byte " + i.toString());
    }
  });

  test("nesting up to the limit is read, deeper is refused", () => {
    expect(isAccepted(nested("[", "]", MAX_DEPTH))).toBe(true);
    expect(isAccepted(nested("[", "]", MAX_DEPTH + 1))).toBe(false);
    const objects = '{"a":'.repeat(MAX_DEPTH - 1) + "{" + "}".repeat(MAX_DEPTH);
    expect(isAccepted(Bytes.of(objects))).toBe(true);
    expect(isAccepted(Bytes.of('{"a":' + objects + "}"))).toBe(false);
  });

  test("100,000 opening brackets are refused, not trapped on", () => {
    const reader = new JsonReader(new MemorySource(Bytes.of("[".repeat(100000))));
    expect(reader.skipValue()).toBe(false);
    expect(reader.expected).toBe("at most 128 levels of nesting");
    expect(reader.column).toBe(129);
  });

  test("siblings do not count as depth", () => {
    expect(isAccepted(Bytes.of("[" + "[[]],".repeat(1000) + "[]]"))).toBe(true);
  });
});

describe("JsonReader: skipValue", () => {
  test("skips one value of any kind and leaves the reader behind it", () => {
    const values: string[] = [
      "1",
      "-2.5e7",
      '"a\\"]}"',
      "true",
      "false",
      "null",
      "[]",
      "{}",
      '[1,[2,{"a":[3]}],"]"]',
      '{"a":{"b":[{"c":{}}]},"}":"{"}',
    ];
    for (let i = 0; i < values.length; i++) {
      const reader = new JsonReader(new MemorySource(Bytes.of("[" + values[i] + ', "next"]')));
      reader.enterArray();
      expect(reader.nextElement()).toBe(true);
      expect(reader.skipValue()).toBe(true, values[i]);
      expect(reader.nextElement()).toBe(true);
      expect(reader.peek()).toBe(Kind.String);
      expect(reader.readString()).toBe(true);
      expect(reader.token.copy().printable()).toBe("next");
      expect(reader.nextElement()).toBe(false);
      expect(reader.atEnd()).toBe(true);
    }
  });

  test("finds the faults inside", () => {
    const bad: string[] = ["[1,]", '{"a":tru}', '"\\x"', "[01]", '{"a":[1}', "[", ""];
    for (let i = 0; i < bad.length; i++) {
      expect(new JsonReader(new MemorySource(Bytes.of(bad[i]))).skipValue()).toBe(false, bad[i]);
    }
  });
});
