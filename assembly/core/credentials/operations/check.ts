import { Failure } from "./failure";
import { Machine } from "./machine";
import { Program } from "./program";
import { Opcode } from "./table";

/** The operations that leave the stack as it is. `at` is where the list of operations begins. */
export function runCheck(opcode: Opcode, machine: Machine, program: Program, at: i32): Failure {
  switch (opcode) {
    case Opcode.Ok:
      return Failure.None;
    case Opcode.Fail:
      return Failure.Check;
    case Opcode.Any:
      return verdict(successes(machine, program, at, 1, false) > 0);
    case Opcode.OneOf:
      return verdict(successes(machine, program, at, 2, false) == 1);
    case Opcode.All:
      return verdict(successes(machine, program, at, i32.MAX_VALUE, true) >= 0);
    case Opcode.None:
      return verdict(successes(machine, program, at, 1, false) == 0);
    case Opcode.Assert:
      return runOnClone(machine, program, at);
    default:
      return verdict(runOnClone(machine, program, at) != Failure.None);
  }
}

function verdict(holds: bool): Failure {
  return holds ? Failure.None : Failure.Check;
}

/**
 * Runs each operation of a list on a clone of the stack, and counts those that succeed, up to `enough`. With `needAll`
 * the first failure ends it with -1.
 */
function successes(machine: Machine, program: Program, at: i32, enough: i32, needAll: bool): i32 {
  const stack = machine.stack;
  const end = at + 1 + program.code[at];
  let count = 0;
  for (let pc = at + 1; pc < end && count < enough; pc += program.code[pc + 1]) {
    const mark = stack.openClone(stack.length);
    // What is returned does not matter: the lookup has failed.
    if (mark < 0) return -1;
    const succeeded = machine.runOne(program, pc) == Failure.None;
    stack.closeDropping(mark);
    if (succeeded) count++;
    else if (needAll) return -1;
  }
  return count;
}

function runOnClone(machine: Machine, program: Program, at: i32): Failure {
  const mark = machine.stack.openClone(machine.stack.length);
  if (mark < 0) return Failure.LimitReached;
  const failure = machine.runList(program, at);
  machine.stack.closeDropping(mark);
  return failure;
}
