import { Bytes } from "../../bytes/bytes";
import { countCharacters } from "../../bytes/utf8";
import { runCheck } from "./check";
import { runControl } from "./control";
import { runDecode } from "./decode";
import { Failure } from "./failure";
import { FormatOperations } from "./format";
import { OperationLog } from "./operation-log";
import { Program } from "./program";
import { runStack } from "./stack";
import { runString } from "./string";
import { Opcode } from "./table";
import { ValueStack } from "./value-stack";

/** Most operations that one lookup may run: nested lists over many values multiply. */
const MAX_STEPS: i32 = 100000;

const value: Bytes = new Bytes();

/** Runs compiled operations on a stack of values. One machine serves all lookups of a VM. */
export class Machine {
  readonly stack: ValueStack = new ValueStack();
  /** Where `log` and `values` write; null: they write nothing. */
  log: OperationLog | null = null;
  /** After a failed run: the place of the operation in the outermost list, what it is, and which in it failed first. */
  failedIndex: i32 = 0;
  failedTopOpcode: Opcode = Opcode.Ok;
  failedOpcode: Opcode = Opcode.Ok;
  private readonly format: FormatOperations = new FormatOperations(this.stack);
  private steps: i32 = 0;
  /** Of the operation that was run last inside the one that is running; None where there was none. */
  private innerFailure: Failure = Failure.None;

  /** Runs all operations of a program in sequence on the values that are on the stack. */
  run(program: Program): Failure {
    this.steps = 0;
    const code = program.code;
    this.failedIndex = 0;
    for (let pc = 0; pc < code.length; pc += code[pc + 1]) {
      const failure = this.runOne(program, pc);
      if (failure != Failure.None) {
        this.failedTopOpcode = <Opcode>code[pc];
        return failure;
      }
      this.failedIndex++;
    }
    return Failure.None;
  }

  /** Runs a list of operations in sequence; at `at` stands its length in words. */
  runList(program: Program, at: i32): Failure {
    const end = at + 1 + program.code[at];
    for (let pc = at + 1; pc < end; pc += program.code[pc + 1]) {
      const failure = this.runOne(program, pc);
      if (failure != Failure.None) return failure;
    }
    return Failure.None;
  }

  /**
   * Runs one operation. One that leaves no value has failed. Once a limit is reached every operation fails, those too that
   * ask whether others do.
   */
  runOne(program: Program, pc: i32): Failure {
    const opcode = <Opcode>program.code[pc];
    const stack = this.stack;
    this.innerFailure = Failure.None;
    if (++this.steps > MAX_STEPS) stack.exhaust();
    let failure = Failure.None;
    if (!stack.isExhausted) failure = this.dispatch(opcode, program, pc + 2);
    if (failure == Failure.None && stack.isEmpty()) failure = Failure.EmptyStack;
    if (stack.isExhausted) failure = Failure.LimitReached;
    // A failure that an operation only passes on is that of the one inside it.
    const isPassedOn = failure == this.innerFailure && (failure == Failure.LimitReached || passesFailuresOn(opcode));
    if (failure != Failure.None && !isPassedOn) this.failedOpcode = opcode;
    this.innerFailure = failure;
    return failure;
  }

  /** Writes the message of a `log` operation. */
  logMessage(level: i32, message: Bytes): void {
    const log = this.log;
    if (log != null && log.isLogged(level)) log.write(level, "[3scale-auth/config] " + message.printable());
  }

  /** Writes how many values there are and how long they are, not what they are: they are credentials. */
  logValues(level: i32, id: Bytes): void {
    const log = this.log;
    if (log == null || !log.isLogged(level)) return;
    const count = this.stack.length;
    let line = "[3scale-auth/stack] " + (id.isEmpty() ? "" : id.printable() + ": ");
    line += count.toString() + (count == 1 ? " value" : " values");
    for (let i = 0; i < min(count, 16); i++) {
      this.stack.at(i, value);
      line += (i == 0 ? ": " : ", ") + "***(" + countCharacters(value).toString() + ")";
    }
    log.write(level, count > 16 ? line + ", …" : line);
  }

  private dispatch(opcode: Opcode, program: Program, at: i32): Failure {
    // Every operation has a value to work on, but `log` in an empty list of values.
    if (this.stack.isEmpty()) return Failure.EmptyStack;
    if (opcode <= Opcode.Base64Urlsafe) return runDecode(opcode, this.stack);
    if (opcode <= Opcode.Glob) return runString(opcode, program, at, this.stack);
    if (opcode <= Opcode.Values) return runStack(opcode, this, program, at);
    if (opcode <= Opcode.Refute) return runCheck(opcode, this, program, at);
    if (opcode <= Opcode.Log) return runControl(opcode, this, program, at);
    return this.format.run(opcode, program, at);
  }
}

/** Says whether an operation fails just as the last one that it runs does. */
function passesFailuresOn(opcode: Opcode): bool {
  switch (opcode) {
    case Opcode.FlatMap:
    case Opcode.Assert:
    case Opcode.Test:
    case Opcode.And:
    case Opcode.Or:
    case Opcode.Cloned:
    case Opcode.Partial:
    case Opcode.Top:
      return true;
    default:
      return false;
  }
}
