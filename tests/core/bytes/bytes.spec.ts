import { Bytes } from "../../../assembly/core/bytes/bytes";
import { raw } from "../support";

describe("Bytes", () => {
  test("of takes the UTF-8 bytes of a text", () => {
    expect(Bytes.of("é€😀").printable()).toBe("\\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80");
    expect(Bytes.of("").length).toBe(0);
    expect(Bytes.of("").isEmpty()).toBe(true);
  });

  test("a view sees what happens to its bytes, a copy does not", () => {
    const original = Bytes.of("abc");
    const view = Bytes.view(original.ptr, 2);
    const copy = view.copy();
    store<u8>(original.ptr, 0x7a);
    expect(view.printable()).toBe("zb");
    expect(copy.printable()).toBe("ab");
  });

  test("one span can be pointed elsewhere, and at nothing", () => {
    const text = Bytes.of("hello");
    const span = Bytes.of("other");
    span.set(text.ptr + 1, 3);
    expect(span.printable()).toBe("ell");
    span.clear();
    expect(span.length).toBe(0);
    expect(span.at(0)).toBe(0);
  });

  test("at gives 0 beyond either end", () => {
    const text = raw("a\xff");
    expect(text.at(0)).toBe(0x61);
    expect(text.at(1)).toBe(0xff);
    expect(text.at(2)).toBe(0);
    expect(text.at(-1)).toBe(0);
    expect(text.at(i32.MAX_VALUE)).toBe(0);
    expect(text.at(i32.MIN_VALUE)).toBe(0);
  });

  test("equality is of length and bytes", () => {
    expect(Bytes.of("abc").equals(raw("abc"))).toBe(true);
    expect(Bytes.of("abc").equals(Bytes.of("abd"))).toBe(false);
    expect(Bytes.of("abc").equals(Bytes.of("ab"))).toBe(false);
    expect(Bytes.of("ab").equals(Bytes.of("abc"))).toBe(false);
    expect(new Bytes().equals(Bytes.of(""))).toBe(true);
    expect(raw("a\0b").equals(raw("a\0c"))).toBe(false);
  });

  test("equalsSpan compares with bytes in memory", () => {
    const text = Bytes.of("xabcx");
    expect(Bytes.of("abc").equalsSpan(text.ptr + 1, 3)).toBe(true);
    expect(Bytes.of("abc").equalsSpan(text.ptr, 3)).toBe(false);
    expect(Bytes.of("abc").equalsSpan(text.ptr + 1, 4)).toBe(false);
  });

  test("indexOf finds the first at or after a place", () => {
    const text = Bytes.of("a/b/c");
    expect(text.indexOf(0x2f)).toBe(1);
    expect(text.indexOf(0x2f, 1)).toBe(1);
    expect(text.indexOf(0x2f, 2)).toBe(3);
    expect(text.indexOf(0x2f, 4)).toBe(-1);
    expect(text.indexOf(0x2f, 99)).toBe(-1);
    expect(text.indexOf(0x2f, -5)).toBe(1);
    expect(text.indexOf(0x7a)).toBe(-1);
  });

  test("printable escapes all but printable ASCII", () => {
    for (let i = 0; i < 256; i++) {
      const shown = raw(String.fromCharCode(i)).printable();
      if (i >= 0x20 && i < 0x7f) expect(shown).toBe(String.fromCharCode(i));
      else expect(shown).toBe("\\x" + (i < 16 ? "0" : "") + i.toString(16));
    }
  });

  test("printable says that it was cut", () => {
    expect(Bytes.of("abcdef").printable(3)).toBe("abc…");
    expect(Bytes.of("abc").printable(3)).toBe("abc");
    expect(Bytes.of("abc").printable(0)).toBe("…");
  });
});
