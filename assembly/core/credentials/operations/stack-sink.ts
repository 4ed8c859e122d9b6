import { StringSink } from "../../structured/lookup";
import { ValueStack } from "./value-stack";

/** Pushes the strings that a lookup finds. */
export class StackSink extends StringSink {
  private readonly stack: ValueStack;
  /** Whether a string did not fit. */
  isFull: bool = false;

  constructor(stack: ValueStack) {
    super();
    this.stack = stack;
  }

  take(): bool {
    const length = this.buffer.length;
    const ptr = this.stack.allocate(length);
    if (ptr != 0) memory.copy(ptr, this.buffer.ptr, <usize>length);
    this.isFull = ptr == 0 || !this.stack.push(ptr, length);
    return !this.isFull;
  }
}
