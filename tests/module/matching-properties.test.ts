import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { compileAssembly, instantiateAssembly } from "../support/assembly.ts";
import { globExpression, pathForms, patternFault, patternMatcher, normalForm } from "../support/matching-reference.ts";

/** What tests/core/exports/matching.ts exports. */
interface Matching {
  memory: WebAssembly.Memory;
  areaPtr: () => number;
  setGlob: (length: number) => void;
  globMatches: (length: number) => number;
  setPattern: (length: number) => number;
  patternMatches: (pathLength: number, queryLength: number) => number;
  readForms: (length: number) => number;
  takeForm: (index: number) => number;
}

/** Small alphabets, so that what is generated collides: a token is drawn as often as it stands here. */
const GLOB_TOKENS = ["a", "b", ".", "*", "+", "?", "\\", "\\*", "\\?", "\\.", "ab", "*?", "1", "\xc3\xa9", "\xa9"];
const TEXT_TOKENS = ["a", "b", ".", "*", "?", "\\", "1", "+", "\xff", "\xc3\xa9", "\x80", "\xa9"];
const PATH_TOKENS = [
  "/",
  "/",
  "/",
  ".",
  "..",
  "/..",
  "/./",
  "a",
  "b",
  "%2e",
  "%2E",
  "%2f",
  "%61",
  "\\",
  "%",
  "%5c",
  "2e",
  ";",
];
const PATTERN_TOKENS = [...PATH_TOKENS, "{x}", "{x}", "{y}", "a", "b", "$", "*", "+", "(", "|"];
const QUERY_TOKENS = ["a", "b", "=", "=", "&", "&", "%61", "+", "%20", "1", "%", "%3d", "a=1", "b=", "&a", "&a=2"];
const CONDITION_TOKENS = [...QUERY_TOKENS, "{x}", "={x}", "{x}=1", "$", "?"];

/** Mulberry32: the same numbers in every run. */
class Generator {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Returns a whole number from 0 to `below` - 1. */
  next(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** Returns up to `most` tokens in a row. */
  text(tokens: readonly string[], most: number): string {
    return Array.from({ length: this.next(most + 1) }, () => tokens[this.next(tokens.length)]!).join("");
  }

  /** Returns `text` with one character dropped, doubled or replaced, or as it is. */
  bend(text: string, tokens: readonly string[]): string {
    const at = this.next(text.length + 1);
    switch (this.next(5)) {
      case 0:
        return text.slice(0, at) + text.slice(at + 1);
      case 1:
        return text.slice(0, at) + tokens[this.next(tokens.length)]! + text.slice(at);
      default:
        return text;
    }
  }
}

/** Fails unless both answers came often enough for the comparison to mean something. */
function assertBalanced(yes: number, all: number): void {
  assert.ok(yes > all * 0.05 && yes < all * 0.95, `${String(yes)} of ${String(all)} matched`);
}

suite("matching, compared with regular expressions", () => {
  let module: Matching;

  before(async () => {
    const bytes = await compileAssembly("tests/core/exports/matching.ts", "-O2");
    module = (await instantiateAssembly(bytes)) as unknown as Matching;
  });

  function put(text: string): number {
    Buffer.from(module.memory.buffer, module.areaPtr()).write(text, "latin1");
    return text.length;
  }

  function form(index: number): string {
    const length = module.takeForm(index);
    return Buffer.from(module.memory.buffer, module.areaPtr(), length).toString("latin1");
  }

  test("globs: 30,000 texts", () => {
    const generator = new Generator(1);
    let yes = 0;
    for (let i = 0; i < 3000; i++) {
      const glob = generator.text(GLOB_TOKENS, 7);
      const expression = globExpression(glob);
      module.setGlob(put(glob));
      for (let j = 0; j < 10; j++) {
        // Half of the texts are the glob itself with its wildcards filled in.
        const text =
          j % 2 === 0
            ? generator.text(TEXT_TOKENS, 6)
            : generator.bend(
                glob.replaceAll(/\\(?=[^a-z0-9])|[*+?]/gi, (token) =>
                  token === "\\" ? "" : generator.text(TEXT_TOKENS, 2),
                ),
                TEXT_TOKENS,
              );
        const expected = expression.test(text);
        if (expected) yes++;
        assert.equal(module.globMatches(put(text)) !== 0, expected, `glob ${glob}, text ${JSON.stringify(text)}`);
      }
    }
    assertBalanced(yes, 30_000);
  });

  test("paths: the forms of 30,000", () => {
    const generator = new Generator(2);
    let ambiguous = 0;
    for (let i = 0; i < 30_000; i++) {
      const path = (generator.next(10) === 0 ? "" : "/") + generator.text(PATH_TOKENS, 9);
      const expected = pathForms(path);
      const count = module.readForms(put(path));
      if (count > 1) ambiguous++;
      const forms = Array.from({ length: count }, (_, index) => form(index));
      assert.equal(forms[0], expected[0], `the normal form of ${path}`);
      assert.deepEqual(new Set(forms), new Set(expected), `the forms of ${path}`);
    }
    assertBalanced(ambiguous, 30_000);
  });

  test("patterns: faults of 30,000", () => {
    const generator = new Generator(3);
    const tokens = ["{", "}", "{}", "{x}", "a", "/", "%0", "0", "\0", "?", "b"];
    const seen = [0, 0, 0, 0];
    for (let i = 0; i < 30_000; i++) {
      const pattern = generator.text(tokens, 6);
      const expected = patternFault(pattern);
      seen[expected]!++;
      assert.equal(module.setPattern(put(pattern)), expected, JSON.stringify(pattern));
    }
    for (const count of seen) assertBalanced(count, 30_000);
  });

  test("patterns: the paths of 40,000 requests", () => {
    const generator = new Generator(4);
    let yes = 0;
    for (let i = 0; i < 4000; i++) {
      const pattern = (generator.next(10) === 0 ? "" : "/") + generator.text(PATTERN_TOKENS, 6);
      const matches = patternMatcher(pattern);
      assert.equal(module.setPattern(put(pattern)), 0);
      for (let j = 0; j < 10; j++) {
        // Half of the paths are the pattern itself with its placeholders filled in.
        const raw =
          j % 2 === 0
            ? "/" + generator.text(PATH_TOKENS, 5)
            : generator.bend(
                pattern.replace(/\$$/, "").replaceAll(/\{[^}]+\}/g, () => generator.text(["a", "b", ".", "$", "/"], 3)),
                PATH_TOKENS,
              );
        const path = generator.next(4) === 0 ? raw : normalForm(raw);
        const expected = matches(path, "");
        if (expected) yes++;
        assert.equal(module.patternMatches(put(path), 0) !== 0, expected, `pattern ${pattern}, path ${path}`);
      }
    }
    assertBalanced(yes, 40_000);
  });

  test("patterns: the queries of 40,000 requests", () => {
    const generator = new Generator(5);
    let yes = 0;
    for (let i = 0; i < 4000; i++) {
      const conditions = generator.text(CONDITION_TOKENS, 5);
      const pattern = `/${generator.next(4) === 0 ? "$" : ""}?${conditions}`;
      const matches = patternMatcher(pattern);
      assert.equal(module.setPattern(put(pattern)), 0);
      for (let j = 0; j < 10; j++) {
        const query =
          j % 2 === 0
            ? generator.text(QUERY_TOKENS, 8)
            : generator.bend(
                conditions.replaceAll(/\{[^}]+\}/g, () => generator.text(["a", "1", "%00", "+"], 2)),
                QUERY_TOKENS,
              );
        const expected = matches("/", query);
        if (expected) yes++;
        const written = put("/" + query);
        assert.equal(module.patternMatches(1, written - 1) !== 0, expected, `pattern ${pattern}, query ${query}`);
      }
    }
    assertBalanced(yes, 40_000);
  });
});
