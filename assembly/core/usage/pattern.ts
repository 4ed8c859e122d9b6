import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { BytesIndex } from "../bytes/bytes-index";
import { formDecode } from "../request/form";
import { ParameterIndex } from "../request/parameter-index";
import { collapseSlashes, decodeUnreserved, isNormal, resolveDots, slashBackslashes } from "../request/path";
import { matchWildcards, WILDCARD } from "./wildcard";

const DOLLAR: u8 = 0x24;
const PERCENT: u8 = 0x25;
const AMPERSAND: u8 = 0x26;
const ZERO: u8 = 0x30;
const EQUALS: u8 = 0x3d;
const QUESTION: u8 = 0x3f;
const OPEN: u8 = 0x7b;
const CLOSE: u8 = 0x7d;

/** Why a pattern is refused. */
export const enum PatternFault {
  None,
  EmptyPlaceholder,
  UnclosedBrace,
  NulByte,
}

const name: Bytes = new Bytes();
const value: Bytes = new Bytes();
// Compiling leaves little garbage: a configuration has many patterns, and is collected only when it has been read.
const first: ByteWriter = new ByteWriter(256);
const second: ByteWriter = new ByteWriter(256);
const NO_CONDITIONS: QueryCondition[] = [];

/** One `name`, `name=value` or `name={x}` of a pattern's query part. */
class QueryCondition {
  private readonly hasWildcardName: bool;

  constructor(
    readonly name: Bytes,
    /** Null: the parameter has to be there, whatever its value. */
    readonly value: Bytes | null,
  ) {
    this.hasWildcardName = name.indexOf(WILDCARD) >= 0;
  }

  /** Of duplicates the last parameter counts. */
  isMet(parameters: ParameterIndex): bool {
    if (!this.hasWildcardName) {
      const index = parameters.find(this.name);
      return index >= 0 && this.hasValue(parameters, index);
    }
    for (let i = 0; i < parameters.count; i++) {
      if (!parameters.lastName(i, name) || !matchWildcards(this.name, name, false, true)) continue;
      if (this.hasValue(parameters, i)) return true;
    }
    return false;
  }

  equals(other: QueryCondition): bool {
    if (!this.name.equals(other.name)) return false;
    const value = this.value;
    const otherValue = other.value;
    if (value == null || otherValue == null) return value == null && otherValue == null;
    return value.equals(otherValue);
  }

  private hasValue(parameters: ParameterIndex, index: i32): bool {
    const wanted = this.value;
    if (wanted == null) return true;
    parameters.value(index, value);
    return matchWildcards(wanted, value, false, true);
  }
}

/**
 * A mapping rule's pattern, in 3scale's documented meaning: literals are literal, `{x}` is one or more characters of a
 * segment, the path matches as a prefix unless the pattern's path ends in `$`, and query conditions may stand in any
 * order. `$` elsewhere is literal.
 */
export class Pattern {
  /** The path in normal form, WILDCARD for each placeholder. */
  readonly path: Bytes;
  readonly isAnchored: bool;
  /** How long the path is up to its first placeholder, -1 where it has none. */
  private readonly firstWildcard: i32;
  private readonly conditions: QueryCondition[];

  private constructor(path: Bytes, isAnchored: bool, conditions: QueryCondition[]) {
    this.path = path;
    this.isAnchored = isAnchored;
    this.firstWildcard = path.indexOf(WILDCARD);
    this.conditions = conditions;
  }

  /** Says what is wrong with a pattern, `PatternFault.None` where nothing is. */
  static check(pattern: Bytes): PatternFault {
    if (pattern.indexOf(WILDCARD) >= 0) return PatternFault.NulByte;
    for (let i = 0; i < pattern.length; i++) {
      if (pattern.at(i) == PERCENT && pattern.at(i + 1) == ZERO && pattern.at(i + 2) == ZERO)
        return PatternFault.NulByte;
      if (pattern.at(i) != OPEN) continue;
      const close = pattern.indexOf(CLOSE, i);
      if (close < 0) return PatternFault.UnclosedBrace;
      if (close == i + 1) return PatternFault.EmptyPlaceholder;
      i = close;
    }
    return PatternFault.None;
  }

  /** Compiles a pattern that `check` has passed. */
  static compile(pattern: Bytes): Pattern {
    const marked = markPlaceholders(pattern);
    const question = marked.indexOf(QUESTION);
    const pathEnd = question < 0 ? marked.length : question;
    const isAnchored = pathEnd > 0 && marked.at(pathEnd - 1) == DOLLAR;
    name.set(marked.ptr, isAnchored ? pathEnd - 1 : pathEnd);
    const path = normalize(name);
    const conditions: QueryCondition[] = pathEnd + 1 < marked.length ? [] : NO_CONDITIONS;
    for (let start = pathEnd + 1; start < marked.length;) {
      let end = marked.indexOf(AMPERSAND, start);
      if (end < 0) end = marked.length;
      if (end > start) conditions.push(condition(marked, start, end));
      start = end + 1;
    }
    return new Pattern(path, isAnchored, lastOfEachName(conditions));
  }

  hasConditions(): bool {
    return this.conditions.length > 0;
  }

  /** Says whether another pattern asks the same, however it is written. */
  equals(other: Pattern): bool {
    if (this.isAnchored != other.isAnchored || !this.path.equals(other.path)) return false;
    // Each has at most one condition on a name, so that as many are the same ones.
    if (this.conditions.length != other.conditions.length) return false;
    for (let i = 0; i < this.conditions.length; i++) if (!other.hasCondition(this.conditions[i])) return false;
    return true;
  }

  private hasCondition(condition: QueryCondition): bool {
    for (let i = 0; i < this.conditions.length; i++) if (this.conditions[i].equals(condition)) return true;
    return false;
  }

  /** Says whether a path in one of its forms, and the form-decoded parameters of its query, match. */
  matches(path: Bytes, parameters: ParameterIndex): bool {
    return this.matchesPath(path) && this.meetsConditions(parameters);
  }

  /** Says whether the conditions on the query are met. */
  meetsConditions(parameters: ParameterIndex): bool {
    for (let i = 0; i < this.conditions.length; i++) {
      if (!this.conditions[i].isMet(parameters)) return false;
    }
    return true;
  }

  /** Says whether a path in one of its forms matches, whatever its query. */
  matchesPath(path: Bytes): bool {
    const literal = this.path;
    const wildcard = this.firstWildcard;
    const plain = wildcard < 0 ? literal.length : wildcard;
    if (path.length < plain || memory.compare(path.ptr, literal.ptr, <usize>plain) != 0) return false;
    if (wildcard >= 0) return matchWildcards(literal, path, true, this.isAnchored);
    return !this.isAnchored || path.length == plain;
  }
}

/** Returns the pattern with each `{…}` made one WILDCARD byte; the pattern itself where it has none. */
function markPlaceholders(pattern: Bytes): Bytes {
  if (pattern.indexOf(OPEN) < 0) return pattern;
  first.clear();
  for (let i = 0; i < pattern.length; i++) {
    const byte = pattern.at(i);
    const close = byte == OPEN ? pattern.indexOf(CLOSE, i) : -1;
    first.byte(close < 0 ? byte : WILDCARD);
    if (close >= 0) i = close;
  }
  return first.copy();
}

/** Returns a path in the normal form of `PathForms`. */
function normalize(path: Bytes): Bytes {
  if (path.isEmpty() || isNormal(path)) return path.copy();
  first.clear();
  decodeUnreserved(path, first);
  first.viewInto(value);
  second.clear();
  slashBackslashes(value, second);
  second.viewInto(value);
  first.clear();
  resolveDots(value, first);
  first.viewInto(value);
  second.clear();
  collapseSlashes(value, second);
  return second.copy();
}

function condition(marked: Bytes, start: i32, end: i32): QueryCondition {
  const equals = marked.indexOf(EQUALS, start, end);
  const nameEnd = equals < 0 ? end : equals;
  const conditionName = decoded(marked, start, nameEnd);
  return new QueryCondition(conditionName, nameEnd == end ? null : decoded(marked, nameEnd + 1, end));
}

function decoded(marked: Bytes, start: i32, end: i32): Bytes {
  value.set(marked.ptr + <usize>start, end - start);
  first.clear();
  formDecode(value, first);
  return first.copy();
}

/** Of conditions on one name the last counts, as of duplicate parameters. */
function lastOfEachName(conditions: QueryCondition[]): QueryCondition[] {
  if (conditions.length < 2) return conditions;
  const names = new BytesIndex();
  const last: QueryCondition[] = [];
  for (let i = 0; i < conditions.length; i++) {
    const number = names.add(conditions[i].name);
    if (number == last.length) last.push(conditions[i]);
    else last[number] = conditions[i];
  }
  return last;
}
