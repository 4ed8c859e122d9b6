import { Failure } from "./failure";
import { Machine } from "./machine";
import { Program } from "./program";
import { Opcode } from "./table";

const PREPEND: i32 = 1;

/** The operations that decide which others run, and on what part of the stack. `at` is where the parameters begin. */
export function runControl(opcode: Opcode, machine: Machine, program: Program, at: i32): Failure {
  const code = program.code;
  switch (opcode) {
    case Opcode.Test:
      return test(machine, program, at);
    case Opcode.And:
      return machine.runList(program, at);
    case Opcode.Or:
      return or(machine, program, at);
    case Opcode.Xor:
      return xor(machine, program, at);
    case Opcode.Cloned:
      return cloned(machine, program, code[at] == PREPEND, at + 1);
    case Opcode.Partial:
      return onTop(machine, program, code[at] == PREPEND, code[at + 1], at + 2);
    case Opcode.Top:
      return onTop(machine, program, false, 1, at);
    default:
      machine.logMessage(code[at], program.texts[code[at + 1]]);
      return Failure.None;
  }
}

/** The condition's list has one operation; what it does to the stack is forgotten. */
function test(machine: Machine, program: Program, at: i32): Failure {
  const stack = machine.stack;
  const mark = stack.openClone(stack.length);
  if (mark < 0) return Failure.LimitReached;
  const holds = machine.runList(program, at) == Failure.None;
  stack.closeDropping(mark);
  const thenAt = at + 1 + program.code[at];
  return machine.runList(program, holds ? thenAt : thenAt + 1 + program.code[thenAt]);
}

function or(machine: Machine, program: Program, at: i32): Failure {
  const stack = machine.stack;
  const end = at + 1 + program.code[at];
  let failure = Failure.Check;
  for (let pc = at + 1; pc < end; pc += program.code[pc + 1]) {
    const mark = stack.openClone(stack.length);
    if (mark < 0) return Failure.LimitReached;
    failure = machine.runOne(program, pc);
    if (failure == Failure.None) {
      stack.closeReplacing(mark);
      return Failure.None;
    }
    stack.closeDropping(mark);
  }
  return failure;
}

/** Runs every operation on a clone of the stack as it was; the result of the only one that succeeds takes its place. */
function xor(machine: Machine, program: Program, at: i32): Failure {
  const stack = machine.stack;
  const length = stack.length;
  const end = at + 1 + program.code[at];
  let found = false;
  for (let pc = at + 1; pc < end; pc += program.code[pc + 1]) {
    const mark = stack.openClone(length);
    if (mark < 0) return Failure.LimitReached;
    const succeeded = machine.runOne(program, pc) == Failure.None;
    if (succeeded && !found) {
      stack.closeAppending(mark);
      found = true;
    } else {
      stack.closeDropping(mark);
      if (succeeded) return Failure.Check;
    }
  }
  if (!found) return Failure.Check;
  stack.remove(0, length);
  return Failure.None;
}

function cloned(machine: Machine, program: Program, prepend: bool, at: i32): Failure {
  const stack = machine.stack;
  const mark = stack.openClone(stack.length);
  return mark < 0 ? Failure.LimitReached : finish(machine, program, prepend, at, mark);
}

/** Runs on the topmost `most` values, which it takes off the stack. */
function onTop(machine: Machine, program: Program, prepend: bool, most: i32, at: i32): Failure {
  if (most == 0) return Failure.EmptyStack;
  return finish(machine, program, prepend, at, machine.stack.openTop(most));
}

function finish(machine: Machine, program: Program, prepend: bool, at: i32, mark: i32): Failure {
  const stack = machine.stack;
  const failure = machine.runList(program, at);
  if (failure != Failure.None) stack.closeDropping(mark);
  else if (prepend) stack.closePrepending(mark);
  else stack.closeAppending(mark);
  return failure;
}
