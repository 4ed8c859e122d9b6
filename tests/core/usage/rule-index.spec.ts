import { MappingRule } from "../../../assembly/core/usage/mapping-rule";
import { Pattern } from "../../../assembly/core/usage/pattern";
import { RuleIndex } from "../../../assembly/core/usage/rule-index";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { Random, raw } from "../support";

const TOKENS: string[] = ["/", "/a", "/b", "/ab", "a", "b", "/{x}", "{y}", "/{z}/", "$", "/a/{x}/b"];
const PATH_TOKENS: string[] = ["/", "/a", "/b", "/ab", "a", "b", "/c/", "ab/"];

function rulesOf(patterns: string[]): StaticArray<MappingRule> {
  const rules: MappingRule[] = [];
  for (let i = 0; i < patterns.length; i++) {
    rules.push(new MappingRule(null, Pattern.compile(raw(patterns[i])), [], false));
  }
  return StaticArray.fromArray(rules);
}

function text(random: Random, tokens: string[], most: i32): string {
  let made = "";
  for (let i = random.next(most) + 1; i > 0; i--) made += tokens[random.next(tokens.length)];
  return made;
}

/** The numbers of the rules that match, tried one by one. */
function linear(rules: StaticArray<MappingRule>, path: Bytes): string {
  const numbers: i32[] = [];
  for (let i = 0; i < rules.length; i++) if (rules[i].pattern.matchesPath(path)) numbers.push(i);
  return numbers.join(" ");
}

function indexed(index: RuleIndex, path: Bytes): string {
  index.find(path);
  const numbers: i32[] = [];
  for (let i = 0; i < index.count; i++) numbers.push(index.at(i));
  return numbers.join(" ");
}

describe("RuleIndex", () => {
  test("finds what a linear scan finds, in the same order: 30,000 paths", () => {
    const random = new Random(7);
    let found = 0;
    for (let round = 0; round < 300; round++) {
      const patterns: string[] = [];
      for (let i = random.next(60) + 1; i > 0; i--) patterns.push(text(random, TOKENS, 5));
      const rules = rulesOf(patterns);
      const index = new RuleIndex(rules);
      for (let i = 0; i < 100; i++) {
        const path = raw(text(random, PATH_TOKENS, 6));
        const expected = linear(rules, path);
        if (expected.length > 0) found++;
        const got = indexed(index, path);
        if (got != expected) expect(path.printable() + ": " + got).toBe(expected, patterns.join(" "));
      }
    }
    // Both kinds of answer have been compared often.
    expect(found).toBeGreaterThan(10000);
    expect(found).toBeLessThan(29000);
  });

  test("few rules have no index", () => {
    expect(RuleIndex.of(rulesOf(["/a", "/b"])) == null).toBe(true);
    expect(RuleIndex.of(rulesOf(new Array<string>(16).fill("/a"))) == null).toBe(false);
  });

  test("finds more rules than it has room for at first", () => {
    const rules = rulesOf(new Array<string>(100).fill("/"));
    const index = new RuleIndex(rules);
    index.find(raw("/a"));
    expect(index.count).toBe(100);
    for (let i = 0; i < 100; i++) expect(index.at(i)).toBe(i);
  });
});
