import { matchWildcards } from "../../../assembly/core/usage/wildcard";
import { raw } from "../support";

/** `_` stands for a wildcard. */
function isMatch(literal: string, text: string, inSegment: bool, anchored: bool): bool {
  return matchWildcards(raw(literal.split("_").join("\0")), raw(text), inSegment, anchored);
}

describe("matchWildcards", () => {
  test("anchored, in segments", () => {
    const yes: string[] = [
      "",
      "",
      "/a",
      "/a",
      "_",
      "x",
      "_",
      "xyz",
      "/_/b",
      "/a/b",
      "/_b",
      "/abb",
      "__",
      "ab",
      "_a_",
      "xay",
      "_a",
      "aa",
    ];
    const no: string[] = [
      "",
      "a",
      "/a",
      "/",
      "/a",
      "/ab",
      "_",
      "",
      "_",
      "/",
      "_",
      "a/b",
      "/_/b",
      "//b",
      "__",
      "a",
      "_a_",
      "ay",
      "_a_",
      "xa",
      "_a",
      "a",
    ];
    for (let i = 0; i < yes.length; i += 2)
      expect(isMatch(yes[i], yes[i + 1], true, true)).toBe(true, yes[i] + " " + yes[i + 1]);
    for (let i = 0; i < no.length; i += 2)
      expect(isMatch(no[i], no[i + 1], true, true)).toBe(false, no[i] + " " + no[i + 1]);
  });

  test("as a prefix, in segments", () => {
    const yes: string[] = [
      "",
      "abc",
      "/a",
      "/abc",
      "_",
      "a/b",
      "/_/b",
      "/a/bc",
      "/_b",
      "/abx",
      "/_/_",
      "/a/b/c",
      "_a",
      "bac",
    ];
    const no: string[] = ["/a", "/b", "_", "", "_", "/a", "/_/b", "/a/c/b", "/_/_", "/a/", "/_/_", "/a", "_ab", "xaxb"];
    for (let i = 0; i < yes.length; i += 2)
      expect(isMatch(yes[i], yes[i + 1], true, false)).toBe(true, yes[i] + " " + yes[i + 1]);
    for (let i = 0; i < no.length; i += 2)
      expect(isMatch(no[i], no[i + 1], true, false)).toBe(false, no[i] + " " + no[i + 1]);
  });

  test("across slashes", () => {
    expect(isMatch("_", "a/b", false, true)).toBe(true);
    expect(isMatch("a_c", "a/b/c", false, true)).toBe(true);
    expect(isMatch("a_c", "ac", false, true)).toBe(false);
    expect(isMatch("_/_", "a/b/c", false, true)).toBe(true);
  });

  test("the last wildcard goes back as far as it has to", () => {
    expect(isMatch("/_ab", "/aabab", true, true)).toBe(true);
    expect(isMatch("/_a_b", "/xaxaxb", true, true)).toBe(true);
    expect(isMatch("/_a/_b", "/aaa/bbb", true, true)).toBe(true);
    expect(isMatch("/_a/_b", "/aab/bbb", true, true)).toBe(false);
  });

  test("the cost of a hostile pair is bounded", () => {
    expect(isMatch("_a".repeat(200) + "_b", "a".repeat(5000), true, true)).toBe(false);
  });
});
