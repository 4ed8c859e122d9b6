import { Bytes } from "../../bytes/bytes";

/** Most values that a lookup may have at once, those of outer stacks and clones included. */
export const MAX_VALUES: i32 = 4096;

/** Most bytes that the operations of one lookup may produce. */
export const MAX_BYTES: i32 = 262144;

const VALUE_BYTES: i32 = 8;

/**
 * A stack of values, in frames: operations see the innermost frame only, so that they can be given a clone or a part of
 * the stack. Values are spans; bytes that operations produce lie in an arena that is emptied with each lookup. Nothing is
 * allocated for a request, and nothing grows without limit: what does not fit makes the operation fail.
 */
export class ValueStack {
  private readonly values: usize = heap.alloc(<usize>(MAX_VALUES * VALUE_BYTES));
  private readonly arena: usize = heap.alloc(<usize>MAX_BYTES);
  private arenaLength: i32 = 0;
  /** Where the innermost frame begins, and where the stack ends. */
  private base: i32 = 0;
  private top: i32 = 0;
  private exhausted: bool = false;

  /**
   * Whether this lookup has asked for more than it may have. No operation can succeed after that: a check that took it for
   * one more failure would let a client choose its outcome by the size of a value.
   */
  get isExhausted(): bool {
    return this.exhausted;
  }

  /** Ends the lookup for having asked for too much. */
  exhaust(): void {
    this.exhausted = true;
  }

  /** Begins a lookup: no values, an empty arena. */
  reset(): void {
    this.exhausted = false;
    this.arenaLength = 0;
    this.base = 0;
    this.top = 0;
  }

  /** How many values the innermost frame has. */
  get length(): i32 {
    return this.top - this.base;
  }

  isEmpty(): bool {
    return this.top == this.base;
  }

  /** Points `value` at the value `index` of the frame, counted from its bottom; at nothing where there is none. */
  at(index: i32, value: Bytes): void {
    if (<u32>index >= <u32>this.length) return value.clear();
    const slot = this.slot(this.base + index);
    value.set(<usize>load<u32>(slot), load<i32>(slot, 4));
  }

  /** Points `value` at the topmost value. */
  peek(value: Bytes): void {
    this.at(this.length - 1, value);
  }

  /** Pushes a span that outlives the lookup's next step; false where the stack is full. */
  push(ptr: usize, length: i32): bool {
    if (this.top == MAX_VALUES) {
      this.exhaust();
      return false;
    }
    const slot = this.slot(this.top++);
    store<u32>(slot, <u32>ptr);
    store<i32>(slot, length, 4);
    return true;
  }

  /** Drops the topmost `count` values, or as many as there are. */
  drop(count: i32): void {
    this.top -= min(count, this.length);
  }

  /** Removes `count` values from `start` on. */
  remove(start: i32, count: i32): void {
    const from = this.base + start + count;
    memory.copy(this.slot(this.base + start), this.slot(from), <usize>((this.top - from) * VALUE_BYTES));
    this.top -= count;
  }

  swap(a: i32, b: i32): void {
    const slotA = this.slot(this.base + a);
    const slotB = this.slot(this.base + b);
    const value = load<u64>(slotA);
    store<u64>(slotA, load<u64>(slotB));
    store<u64>(slotB, value);
  }

  reverse(): void {
    for (let low = 0, high = this.length - 1; low < high; low++, high--) this.swap(low, high);
  }

  /** Pushes the value `index` of the frame once more. */
  duplicate(index: i32): bool {
    const slot = this.slot(this.base + index);
    return this.push(<usize>load<u32>(slot), load<i32>(slot, 4));
  }

  /**
   * Begins a frame with copies of the lowest `length` values of this one. Returns the mark to end it by, -1 where it does
   * not fit.
   */
  openClone(length: i32): i32 {
    if (this.top + length > MAX_VALUES) {
      this.exhaust();
      return -1;
    }
    memory.copy(this.slot(this.top), this.slot(this.base), <usize>(length * VALUE_BYTES));
    const mark = this.base;
    this.base = this.top;
    this.top += length;
    return mark;
  }

  /** Begins a frame of the topmost `count` values, moved. Returns the mark to end it by. */
  openTop(count: i32): i32 {
    const mark = this.base;
    this.base = this.top - min(count, this.length);
    return mark;
  }

  /** Begins a frame with a copy of the value `index` only. Returns the mark to end it by, -1 where it does not fit. */
  openSingle(index: i32): i32 {
    const slot = this.slot(this.base + index);
    const mark = this.base;
    if (!this.push(<usize>load<u32>(slot), load<i32>(slot, 4))) return -1;
    this.base = this.top - 1;
    return mark;
  }

  /** Ends a frame; its values are dropped. */
  closeDropping(mark: i32): void {
    this.top = this.base;
    this.base = mark;
  }

  /** Ends a frame; its values stay on top of the outer one's. */
  closeAppending(mark: i32): void {
    this.base = mark;
  }

  /** Ends a frame; its values take the place of the outer one's. */
  closeReplacing(mark: i32): void {
    const length = this.length;
    memory.copy(this.slot(mark), this.slot(this.base), <usize>(length * VALUE_BYTES));
    this.base = mark;
    this.top = mark + length;
  }

  /** Ends a frame; its values go below the outer one's. */
  closePrepending(mark: i32): void {
    const inner = this.base;
    this.base = mark;
    this.rotate(inner - mark);
  }

  /** Moves the lowest `count` values of the frame to its top. */
  rotate(count: i32): void {
    this.reversePart(0, count);
    this.reversePart(count, this.length);
    this.reverse();
  }

  /** Returns where `length` bytes may be written that are to be pushed, 0 where the lookup has produced too many. */
  allocate(length: i32): usize {
    if (length > MAX_BYTES - this.arenaLength) {
      this.exhaust();
      return 0;
    }
    const ptr = this.arena + <usize>this.arenaLength;
    this.arenaLength += length;
    return ptr;
  }

  private reversePart(start: i32, end: i32): void {
    for (let low = start, high = end - 1; low < high; low++, high--) this.swap(low, high);
  }

  private slot(index: i32): usize {
    return this.values + <usize>(index * VALUE_BYTES);
  }
}
