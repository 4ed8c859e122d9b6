import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { raw, written } from "../support";

function decimalOf(value: i64): string {
  const out = new ByteWriter(1);
  out.decimal(value);
  const text = written(out);
  out.free();
  return text;
}

function encodedOf(value: Bytes): string {
  const out = new ByteWriter(1);
  out.percentEncoded(value);
  const text = written(out);
  out.free();
  return text;
}

describe("ByteWriter", () => {
  test("decimal", () => {
    expect(decimalOf(0)).toBe("0");
    expect(decimalOf(7)).toBe("7");
    expect(decimalOf(10)).toBe("10");
    expect(decimalOf(120)).toBe("120");
    expect(decimalOf(4294967296)).toBe("4294967296");
    expect(decimalOf(i64.MAX_VALUE)).toBe("9223372036854775807");
    let power: i64 = 1;
    for (let i = 0; i < 18; i++) {
      expect(decimalOf(power)).toBe(power.toString());
      expect(decimalOf(power - 1)).toBe((power - 1).toString());
      power *= 10;
    }
  });

  test("decimal takes a negative number for 0", () => {
    expect(decimalOf(-1)).toBe("0");
    expect(decimalOf(i64.MIN_VALUE)).toBe("0");
  });

  test("decimal leaves what stands before it", () => {
    const out = new ByteWriter(1);
    out.text("n=");
    out.decimal(1234567890);
    expect(written(out)).toBe("n=1234567890");
    out.free();
  });

  test("percentEncoded keeps RFC 3986's unreserved bytes and nothing else, over all 256", () => {
    const kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (let i = 0; i < 256; i++) {
      const one = String.fromCharCode(i);
      const hex = i.toString(16).toUpperCase();
      expect(encodedOf(raw(one))).toBe(kept.includes(one) ? one : "%" + (i < 16 ? "0" : "") + hex);
    }
  });

  test("percentEncoded leaves no way to add a parameter", () => {
    expect(encodedOf(raw("a&usage[hits]=0"))).toBe("a%26usage%5Bhits%5D%3D0");
    expect(encodedOf(raw("a+b c%41"))).toBe("a%2Bb%20c%2541");
    expect(encodedOf(raw(""))).toBe("");
  });

  test("grows from any capacity, byte by byte and span by span", () => {
    for (let capacity = 1; capacity <= 17; capacity++) {
      const out = new ByteWriter(capacity);
      for (let i = 0; i < 1000; i++) out.byte(<u8>i);
      const span = raw("0123456789");
      for (let i = 0; i < 500; i++) out.bytes(span);
      expect(out.length).toBe(6000);
      const all = out.copy();
      let wrong = 0;
      for (let i = 0; i < 1000; i++) if (all.at(i) != <u8>i) wrong++;
      for (let i = 0; i < 5000; i++) if (all.at(1000 + i) != <u8>(0x30 + (i % 10))) wrong++;
      expect(wrong).toBe(0);
      out.free();
    }
  });

  test("spans stay valid while no more is written than was reserved", () => {
    const out = new ByteWriter(1);
    out.reserve(1000);
    const ptr = out.ptr;
    for (let i = 0; i < 1000; i++) out.byte(0x61);
    expect(out.ptr).toBe(ptr);
    out.free();
  });

  test("clear empties it and keeps its memory", () => {
    const out = new ByteWriter(64);
    const ptr = out.ptr;
    out.text("before");
    out.clear();
    expect(out.length).toBe(0);
    out.text("after");
    expect(written(out)).toBe("after");
    expect(out.ptr).toBe(ptr);
    out.free();
  });

  test("text writes UTF-8", () => {
    const out = new ByteWriter(1);
    out.text("plain ");
    out.text("aé€😀z");
    expect(written(out)).toBe("plain a\\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80z");
    out.free();
  });

  test("lowerCased", () => {
    const out = new ByteWriter(1);
    out.lowerCased(raw("AbZ[@`{\xc9"));
    expect(written(out)).toBe("abz[@`{\\xc9");
    out.free();
  });

  test("viewInto points from a start on", () => {
    const out = new ByteWriter(1);
    const view = new Bytes();
    out.text("abcdef");
    out.viewInto(view);
    expect(view.printable()).toBe("abcdef");
    out.viewInto(view, 4);
    expect(view.printable()).toBe("ef");
    out.viewInto(view, 6);
    expect(view.length).toBe(0);
    out.free();
  });

  test("a copy outlives the writer", () => {
    const out = new ByteWriter(4);
    out.text("kept");
    const copy = out.copy();
    out.clear();
    out.text("gone");
    out.free();
    expect(copy.printable()).toBe("kept");
  });
});
