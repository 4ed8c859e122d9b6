import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { formDecode, readForm } from "../../../assembly/core/request/form";
import { Pairs } from "../../../assembly/core/request/pairs";
import { raw } from "../support";

const buffer: ByteWriter = new ByteWriter(4);
const parameters: Pairs = new Pairs();

function decoded(text: string): string {
  const out = new ByteWriter(1);
  formDecode(raw(text), out);
  const shown = out.copy().printable();
  out.free();
  return shown;
}

/** Returns `[name]=[value]` of each parameter of a query. */
function read(query: string): string {
  const name = new Bytes();
  const value = new Bytes();
  readForm(raw(query), buffer, parameters);
  let text = "";
  for (let i = 0; i < parameters.count; i++) {
    parameters.name(i, name);
    parameters.value(i, value);
    text += "[" + name.printable() + "]=[" + value.printable() + "]";
  }
  return text;
}

describe("formDecode", () => {
  test("plus is a space, %XX a byte, all else itself", () => {
    const rows: string[] = [
      "",
      "",
      "abc",
      "abc",
      "a+b++",
      "a b  ",
      "%41%62",
      "Ab",
      "%2B%2b",
      "++",
      "%00%ff%FF",
      "\\x00\\xff\\xff",
      "caf%C3%A9",
      "caf\\xc3\\xa9",
      "a%26b%3dc",
      "a&b=c",
      "%2541",
      "%41",
    ];
    for (let i = 0; i < rows.length; i += 2) expect(decoded(rows[i])).toBe(rows[i + 1], rows[i]);
  });

  test("a percent sign without two hexadecimal digits stays", () => {
    const rows: string[] = ["%", "%", "%4", "%4", "%g1", "%g1", "%1g", "%1g", "%%41", "%A", "%4%41", "%4A", "a%", "a%"];
    for (let i = 0; i < rows.length; i += 2) expect(decoded(rows[i])).toBe(rows[i + 1], rows[i]);
  });
});

describe("readForm", () => {
  test("keeps order and duplicates", () => {
    expect(read("a=1&b=2&a=3")).toBe("[a]=[1][b]=[2][a]=[3]");
  });

  test("what has no equals sign, no name or no value", () => {
    expect(read("a")).toBe("[a]=[]");
    expect(read("a=")).toBe("[a]=[]");
    expect(read("=v")).toBe("[]=[v]");
    expect(read("=")).toBe("[]=[]");
    expect(read("a&b=&=c&d")).toBe("[a]=[][b]=[][]=[c][d]=[]");
  });

  test("empty parameters are none", () => {
    expect(read("")).toBe("");
    expect(read("&")).toBe("");
    expect(read("&&a=1&&&b=2&")).toBe("[a]=[1][b]=[2]");
  });

  test("the first equals sign separates", () => {
    expect(read("a=b=c")).toBe("[a]=[b=c]");
    expect(read("a==")).toBe("[a]=[=]");
  });

  test("separators that are encoded separate nothing", () => {
    expect(read("a%3Db=c%26d%3De")).toBe("[a=b]=[c&d=e]");
    expect(read("a+b=%2B+%20")).toBe("[a b]=[+  ]");
  });

  test("bytes that are no UTF-8 pass", () => {
    expect(read("\xff=\xfe&%ff=%fe")).toBe("[\\xff]=[\\xfe][\\xff]=[\\xfe]");
  });

  test("semicolons separate nothing", () => {
    expect(read("a=1;b=2")).toBe("[a]=[1;b=2]");
  });

  test("the next query replaces the one before", () => {
    read("a=1&b=2&c=3");
    expect(read("z=9")).toBe("[z]=[9]");
  });

  test("thousands of parameters", () => {
    let query = "";
    for (let i = 0; i < 3000; i++) query += "&p" + i.toString() + "=%3" + (i % 10).toString();
    read("a");
    readForm(Bytes.of(query), buffer, parameters);
    expect(parameters.count).toBe(3000);
    const value = new Bytes();
    let wrong = 0;
    for (let i = 0; i < 3000; i++) {
      parameters.value(parameters.find(Bytes.of("p" + i.toString())), value);
      if (value.printable() != (i % 10).toString()) wrong++;
    }
    expect(wrong).toBe(0);
  });
});

describe("Pairs", () => {
  test("finds the first, the next and the last of a name", () => {
    readForm(raw("a=1&b=2&a=3&A=4"), buffer, parameters);
    const a = raw("a");
    expect(parameters.find(a)).toBe(0);
    expect(parameters.find(a, 1)).toBe(2);
    expect(parameters.find(a, 3)).toBe(-1);
    expect(parameters.find(a, -7)).toBe(0);
    expect(parameters.findLast(a)).toBe(2);
    expect(parameters.findLast(raw("b"))).toBe(1);
    expect(parameters.findLast(raw("c"))).toBe(-1);
    expect(parameters.find(raw(""))).toBe(-1);
  });

  test("a pair that is not there has neither name nor value", () => {
    readForm(raw("a=1"), buffer, parameters);
    const span = Bytes.of("before");
    parameters.name(1, span);
    expect(span.length).toBe(0);
    parameters.value(-1, span);
    expect(span.length).toBe(0);
  });
});
