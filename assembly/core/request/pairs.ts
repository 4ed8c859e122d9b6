import { Bytes } from "../bytes/bytes";

/** Four 32-bit words a pair: pointer and length of the name, pointer and length of the value. */
const PAIR_BYTES: i32 = 16;

/**
 * An ordered list of (name, value) spans, duplicates kept: the headers of a request, the parameters of its query.
 * It owns no bytes and reuses its memory from request to request.
 */
export class Pairs {
  count: i32 = 0;
  private base: usize = heap.alloc(<usize>(64 * PAIR_BYTES));
  private capacity: i32 = 64;

  clear(): void {
    this.count = 0;
  }

  add(namePtr: usize, nameLength: i32, valuePtr: usize, valueLength: i32): void {
    if (this.count == this.capacity) {
      this.capacity *= 2;
      this.base = heap.realloc(this.base, <usize>(this.capacity * PAIR_BYTES));
    }
    const pair = this.base + <usize>(this.count++ * PAIR_BYTES);
    store<u32>(pair, <u32>namePtr);
    store<i32>(pair, nameLength, 4);
    store<u32>(pair, <u32>valuePtr, 8);
    store<i32>(pair, valueLength, 12);
  }

  /** Points `name` at the name of pair `index`, at nothing where there is no such pair. */
  name(index: i32, name: Bytes): void {
    if (<u32>index >= <u32>this.count) return name.clear();
    const pair = this.base + <usize>(index * PAIR_BYTES);
    name.set(<usize>load<u32>(pair), load<i32>(pair, 4));
  }

  /** Points `value` at the value of pair `index`, at nothing where there is no such pair. */
  value(index: i32, value: Bytes): void {
    if (<u32>index >= <u32>this.count) return value.clear();
    const pair = this.base + <usize>(index * PAIR_BYTES);
    value.set(<usize>load<u32>(pair, 8), load<i32>(pair, 12));
  }

  /** Returns the index of the first pair called `name` at or after `from`, -1 where there is none. */
  find(name: Bytes, from: i32 = 0): i32 {
    for (let i = max(from, 0); i < this.count; i++) {
      const pair = this.base + <usize>(i * PAIR_BYTES);
      if (name.equalsSpan(<usize>load<u32>(pair), load<i32>(pair, 4))) return i;
    }
    return -1;
  }

  /** Returns the index of the last pair called `name`, -1 where there is none. */
  findLast(name: Bytes): i32 {
    for (let i = this.count - 1; i >= 0; i--) {
      const pair = this.base + <usize>(i * PAIR_BYTES);
      if (name.equalsSpan(<usize>load<u32>(pair), load<i32>(pair, 4))) return i;
    }
    return -1;
  }
}
