import { Bytes } from "../../bytes/bytes";
import { JsonFormat } from "../../structured/json-format";
import { lookUp, LookupResult } from "../../structured/lookup";
import { ProtobufFormat } from "../../structured/protobuf-format";
import { StructuredFormat } from "../../structured/structured-value";
import { Failure } from "./failure";
import { Program } from "./program";
import { StackSink } from "./stack-sink";
import { Opcode } from "./table";
import { ValueStack } from "./value-stack";

const input: Bytes = new Bytes();
const document: Bytes = new Bytes();
const path: Bytes[] = [];
const keys: Bytes[] = [];

/** `json`, `protobuf`: what is looked up in the topmost value takes its place. */
export class FormatOperations {
  private readonly json: JsonFormat = new JsonFormat();
  private readonly protobuf: ProtobufFormat = new ProtobufFormat();
  private readonly sink: StackSink;

  constructor(private readonly stack: ValueStack) {
    this.sink = new StackSink(stack);
  }

  /** `at` is where the parameters begin: the list of the path, then that of the keys. */
  run(opcode: Opcode, program: Program, at: i32): Failure {
    this.stack.peek(input);
    this.stack.drop(1);
    let format: StructuredFormat;
    if (opcode == Opcode.Json) {
      document.set(input.ptr, input.length);
      format = this.json;
      if (!format.check(document)) return Failure.NotJson;
    } else {
      this.protobuf.wrap(input, document);
      format = this.protobuf;
      if (!format.check(document)) return Failure.NotProtobuf;
    }
    const keysAt = readTexts(program, at, path);
    readTexts(program, keysAt, keys);
    this.sink.isFull = false;
    switch (lookUp(format, document, path, 0, keys, this.sink)) {
      case LookupResult.Found:
        return Failure.None;
      case LookupResult.PathNotFound:
        return Failure.PathNotFound;
      case LookupResult.KeyNotFound:
        return Failure.KeyNotFound;
      default:
        return this.sink.isFull ? Failure.LimitReached : Failure.NotStrings;
    }
  }
}

/** Fills `list` with the texts whose number stands at `at`; returns where the next parameter begins. */
function readTexts(program: Program, at: i32, list: Bytes[]): i32 {
  const count = program.code[at];
  while (list.length > count) list.pop();
  for (let i = 0; i < count; i++) {
    const text = program.texts[program.code[at + 1 + i]];
    if (i < list.length) list[i] = text;
    else list.push(text);
  }
  return at + 1 + count;
}
