import { Bytes } from "../../bytes/bytes";
import { Failure } from "./failure";
import { Machine } from "./machine";
import { Program } from "./program";
import { Opcode } from "./table";
import { ValueStack } from "./value-stack";

const NO_INDEX: i32 = -1;
const value: Bytes = new Bytes();

/** The operations on the whole stack. `at` is where the parameters begin. */
export function runStack(opcode: Opcode, machine: Machine, program: Program, at: i32): Failure {
  const stack = machine.stack;
  const code = program.code;
  const length = stack.length;
  switch (opcode) {
    case Opcode.Length:
      if (code[at] >= 0 && length < code[at]) return Failure.TooFewValues;
      return code[at + 1] >= 0 && length > code[at + 1] ? Failure.TooManyValues : Failure.None;
    case Opcode.Join:
      return join(program.texts[code[at]], stack);
    case Opcode.Reverse:
      stack.reverse();
      return Failure.None;
    case Opcode.Contains:
      return contains(program.texts[code[at]], stack);
    case Opcode.Take:
      return take(code[at], code[at + 1], stack);
    case Opcode.Drop:
      stack.remove(0, min(code[at], length));
      stack.drop(code[at + 1]);
      return Failure.None;
    case Opcode.Push:
      return push(program.texts[code[at]], stack);
    case Opcode.Pop:
      stack.drop(code[at]);
      return Failure.None;
    case Opcode.Dup:
      return dup(code[at], stack);
    case Opcode.Xchg:
      stack.drop(1);
      return push(program.texts[code[at]], stack);
    case Opcode.Swap:
      return swap(code[at], code[at + 1], stack);
    case Opcode.Indexes:
      return indexes(code, at, stack);
    case Opcode.FlatMap:
      return flatMap(machine, program, at);
    case Opcode.Select:
      return select(machine, program, at);
    default:
      machine.logValues(code[at], program.texts[code[at + 1]]);
      return Failure.None;
  }
}

function push(text: Bytes, stack: ValueStack): Failure {
  return stack.push(text.ptr, text.length) ? Failure.None : Failure.LimitReached;
}

function join(separator: Bytes, stack: ValueStack): Failure {
  const count = stack.length;
  let length: i64 = <i64>separator.length * (count - 1);
  for (let i = 0; i < count; i++) {
    stack.at(i, value);
    length += value.length;
  }
  const output = stack.allocate(<i32>min(length, <i64>i32.MAX_VALUE));
  if (output == 0) return Failure.LimitReached;
  let to: usize = output;
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      memory.copy(to, separator.ptr, <usize>separator.length);
      to += <usize>separator.length;
    }
    stack.at(i, value);
    memory.copy(to, value.ptr, <usize>value.length);
    to += <usize>value.length;
  }
  stack.drop(count);
  return stack.push(output, <i32>length) ? Failure.None : Failure.LimitReached;
}

function contains(text: Bytes, stack: ValueStack): Failure {
  for (let i = 0; i < stack.length; i++) {
    stack.at(i, value);
    if (value.equals(text)) return Failure.None;
  }
  return Failure.NotContained;
}

/** `head` values from the bottom, then, of what is left, `tail` from the top. */
function take(head: i32, tail: i32, stack: ValueStack): Failure {
  const length = stack.length;
  const fromBottom = min(head, length);
  const fromTop = min(tail, length - fromBottom);
  stack.remove(fromBottom, length - fromBottom - fromTop);
  return Failure.None;
}

function dup(index: i32, stack: ValueStack): Failure {
  const place = placeOf(index, stack.length);
  if (place == NO_INDEX) return Failure.IndexOutOfRange;
  return stack.duplicate(place) ? Failure.None : Failure.LimitReached;
}

/** Equal indexes change nothing, whether or not there is a value there, as in threescale-wasm-auth. */
function swap(from: i32, to: i32, stack: ValueStack): Failure {
  // The outermost ones stand for all beyond them, so that they need not be equal.
  if (from == to && from != i32.MAX_VALUE && from != i32.MIN_VALUE) return Failure.None;
  const a = placeOf(from, stack.length);
  const b = placeOf(to, stack.length);
  if (a == NO_INDEX || b == NO_INDEX) return Failure.IndexOutOfRange;
  stack.swap(a, b);
  return Failure.None;
}

/** Keeps the values at the indexes, in their order; an empty list keeps all. */
function indexes(code: StaticArray<i32>, at: i32, stack: ValueStack): Failure {
  const count = code[at];
  if (count == 0) return Failure.None;
  const length = stack.length;
  for (let i = 0; i < count; i++) {
    const place = placeOf(code[at + 1 + i], length);
    if (place == NO_INDEX) return Failure.IndexOutOfRange;
    if (!stack.duplicate(place)) return Failure.LimitReached;
  }
  stack.remove(0, length);
  return Failure.None;
}

/** Ruby's indexes: 0 is the first value, -1 the last. */
function placeOf(index: i32, length: i32): i32 {
  const place = index < 0 ? length + index : index;
  return place >= 0 && place < length ? place : NO_INDEX;
}

function flatMap(machine: Machine, program: Program, at: i32): Failure {
  const stack = machine.stack;
  const length = stack.length;
  for (let i = 0; i < length; i++) {
    const mark = stack.openSingle(i);
    if (mark < 0) return Failure.LimitReached;
    const failure = machine.runList(program, at);
    if (failure != Failure.None) {
      stack.closeDropping(mark);
      return failure;
    }
    stack.closeAppending(mark);
  }
  stack.remove(0, length);
  return Failure.None;
}

/** Values for which the operations fail are left out; of the others, what the operations make of them is kept. */
function select(machine: Machine, program: Program, at: i32): Failure {
  const stack = machine.stack;
  const length = stack.length;
  for (let i = 0; i < length; i++) {
    const mark = stack.openSingle(i);
    if (mark < 0) return Failure.LimitReached;
    if (machine.runList(program, at) == Failure.None) stack.closeAppending(mark);
    else stack.closeDropping(mark);
  }
  stack.remove(0, length);
  return Failure.None;
}
