// The operations as a module of their own, for tests that run programs by the hundred thousand: what reads, compiles and
// runs them is the plugin's code. tests/support/operations-module.ts is the other side.
import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { ConfigDocument } from "../../../assembly/core/config/config-document";
import { readOperations } from "../../../assembly/core/config/read-operations";
import { Failure, failureText } from "../../../assembly/core/credentials/operations/failure";
import { Machine } from "../../../assembly/core/credentials/operations/machine";
import { Program } from "../../../assembly/core/credentials/operations/program";
import { MemorySource } from "../../../assembly/core/json/byte-source";

const input: ByteWriter = new ByteWriter(65536);
const output: ByteWriter = new ByteWriter(65536);
const machine: Machine = new Machine();
const value: Bytes = new Bytes();
let program: Program | null = null;

/** Returns where `length` bytes of input are to be written. */
export function inputAt(length: i32): usize {
  input.clear();
  input.reserve(length);
  return input.ptr;
}

/** Returns where the output lies: what went wrong at the configuration, or the values of a run, as `run` takes them. */
export function outputAt(): usize {
  return output.ptr;
}

export function outputLength(): i32 {
  return output.length;
}

/** Compiles the `ops` in the input, a JSON text. Where they are refused the output is a line an error. */
export function compile(length: i32): bool {
  const document = new ConfigDocument(new MemorySource(Bytes.copyOf(input.ptr, length)));
  program = readOperations(document);
  document.finish();
  output.clear();
  const errors = document.diagnostics.errors;
  for (let i = 0; i < errors.length; i++) output.text(errors[i].toString() + "\n");
  return !document.diagnostics.isRefused();
}

/**
 * Runs what was compiled on the values in the input, each a little-endian 32-bit length and the bytes. Returns the failure's
 * number, 0 for a success; then the output has the values, written alike.
 */
export function run(length: i32): i32 {
  const stack = machine.stack;
  stack.reset();
  for (let at = 0; at < length;) {
    const size = load<i32>(input.ptr + <usize>at);
    stack.push(input.ptr + <usize>(at + 4), size);
    at += 4 + size;
  }
  output.clear();
  const operations = program;
  const failure: Failure = operations == null ? Failure.None : machine.run(operations);
  if (failure != Failure.None) return failure;
  for (let i = 0; i < stack.length; i++) {
    stack.at(i, value);
    output.reserve(4 + value.length);
    store<i32>(output.ptr + <usize>output.length, value.length);
    output.length += 4;
    output.bytes(value);
  }
  return failure;
}

/** Runs what was compiled `times` times on the same values, without collecting any garbage; returns how many succeeded. */
export function runOften(length: i32, times: i32): i32 {
  let succeeded = 0;
  for (let i = 0; i < times; i++) if (run(length) == 0) succeeded++;
  return succeeded;
}

/** Writes the text of a failure as output. */
export function explain(failure: i32): void {
  output.clear();
  output.text(failureText(<Failure>failure));
}

/** Collects the garbage that configurations leave. Nothing managed is on the stack between calls. */
export function collect(): void {
  program = null;
  __collect();
}
