import { hexValue, isAlpha, isDigit, isUnreserved, lowerCase, upperCase } from "../../../assembly/core/bytes/ascii";

const LOWER: string = "abcdefghijklmnopqrstuvwxyz";
const UPPER: string = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: string = "0123456789";

function isIn(text: string, byte: i32): bool {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) == byte) return true;
  return false;
}

function indexIn(text: string, byte: i32): i32 {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) == byte) return i;
  return -1;
}

describe("ascii, over all 256 bytes", () => {
  test("isDigit", () => {
    for (let i = 0; i < 256; i++) expect(isDigit(<u8>i)).toBe(isIn(DIGITS, i), "byte " + i.toString());
  });

  test("isAlpha", () => {
    for (let i = 0; i < 256; i++) expect(isAlpha(<u8>i)).toBe(isIn(LOWER + UPPER, i), "byte " + i.toString());
  });

  test("isUnreserved", () => {
    for (let i = 0; i < 256; i++) {
      expect(isUnreserved(<u8>i)).toBe(isIn(LOWER + UPPER + DIGITS + "-._~", i), "byte " + i.toString());
    }
  });

  test("lowerCase changes A-Z only", () => {
    for (let i = 0; i < 256; i++) {
      const at = indexIn(UPPER, i);
      expect(<i32>lowerCase(<u8>i)).toBe(at < 0 ? i : LOWER.charCodeAt(at), "byte " + i.toString());
    }
  });

  test("upperCase changes a-z only", () => {
    for (let i = 0; i < 256; i++) {
      const at = indexIn(LOWER, i);
      expect(<i32>upperCase(<u8>i)).toBe(at < 0 ? i : UPPER.charCodeAt(at), "byte " + i.toString());
    }
  });

  test("hexValue", () => {
    for (let i = 0; i < 256; i++) {
      const small = indexIn("0123456789abcdef", i);
      expect(hexValue(<u8>i)).toBe(small >= 0 ? small : indexIn("0123456789ABCDEF", i), "byte " + i.toString());
    }
  });
});
