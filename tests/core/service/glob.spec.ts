import { Glob } from "../../../assembly/core/service/glob";
import { raw } from "../support";

/** Checks a glob against texts that match and texts that do not, both separated by spaces; `-` is the empty text. */
function check(pattern: string, matching: string, other: string): void {
  const glob = Glob.parse(raw(pattern));
  const yes = matching.split(" ");
  const no: string[] = other.length == 0 ? new Array<string>() : other.split(" ");
  for (let i = 0; i < yes.length; i++) {
    expect(glob.matches(raw(yes[i] == "-" ? "" : yes[i]))).toBe(true, pattern + " matches " + yes[i]);
  }
  for (let i = 0; i < no.length; i++) {
    expect(glob.matches(raw(no[i] == "-" ? "" : no[i]))).toBe(false, pattern + " does not match " + no[i]);
  }
}

describe("Glob", () => {
  test("a literal matches itself, whole", () => {
    check("", "-", "a");
    check("abc", "abc", "- ab abcd xabc ABC abd");
    check("a.c", "a.c", "abc");
    check("[a-c]^$(|)", "[a-c]^$(|)", "a");
  });

  test("* is any number of bytes", () => {
    check("*", "- a abc a/b.c *", "");
    check("**", "- a ab", "");
  });

  test("* at either end, in the middle, twice", () => {
    check("a*", "a ab a*", "- b ba");
    check("*a", "a ba aa", "- ab b");
    check("a*b", "ab axb aab abb", "- a b aba bab");
    check("*a*", "a xa ax xax", "- x");
    check("a*b*c", "abc axbxc abcc abbc abcbc", "ac acb ab bc abcd");
    check("ab*ba", "abba abxba abbaba", "aba ab ba");
    check("*.a.*.b", "x.a.y.b .a..b .a.b.b", ".a.b x.a.b");
  });

  test("+ is one or more bytes", () => {
    check("+", "a ab", "-");
    check("a+", "ab abc", "a - b");
    check("+a+", "xax aaa", "a aa xa ax");
    check("a+b", "axb aab abb axxb", "ab a b");
  });

  test("? is none or one byte", () => {
    check("?", "- a", "ab");
    check("a?", "a ab", "abc - b");
    check("a?c", "ac abc", "abbc a c");
    check("?a?b?", "ab xab axb abx xaxbx", "a b xxab axxb abxx");
  });

  test("runs of wildcards add up", () => {
    check("??", "- a ab", "abc");
    check("++", "ab abc", "- a");
  });

  test("mixed runs", () => {
    check("+?", "a ab abc", "-");
    check("?+", "a ab abc", "-");
    check("+*+", "ab abc", "- a");
    check("a???b", "ab axb axxb axxxb", "axxxxb a b");
    check("a?+?b", "axb axxb axxxxxxb", "ab");
  });

  test("a backslash makes a byte literal that is no letter and no digit", () => {
    check("a\\*", "a*", "a ab a\\*");
    check("a\\+b", "a+b", "axb a\\+b");
    check("a\\?b", "a?b", "ab axb");
    check("\\\\", "\\", "\\\\ -");
    check("a\\.b", "a.b", "a\\.b");
    check("\\\\*", "\\ \\a", "a *");
    check("\\**", "* *a", "a -");
  });

  test("before a letter or a digit, and at the end, it stands for itself", () => {
    check("a\\bc", "a\\bc", "abc");
    check("a\\1", "a\\1", "a1");
    check("a\\", "a\\", "a");
    check("\\d*", "\\d \\dx", "1 d");
  });

  test("wildcards cover any byte, dots and slashes among them", () => {
    for (let i = 0; i < 256; i++) {
      const text = raw("a" + String.fromCharCode(i) + "b");
      // A byte that continues a character of UTF-8 is none of its own.
      const continues = (i & 0xc0) == 0x80;
      expect(Glob.parse(raw("a+b")).matches(text)).toBe(!continues, "byte " + i.toString());
      expect(Glob.parse(raw("a?b")).matches(text)).toBe(true, "byte " + i.toString());
      expect(Glob.parse(raw("a*b")).matches(text)).toBe(true, "byte " + i.toString());
    }
  });

  test("a character is as many bytes as UTF-8 has for it", () => {
    check("?", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa9\xc3\xa9 a\xc3\xa9");
    check("++", "\xc3\xa9\xc3\xa9 a\xc3\xa9", "\xc3\xa9 \xf0\x9f\x98\x80");
    check("a?b?c", "a\xc3\xa9b\xe2\x82\xacc", "a\xc3\xa9ab\xe2\x82\xacc");
    check("*\xa9", "\xc3\xa9", "\xc3\xa8");
  });

  test("the cost of a hostile pair of glob and text is bounded", () => {
    const text = raw("a".repeat(2000) + "b");
    expect(Glob.parse(raw("a*".repeat(50) + "c")).matches(text)).toBe(false);
    expect(Glob.parse(raw("?a".repeat(50) + "*c*b")).matches(text)).toBe(false);
    expect(Glob.parse(raw("*a".repeat(50) + "*b")).matches(text)).toBe(true);
  });
});
