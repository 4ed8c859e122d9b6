import { Bytes } from "../../../assembly/core/bytes/bytes";
import { raw } from "../support";
import { isAccepted, stringOf } from "./documents";

describe("JsonReader: strings", () => {
  test("every escape of one character", () => {
    expect(stringOf(Bytes.of('"\\"\\\\\\/\\b\\f\\n\\r\\t"'))).toBe('"\\/\\x08\\x0c\\x0a\\x0d\\x09');
  });

  test("any other character after a backslash is refused, over all 256 bytes", () => {
    for (let i = 0; i < 256; i++) {
      const one = String.fromCharCode(i);
      if ('"\\/bfnrtu'.includes(one)) continue;
      expect(isAccepted(raw('"\\' + one + '"'))).toBe(false, "byte " + i.toString());
    }
  });

  test("\\u escapes of one to three bytes of UTF-8", () => {
    expect(stringOf(Bytes.of('"\\u0000\\u0041\\u007f"'))).toBe("\\x00A\\x7f");
    expect(stringOf(Bytes.of('"\\u0080\\u07FF"'))).toBe("\\xc2\\x80\\xdf\\xbf");
    expect(stringOf(Bytes.of('"\\u0800\\uffff\\uD7ff\\ue000"'))).toBe(
      "\\xe0\\xa0\\x80\\xef\\xbf\\xbf\\xed\\x9f\\xbf\\xee\\x80\\x80",
    );
  });

  test("surrogate pairs are one character of four bytes", () => {
    expect(stringOf(Bytes.of('"\\ud800\\udc00"'))).toBe("\\xf0\\x90\\x80\\x80");
    expect(stringOf(Bytes.of('"\\uD83D\\uDE00!"'))).toBe("\\xf0\\x9f\\x98\\x80!");
    expect(stringOf(Bytes.of('"\\udbff\\udfff"'))).toBe("\\xf4\\x8f\\xbf\\xbf");
  });

  test("half a surrogate pair is refused", () => {
    const documents: string[] = [
      '"\\ud83d"',
      '"\\ud83dx"',
      '"\\ud83d\\n"',
      '"\\ud83d\\u0041"',
      '"\\ud83d\\ud83d"',
      '"\\ude00"',
      '"\\ude00\\ud83d"',
      '"\\ud83d\\u',
      '"\\ud83d\\',
      '"\\ud83d',
    ];
    for (let i = 0; i < documents.length; i++) expect(isAccepted(Bytes.of(documents[i]))).toBe(false, documents[i]);
  });

  test("\\u takes four hexadecimal digits", () => {
    const documents: string[] = [
      '"\\u"',
      '"\\u1"',
      '"\\u12"',
      '"\\u123"',
      '"\\u123g"',
      '"\\u-123"',
      '"\\u 123"',
      '"\\u',
    ];
    for (let i = 0; i < documents.length; i++) expect(isAccepted(Bytes.of(documents[i]))).toBe(false, documents[i]);
    expect(stringOf(Bytes.of('"\\u00411"'))).toBe("A1");
  });

  test("control characters have to be escaped", () => {
    for (let i = 0; i < 0x20; i++) {
      expect(isAccepted(raw('"' + String.fromCharCode(i) + '"'))).toBe(false, "byte " + i.toString());
    }
    expect(isAccepted(raw('"\x7f"'))).toBe(true);
  });

  test("an unclosed string is refused", () => {
    expect(isAccepted(Bytes.of('"'))).toBe(false);
    expect(isAccepted(Bytes.of('"abc'))).toBe(false);
    expect(isAccepted(Bytes.of('"abc\\"'))).toBe(false);
    expect(isAccepted(Bytes.of('"abc\\'))).toBe(false);
  });

  test("UTF-8 of every length passes as it is", () => {
    const texts: string[] = [
      "\xc2\x80",
      "\xdf\xbf",
      "\xe0\xa0\x80",
      "\xe1\x80\x80",
      "\xed\x9f\xbf",
      "\xee\x80\x80",
      "\xef\xbf\xbf",
      "\xf0\x90\x80\x80",
      "\xf3\xbf\xbf\xbf",
      "\xf4\x8f\xbf\xbf",
    ];
    for (let i = 0; i < texts.length; i++) {
      expect(stringOf(raw('"' + texts[i] + '"'))).toBe(raw(texts[i]).printable());
    }
  });

  test("what is no UTF-8 is refused", () => {
    const texts: string[] = [
      // A continuation alone, overlong forms, surrogates, beyond U+10FFFF, bytes that never occur.
      "\x80",
      "\xbf",
      "\xc0\x80",
      "\xc1\xbf",
      "\xe0\x80\x80",
      "\xe0\x9f\xbf",
      "\xed\xa0\x80",
      "\xed\xbf\xbf",
      "\xf0\x80\x80\x80",
      "\xf0\x8f\xbf\xbf",
      "\xf4\x90\x80\x80",
      "\xf5\x80\x80\x80",
      "\xf8\x88\x80\x80\x80",
      "\xfe",
      "\xff",
      // Cut short, and continued by something else.
      "\xc2",
      "\xe2\x82",
      "\xe2",
      "\xf0\x9f\x98",
      "\xf0\x9f",
      "\xf0",
      "\xc2a",
      "\xe2\x82a",
      "\xe2a\x82",
      "\xf0\x9f\x98a",
      "\xc2\xc2\x80",
      "\xf0\x9f\xff\x80",
    ];
    for (let i = 0; i < texts.length; i++) {
      expect(stringOf(raw('"' + texts[i] + '"'))).toBe("!UTF-8", raw(texts[i]).printable());
      expect(stringOf(raw('"' + texts[i]))).toBe("!UTF-8", "at the end: " + raw(texts[i]).printable());
    }
  });
});
