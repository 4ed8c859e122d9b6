import { isAlpha, isDigit } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { isContinuation } from "../bytes/utf8";

const STAR: u8 = 0x2a;
const PLUS: u8 = 0x2b;
const QUESTION: u8 = 0x3f;
const BACKSLASH: u8 = 0x5c;

/** A gap with no upper bound. */
const UNBOUNDED: i32 = i32.MAX_VALUE;

/** Most authorities have no wildcard: they share this. */
const NO_GAPS: StaticArray<i32> = [];

/** The parts of the glob that is being parsed. */
const literals: Bytes[] = [];
const mins: i32[] = [];
const maxes: i32[] = [];

/** The literal that is being parsed. */
const literal: ByteWriter = new ByteWriter(256);

// Reached positions of the text, one byte each; see `Glob.reaches`.
const before: ByteWriter = new ByteWriter(256);
const after: ByteWriter = new ByteWriter(256);

/**
 * A glob, anchored at both ends: `*` any number of characters, `+` one or more, `?` none or one.
 * A backslash makes the next character literal, except before a letter or a digit, where it stands for itself.
 *
 * Characters are those of UTF-8, counted by the bytes that begin one: a byte that continues a character belongs to what is
 * before it, also where it has no business there. So a text that is no UTF-8 has as many characters as `strlen` says.
 *
 * It is kept as literals with gaps between them: a run of wildcards is one gap of at least `min` and at most `max`
 * characters.
 */
export class Glob {
  /** literals[0] gap[0] literals[1] gap[1] … literals[n]: one gap less than literals. */
  private constructor(
    private readonly literals: StaticArray<Bytes>,
    private readonly gapMins: StaticArray<i32>,
    private readonly gapMaxes: StaticArray<i32>,
  ) {}

  static parse(pattern: Bytes): Glob {
    literal.clear();
    mins.length = 0;
    maxes.length = 0;
    let inGap = false;
    for (let i = 0; i < pattern.length; i++) {
      let byte = pattern.at(i);
      if (byte == STAR || byte == PLUS || byte == QUESTION) {
        if (!inGap) {
          literals.push(literal.copy());
          literal.clear();
          mins.push(0);
          maxes.push(0);
        }
        inGap = true;
        widen(byte);
        continue;
      }
      inGap = false;
      if (byte == BACKSLASH && i + 1 < pattern.length) {
        const next = pattern.at(i + 1);
        if (!isAlpha(next) && !isDigit(next)) {
          byte = next;
          i++;
        }
      }
      literal.byte(byte);
    }
    literals.push(literal.copy());
    const parts = StaticArray.fromArray(literals);
    literals.length = 0;
    if (mins.length == 0) return new Glob(parts, NO_GAPS, NO_GAPS);
    return new Glob(parts, StaticArray.fromArray(mins), StaticArray.fromArray(maxes));
  }

  /** Says whether it is the same glob. */
  equals(other: Glob): bool {
    if (this == other) return true;
    if (this.literals.length != other.literals.length) return false;
    for (let i = 0; i < this.literals.length; i++) if (!this.literals[i].equals(other.literals[i])) return false;
    for (let i = 0; i < this.gapMins.length; i++) {
      if (this.gapMins[i] != other.gapMins[i] || this.gapMaxes[i] != other.gapMaxes[i]) return false;
    }
    return true;
  }

  /** The literal before the first wildcard. */
  get first(): Bytes {
    return this.literals[0];
  }

  /** The literal after the last wildcard. */
  get last(): Bytes {
    return this.literals[this.literals.length - 1];
  }

  /** Says whether it has no wildcard. */
  isWhole(): bool {
    return this.literals.length == 1;
  }

  /** Says whether it is `*` and a literal. */
  isEnd(): bool {
    return this.isAnyGap() && this.first.isEmpty();
  }

  /** Says whether it is a literal and `*`. */
  isBeginning(): bool {
    return this.isAnyGap() && this.last.isEmpty();
  }

  /** Says whether its only gap takes anything. */
  private isAnyGap(): bool {
    return this.gapMins.length == 1 && this.gapMins[0] == 0 && this.gapMaxes[0] == UNBOUNDED;
  }

  /** Says whether the whole of `text` matches. */
  matches(text: Bytes): bool {
    const first = this.literals[0];
    const gaps = this.gapMins.length;
    if (gaps == 0) return text.equals(first);
    const last = this.literals[gaps];
    const rest = text.length - first.length - last.length;
    if (rest < 0 || !startsAt(text, 0, first) || !startsAt(text, text.length - last.length, last)) return false;
    if (gaps == 1) return fits(text, first.length, rest, this.gapMins[0], this.gapMaxes[0]);
    return this.reaches(text, first.length, text.length - last.length);
  }

  /**
   * Matches what lies between the first and the last literal by following the set of positions that can be reached:
   * the cost is bounded by (gaps × length of the text × the larger of a literal's length and a gap's `max`), whatever the
   * pattern.
   */
  private reaches(text: Bytes, from: i32, to: i32): bool {
    clearPositions(before, text.length);
    store<u8>(before.ptr + <usize>from, 1);
    const gaps = this.gapMins.length;
    for (let g = 0; g < gaps; g++) {
      const literal = this.literals[g + 1];
      const min = this.gapMins[g];
      const max = this.gapMaxes[g];
      const isLast = g + 1 == gaps;
      clearPositions(after, text.length);
      for (let at = from; at <= to; at++) {
        if (load<u8>(before.ptr + <usize>at) == 0) continue;
        if (isLast) {
          if (fits(text, at, to - at, min, max)) return true;
        } else this.reach(text, at, to, min, max, literal);
        // What a later position of an unbounded gap reaches, the first one has reached already.
        if (max == UNBOUNDED) break;
      }
      memory.copy(before.ptr, after.ptr, <usize>(text.length + 1));
    }
    return false;
  }

  /** Notes in `after` where a literal ends that follows a gap which begins at `at`. */
  private reach(text: Bytes, at: i32, to: i32, min: i32, max: i32, literal: Bytes): void {
    let count = 0;
    for (let end = at; end + literal.length <= to; end++) {
      if (count >= min && startsAt(text, end, literal)) store<u8>(after.ptr + <usize>(end + literal.length), 1);
      if (isContinuation(load<u8>(text.ptr + <usize>end))) continue;
      if (count == max) return;
      count++;
    }
  }
}

/** Widens the gap that is being parsed. */
function widen(wildcard: u8): void {
  const gap = mins.length - 1;
  if (wildcard == PLUS) mins[gap] += 1;
  if (wildcard != QUESTION) maxes[gap] = UNBOUNDED;
  else if (maxes[gap] != UNBOUNDED) maxes[gap] += 1;
}

/** Says whether `length` bytes from `from` on are at least `min` and at most `max` characters. */
function fits(text: Bytes, from: i32, length: i32, min: i32, max: i32): bool {
  if (length < min) return false;
  // No need to count where even single bytes are few enough.
  if (min == 0 && length <= max) return true;
  let count = 0;
  for (let i = from; i < from + length; i++) {
    if (isContinuation(load<u8>(text.ptr + <usize>i))) continue;
    if (++count > max) return false;
    if (count >= min && max == UNBOUNDED) return true;
  }
  return count >= min;
}

function startsAt(text: Bytes, at: i32, literal: Bytes): bool {
  if (at < 0 || at + literal.length > text.length) return false;
  return memory.compare(text.ptr + <usize>at, literal.ptr, <usize>literal.length) == 0;
}

function clearPositions(positions: ByteWriter, textLength: i32): void {
  positions.clear();
  positions.reserve(textLength + 1);
  memory.fill(positions.ptr, 0, <usize>(textLength + 1));
}
