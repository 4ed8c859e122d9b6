import { Bytes } from "../../bytes/bytes";
import { Glob } from "../../service/glob";
import { Opcode } from "./table";

/**
 * Operations compiled into one flat list of words. Each begins with its opcode and its size in words, itself included;
 * then come its parameters in the order of the table. A list is its length in words (operations) or in elements, then its
 * elements.
 */
export class Program {
  constructor(
    readonly code: StaticArray<i32>,
    readonly texts: Bytes[],
    readonly globs: Glob[],
    /** Whether one of the operations, however deep, is `json` or `protobuf`. */
    readonly readsStructure: bool,
  ) {}
}

/** Puts a program together. */
export class ProgramBuilder {
  private readonly code: i32[] = [];
  private readonly texts: Bytes[] = [];
  private readonly globs: Glob[] = [];
  private readsStructure: bool = false;

  /** Where the next word goes. */
  get position(): i32 {
    return this.code.length;
  }

  opcode(value: Opcode): void {
    if (value >= Opcode.Json) this.readsStructure = true;
    this.word(value);
  }

  word(value: i32): void {
    this.code.push(value);
  }

  /** Writes a word whose value is not known yet; returns where it is. */
  reserve(): i32 {
    return this.code.push(0) - 1;
  }

  set(position: i32, value: i32): void {
    this.code[position] = value;
  }

  text(value: Bytes): void {
    this.word(this.texts.push(value) - 1);
  }

  glob(value: Glob): void {
    this.word(this.globs.push(value) - 1);
  }

  /** Forgets all words from `position` on. */
  truncate(position: i32): void {
    this.code.length = position;
  }

  /** Appends words taken from elsewhere in the program. */
  append(words: i32[]): void {
    for (let i = 0; i < words.length; i++) this.code.push(words[i]);
  }

  slice(start: i32): i32[] {
    return this.code.slice(start);
  }

  build(): Program {
    return new Program(StaticArray.fromArray(this.code), this.texts, this.globs, this.readsStructure);
  }
}
