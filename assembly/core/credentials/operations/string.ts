import { Bytes } from "../../bytes/bytes";
import { countCharacters, nextCharacter } from "../../bytes/utf8";
import { Failure } from "./failure";
import { Program } from "./program";
import { Opcode } from "./table";
import { ValueStack } from "./value-stack";

const BYTES_MODE: i32 = 1;
const input: Bytes = new Bytes();

/** The operations on the topmost value; those that only check leave it as it is. `at` is where the parameters begin. */
export function runString(opcode: Opcode, program: Program, at: i32, stack: ValueStack): Failure {
  stack.peek(input);
  const code = program.code;
  switch (opcode) {
    case Opcode.Strlen:
      return strlen(code[at], code[at + 1], code[at + 2]);
    case Opcode.Strrev:
      return strrev(stack);
    case Opcode.Split:
      return split(program.texts[code[at]], code[at + 1], stack);
    case Opcode.Rsplit:
      return rsplit(program.texts[code[at]], code[at + 1], stack);
    case Opcode.Replace:
      return replace(program.texts[code[at]], program.texts[code[at + 1]], code[at + 2], stack);
    case Opcode.Prefix:
      return check(startsAt(program.texts[code[at]], 0));
    case Opcode.Suffix:
      return check(startsAt(program.texts[code[at]], input.length - program.texts[code[at]].length));
    case Opcode.Substr:
      return check(find(program.texts[code[at]], 0) >= 0);
    default:
      return glob(program, at);
  }
}

function check(matches: bool): Failure {
  return matches ? Failure.None : Failure.NoMatch;
}

function strlen(least: i32, most: i32, mode: i32): Failure {
  const length = mode == BYTES_MODE ? input.length : countCharacters(input);
  if (least >= 0 && length < least) return Failure.TooShort;
  return most >= 0 && length > most ? Failure.TooLong : Failure.None;
}

/** By characters, so that UTF-8 stays UTF-8. */
function strrev(stack: ValueStack): Failure {
  const output = stack.allocate(input.length);
  if (output == 0) return Failure.LimitReached;
  let to = input.length;
  for (let from = 0; from < input.length;) {
    const next = nextCharacter(input, from);
    to -= next - from;
    memory.copy(output + <usize>to, input.ptr + <usize>from, <usize>(next - from));
    from = next;
  }
  stack.drop(1);
  return stack.push(output, input.length) ? Failure.None : Failure.LimitReached;
}

/** Into at most `most` parts (0: any number), from the left. An empty separator stands before and after each character. */
function split(separator: Bytes, most: i32, stack: ValueStack): Failure {
  stack.drop(1);
  let start = 0;
  for (let parts = 1, from = 0; most == 0 || parts < most; parts++) {
    const found = from > input.length ? -1 : find(separator, from);
    if (found < 0) break;
    if (!stack.push(input.ptr + <usize>start, found - start)) return Failure.LimitReached;
    start = found + separator.length;
    from = separator.isEmpty() ? (found == input.length ? input.length + 1 : nextCharacter(input, found)) : start;
  }
  return stack.push(input.ptr + <usize>start, input.length - start) ? Failure.None : Failure.LimitReached;
}

/** As `split` from the right: the rightmost part comes first. */
function rsplit(separator: Bytes, most: i32, stack: ValueStack): Failure {
  stack.drop(1);
  let end = input.length;
  for (let parts = 1, from = input.length - separator.length; most == 0 || parts < most; parts++) {
    const found = findLast(separator, from);
    if (found < 0) break;
    const start = found + separator.length;
    if (!stack.push(input.ptr + <usize>start, end - start)) return Failure.LimitReached;
    end = found;
    from = separator.isEmpty() ? previousCharacter(found) : found - separator.length;
  }
  return stack.push(input.ptr, end) ? Failure.None : Failure.LimitReached;
}

/** The first `most` (0: all) places of `pattern`, from the left. An empty one stands before and after each character. */
function replace(pattern: Bytes, replacement: Bytes, most: i32, stack: ValueStack): Failure {
  let count = 0;
  for (let from = 0; most == 0 || count < most; count++) {
    const found = from > input.length ? -1 : find(pattern, from);
    if (found < 0) break;
    from = after(pattern, found);
  }
  const length = <i64>input.length + <i64>count * (<i64>replacement.length - <i64>pattern.length);
  const output = stack.allocate(<i32>min(length, <i64>i32.MAX_VALUE));
  if (output == 0) return Failure.LimitReached;
  let to: usize = output;
  let copied = 0;
  for (let from = 0; count > 0; count--) {
    const found = find(pattern, from);
    memory.copy(to, input.ptr + <usize>copied, <usize>(found - copied));
    to += <usize>(found - copied);
    memory.copy(to, replacement.ptr, <usize>replacement.length);
    to += <usize>replacement.length;
    copied = found + pattern.length;
    from = after(pattern, found);
  }
  memory.copy(to, input.ptr + <usize>copied, <usize>(input.length - copied));
  stack.drop(1);
  return stack.push(output, <i32>length) ? Failure.None : Failure.LimitReached;
}

/** Where to go on after a match at `found`: an empty pattern matches once at each place. */
function after(pattern: Bytes, found: i32): i32 {
  if (!pattern.isEmpty()) return found + pattern.length;
  return found == input.length ? input.length + 1 : nextCharacter(input, found);
}

function glob(program: Program, at: i32): Failure {
  const count = program.code[at];
  for (let i = 0; i < count; i++) if (program.globs[program.code[at + 1 + i]].matches(input)) return Failure.None;
  return Failure.NoMatch;
}

function startsAt(text: Bytes, at: i32): bool {
  if (at < 0 || at + text.length > input.length) return false;
  return memory.compare(input.ptr + <usize>at, text.ptr, <usize>text.length) == 0;
}

/** Returns the first place of `text` in the input at or after `from`, -1 where there is none. */
function find(text: Bytes, from: i32): i32 {
  const last = input.length - text.length;
  for (let at = from; at <= last; at++) if (startsAt(text, at)) return at;
  return -1;
}

/** Returns the last place of `text` in the input at or before `from`, -1 where there is none. */
function findLast(text: Bytes, from: i32): i32 {
  for (let at = from; at >= 0; at--) if (startsAt(text, at)) return at;
  return -1;
}

function previousCharacter(index: i32): i32 {
  let previous = index - 1;
  while (previous > 0 && (input.at(previous) & 0xc0) == 0x80) previous--;
  return previous;
}
