import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { readForm } from "../../../assembly/core/request/form";
import { Pairs } from "../../../assembly/core/request/pairs";
import { ParameterIndex } from "../../../assembly/core/request/parameter-index";
import { PathForms } from "../../../assembly/core/request/path-forms";
import { Pattern, PatternFault } from "../../../assembly/core/usage/pattern";
import { raw } from "../support";

const forms: PathForms = new PathForms();
const parameters: Pairs = new Pairs();
const index: ParameterIndex = new ParameterIndex();
const buffer: ByteWriter = new ByteWriter(16);

/** Says whether a pattern matches the normal form of a request's target. */
function isMatch(pattern: string, target: string): bool {
  const text = raw(target);
  const question = text.indexOf(0x3f);
  const end = question < 0 ? text.length : question;
  forms.read(Bytes.view(text.ptr, end));
  const query = question < 0 ? new Bytes() : Bytes.view(text.ptr + <usize>(end + 1), text.length - end - 1);
  readForm(query, buffer, parameters);
  index.read(parameters);
  return Pattern.compile(raw(pattern)).matches(forms.at(0), index);
}

/** Checks a pattern against targets that match and targets that do not, both separated by spaces. */
function check(pattern: string, matching: string, other: string): void {
  const yes = matching.split(" ");
  const no = other.split(" ");
  for (let i = 0; i < yes.length; i++) expect(isMatch(pattern, yes[i])).toBe(true, pattern + " matches " + yes[i]);
  for (let i = 0; i < no.length; i++) expect(isMatch(pattern, no[i])).toBe(false, pattern + " does not match " + no[i]);
}

describe("Pattern.check", () => {
  test("passes what can be compiled", () => {
    const good: string[] = [
      "",
      "/",
      "/a",
      "/{id}",
      "/a$",
      "/{a}{b}",
      "/}",
      "/a}b",
      "/{a{b}",
      "/?a={x}",
      "$",
      "/%7B%7D",
      "/%0",
    ];
    for (let i = 0; i < good.length; i++) expect(Pattern.check(raw(good[i]))).toBe(PatternFault.None, good[i]);
  });

  test("refuses placeholders without a name", () => {
    const bad: string[] = ["{}", "/{}", "/a/{}/b", "/{x}/{}", "/?a={}", "/?{}=1"];
    for (let i = 0; i < bad.length; i++) expect(Pattern.check(raw(bad[i]))).toBe(PatternFault.EmptyPlaceholder, bad[i]);
  });

  test("refuses braces that nobody closes", () => {
    const bad: string[] = ["{", "/{id", "/{id}/{", "/a}{b", "/?a={x"];
    for (let i = 0; i < bad.length; i++) expect(Pattern.check(raw(bad[i]))).toBe(PatternFault.UnclosedBrace, bad[i]);
  });

  test("refuses NUL, plain and encoded", () => {
    const bad: string[] = ["\0", "/a\0b", "/%00", "/a%00b", "/?a=%00", "/{\0}"];
    for (let i = 0; i < bad.length; i++)
      expect(Pattern.check(raw(bad[i]))).toBe(PatternFault.NulByte, raw(bad[i]).printable());
  });
});

describe("Pattern: the path", () => {
  test("matches as a prefix", () => {
    check("/", "/ /a /a/b /?x=1", "* a");
    check("/a", "/a /ab /a/b /a?x=1", "/ /b /A");
    check("/a/", "/a/ /a/b", "/a /ab");
    expect(isMatch("", "/")).toBe(true);
    expect(isMatch("", "*")).toBe(true);
  });

  test("ends where a $ ends it", () => {
    check("/$", "/ /?x=1", "/a");
    check("/a$", "/a /a?x=1", "/ab /a/ /a/b /");
    check("/a/{x}$", "/a/b /a/bc", "/a/ /a/b/ /a/b/c");
    check("/{x}a$", "/ba /aa /baa", "/a /ba/ /bab");
  });

  test("a $ before the query is an end too", () => {
    check("/a$?x=1", "/a?x=1", "/a /ab?x=1 /a/?x=1 /a?x=2");
  });

  test("a $ elsewhere is a dollar sign", () => {
    check("/a$b", "/a$b /a$bc", "/a /ab");
    check("/$a", "/$a /$ab", "/a");
    check("/a$$", "/a$", "/a /a$$ /a$b");
    check("/{x}$/b", "/a$/b", "/a/b");
  });

  test("what regular expressions make of characters is not done", () => {
    check("/a.b", "/a.b", "/axb");
    check("/a+", "/a+", "/aa /a");
    check("/a|b", "/a|b", "/a /b");
    check("/(a)", "/(a)", "/a");
    check("/a*", "/a*", "/aa");
    check("/[ab]", "/[ab]", "/a");
    check("/^a", "/^a", "/a");
  });

  test("a placeholder is one or more characters of a segment", () => {
    check("/{id}", "/a /abc /a/b /%20", "/");
    check("/a/{id}/c", "/a/b/c /a/bcd/c /a/c/c/d", "/a//c /a/c /a/b/d/c");
    check("/a/{id}.json", "/a/b.json /a/b.c.json /a/b.jsonx", "/a/.json /a/b/c.json");
    check("/a-{x}-b", "/a-x-b /a---b", "/a--b /a-b");
    check("{x}", "a", "/");
  });

  test("adjacent placeholders want a character each", () => {
    check("/{a}{b}", "/xy /xyz", "/x /");
    check("/{a}{b}{c}$", "/xyz /wxyz", "/xy /xyz/");
    check("/{a}{b}/c", "/xy/c", "/x/c");
  });

  test("names of placeholders mean nothing", () => {
    check("/{a?b}", "/x", "/");
    check("/{a/b}/c", "/x/c", "/x/y/c");
    check("/{$}", "/x /xy", "/");
    check("/{{}", "/x", "/");
    check("/{a&b=c}?d=1", "/x?d=1", "/x");
  });

  test("a closing brace alone is literal", () => {
    check("/a}", "/a}", "/a");
  });

  test("the pattern takes the normal form of paths", () => {
    check("/%61/b%2Fc", "/a/b%2fc /%61/b%2Fc", "/a/b/c");
    check("/%c3%a9", "/%C3%A9 /%c3%a9", "/%E9");
    check("/a//b", "/a/b /a///b", "/a");
    check("/a/../b", "/b /c/../b", "/a");
    check("/a\\b", "/a/b", "/ab");
    check("/a/./b$", "/a/b /a/./b", "/a/b/c");
    check("/%7Bx%7D", "/%7bx%7d", "/a");
  });
});

describe("Pattern: the query", () => {
  test("a value is exact", () => {
    check("/?a=1", "/?a=1 /x?a=1&b=2 /?b=2&a=1", "/ /?a=12 /?a= /?a /?b=1 /?A=1");
    check("/?a=", "/?a= /?a", "/ /?a=1");
  });

  test("a placeholder as a value is present and not empty", () => {
    check("/?a={x}", "/?a=1 /?a=a/b /?a=%20", "/ /?a= /?a /?b=1");
    check("/?a=x{y}z", "/?a=xyz /?a=xx/zz", "/?a=xz /?a=xyzz1 /?a=1xyz");
  });

  test("a name alone is present", () => {
    check("/?flag", "/?flag /?flag= /?flag=1 /?a&flag", "/ /?flags /?a=flag");
  });

  test("any order, more parameters allowed, all conditions met", () => {
    check("/?a=1&b=2", "/?a=1&b=2 /?b=2&a=1 /?c=3&b=2&d&a=1", "/?a=1 /?b=2 /?a=2&b=1");
  });

  test("the last duplicate counts", () => {
    check("/?a=1", "/?a=2&a=1 /?a&a=1", "/?a=1&a=2 /?a=1&a");
    check("/?a={x}", "/?a=&a=1", "/?a=1&a=");
    check("/?a=1&a=2", "/?a=2 /?a=1&a=2", "/?a=1 /?a=2&a=1");
  });

  test("both sides are form-decoded", () => {
    check("/?a+b=c%26d", "/?a%20b=c%26d /?a+b=c%26%64", "/?a+b=c&d");
    check("/?%61=1", "/?a=1 /?%61=%31", "/?b=1");
  });

  test("a placeholder in a name is any parameter that fits", () => {
    check("/?{any}=1", "/?a=1 /?b=2&c=1", "/ /?a=2 /?=1");
    check("/?f{x}=1", "/?foo=1", "/?f=1 /?oo=1");
    check("/?{any}=1", "/?a=1&b=2", "/?a=1&a=2");
  });

  test("empty conditions are none", () => {
    check("/?", "/ /?a", "* a");
    check("/?&&a=1&", "/?a=1", "/");
  });

  test("a $ in the query is literal", () => {
    check("/?a=1$", "/?a=1$", "/?a=1");
  });

  test("hasConditions", () => {
    expect(Pattern.compile(raw("/a?b=1")).hasConditions()).toBe(true);
    expect(Pattern.compile(raw("/a?b")).hasConditions()).toBe(true);
    expect(Pattern.compile(raw("/a?&")).hasConditions()).toBe(false);
    expect(Pattern.compile(raw("/a")).hasConditions()).toBe(false);
  });
});
