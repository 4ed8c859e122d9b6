import { hashByte, hashStart } from "../bytes/bytes-index";
import { BytesIndex } from "../bytes/bytes-index";
import { Bytes } from "../bytes/bytes";
import { MappingRule } from "./mapping-rule";
import { WILDCARD } from "./wildcard";

/** Fewer rules are tried one by one: that is quicker, and takes less memory. */
const LEAST_RULES: i32 = 16;

/** Patterns with more are tried one by one. */
const MOST_PLACEHOLDERS: i32 = 64;

const SLASH: u8 = 0x2f;
const NO_NODE: i32 = -1;

/** What rules have in common that begin, or go on after a placeholder, with the same literal. */
class Branch {
  /** Rules that end here and match as a prefix. */
  readonly prefixRules: i32[] = [];
  /** Rules that end here and at the end of the path. */
  readonly anchoredRules: i32[] = [];
  /** Where rules go on that have a placeholder next; NO_NODE where none do. */
  node: i32 = NO_NODE;
  /** Rules that end with that placeholder. */
  readonly placeholderRules: i32[] = [];
  readonly anchoredPlaceholderRules: i32[] = [];
}

/** A place in patterns where a literal begins. */
class Node {
  readonly literals: BytesIndex = new BytesIndex();
  /** By the number of the literal. */
  readonly branches: Branch[] = [];
  /** The distinct lengths of the literals, ascending. */
  readonly lengths: i32[] = [];
}

/**
 * Finds the rules whose pattern matches a path without trying those that do not: patterns are taken apart into literals
 * and placeholders, and from each place on the path only the literals that stand there are followed.
 *
 * Patterns in which something else than a slash follows a placeholder, or with very many of them, are left to be tried one
 * by one.
 */
export class RuleIndex {
  /** How many rules were found, and which: their numbers, ascending. */
  count: i32 = 0;
  private found: StaticArray<i32> = new StaticArray<i32>(16);
  private readonly nodes: Node[] = [new Node()];
  private readonly rules: StaticArray<MappingRule>;
  /** Rules to be tried one by one. */
  private readonly others: i32[] = [];

  /** Returns an index of rules, null where there are so few that it would not help. */
  static of(rules: StaticArray<MappingRule>): RuleIndex | null {
    return rules.length < LEAST_RULES ? null : new RuleIndex(rules);
  }

  constructor(rules: StaticArray<MappingRule>) {
    this.rules = rules;
    for (let i = 0; i < rules.length; i++) {
      const path = rules[i].pattern.path;
      if (isSimple(path)) this.add(path, rules[i].pattern.isAnchored, i);
      else this.others.push(i);
    }
  }

  /** Finds the rules whose pattern's path matches `path`; their conditions are not looked at. */
  find(path: Bytes): void {
    this.count = 0;
    this.follow(0, path, 0);
    for (let i = 0; i < this.others.length; i++) {
      if (this.rules[this.others[i]].pattern.matchesPath(path)) this.take(this.others[i]);
    }
    this.sort();
  }

  /** Returns the number of the rule that was found as number `index`. */
  at(index: i32): i32 {
    return <u32>index < <u32>this.count ? this.found[index] : 0;
  }

  private add(path: Bytes, isAnchored: bool, rule: i32): void {
    let node = this.nodes[0];
    for (let start = 0; ;) {
      const wildcard = path.indexOf(WILDCARD, start);
      const end = wildcard < 0 ? path.length : wildcard;
      const branch = branchOf(node, Bytes.copyOf(path.ptr + <usize>start, end - start));
      if (wildcard < 0) {
        (isAnchored ? branch.anchoredRules : branch.prefixRules).push(rule);
        return;
      }
      start = wildcard + 1;
      if (start == path.length) {
        (isAnchored ? branch.anchoredPlaceholderRules : branch.placeholderRules).push(rule);
        return;
      }
      if (branch.node == NO_NODE) branch.node = this.nodes.push(new Node()) - 1;
      node = this.nodes[branch.node];
    }
  }

  /** Follows the literals that stand at `at`. The depth is that of the patterns. */
  private follow(number: i32, path: Bytes, at: i32): void {
    const node = this.nodes[number];
    const lengths = node.lengths;
    let hash = hashStart();
    let hashed = 0;
    for (let i = 0; i < lengths.length; i++) {
      const length = lengths[i];
      if (length > path.length - at) return;
      for (; hashed < length; hashed++) hash = hashByte(hash, load<u8>(path.ptr + <usize>(at + hashed)));
      const literal = node.literals.findHashed(hash, path.ptr + <usize>at, length);
      if (literal >= 0) this.enter(node.branches[literal], path, at + length);
    }
  }

  private enter(branch: Branch, path: Bytes, at: i32): void {
    this.takeAll(branch.prefixRules);
    if (at == path.length) {
      this.takeAll(branch.anchoredRules);
      return;
    }
    if (path.at(at) == SLASH) return;
    this.takeAll(branch.placeholderRules);
    if (branch.node == NO_NODE && branch.anchoredPlaceholderRules.length == 0) return;
    let end = path.indexOf(SLASH, at);
    if (end < 0) {
      end = path.length;
      this.takeAll(branch.anchoredPlaceholderRules);
    }
    if (branch.node != NO_NODE) this.follow(branch.node, path, end);
  }

  private takeAll(rules: i32[]): void {
    for (let i = 0; i < rules.length; i++) this.take(rules[i]);
  }

  private take(rule: i32): void {
    if (this.count == this.found.length) {
      const found = new StaticArray<i32>(this.count * 2);
      memory.copy(changetype<usize>(found), changetype<usize>(this.found), <usize>(this.count << 2));
      this.found = found;
    }
    this.found[this.count++] = rule;
  }

  /** By insertion: what is found is little, and nearly in order. */
  private sort(): void {
    const found = this.found;
    for (let i = 1; i < this.count; i++) {
      const rule = found[i];
      let j = i - 1;
      for (; j >= 0 && found[j] > rule; j--) found[j + 1] = found[j];
      found[j + 1] = rule;
    }
  }
}

/**
 * Says whether every placeholder is followed by a slash or nothing, so that it ends where the segment does, and they are so
 * few that following them cannot exhaust the stack.
 */
function isSimple(path: Bytes): bool {
  let placeholders = 0;
  for (let i = path.indexOf(WILDCARD); i >= 0; i = path.indexOf(WILDCARD, i + 1)) {
    if (i + 1 < path.length && path.at(i + 1) != SLASH) return false;
    if (++placeholders > MOST_PLACEHOLDERS) return false;
  }
  return true;
}

function branchOf(node: Node, literal: Bytes): Branch {
  const number = node.literals.add(literal);
  if (number == node.branches.length) {
    node.branches.push(new Branch());
    insertSorted(node.lengths, literal.length);
  }
  return node.branches[number];
}

function insertSorted(numbers: i32[], value: i32): void {
  let at = 0;
  while (at < numbers.length && numbers[at] < value) at++;
  if (at < numbers.length && numbers[at] == value) return;
  numbers.push(value);
  for (let i = numbers.length - 1; i > at; i--) numbers[i] = numbers[i - 1];
  numbers[at] = value;
}
