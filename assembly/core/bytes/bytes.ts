/**
 * A read-only span of bytes: a request's value in the host's buffer, or a configured value that it owns.
 *
 * One Bytes may be pointed at another span (`set`), so that a request needs no allocation. A span over a host buffer
 * is valid until the outermost entry point returns; `copy()` what must live longer.
 */
export class Bytes {
  ptr: usize = 0;
  length: i32 = 0;
  /** Keeps an owned span alive; null for a view. */
  private owner: StaticArray<u8> | null = null;

  /** Returns a view of `length` bytes at `ptr`; it owns nothing. */
  static view(ptr: usize, length: i32): Bytes {
    const bytes = new Bytes();
    bytes.set(ptr, length);
    return bytes;
  }

  /** Returns an owned copy of `length` bytes at `ptr`. */
  static copyOf(ptr: usize, length: i32): Bytes {
    const owner = new StaticArray<u8>(length);
    memory.copy(changetype<usize>(owner), ptr, <usize>length);
    const bytes = new Bytes();
    bytes.owner = owner;
    bytes.ptr = changetype<usize>(owner);
    bytes.length = length;
    return bytes;
  }

  /** Returns the UTF-8 bytes of `text`. */
  static of(text: string): Bytes {
    const length = String.UTF8.byteLength(text);
    const owner = new StaticArray<u8>(length);
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, changetype<usize>(owner));
    const bytes = new Bytes();
    bytes.owner = owner;
    bytes.ptr = changetype<usize>(owner);
    bytes.length = length;
    return bytes;
  }

  /** Points this span at `length` bytes at `ptr`. */
  set(ptr: usize, length: i32): void {
    this.owner = null;
    this.ptr = ptr;
    this.length = length;
  }

  /** Points this span at nothing. */
  clear(): void {
    this.set(0, 0);
  }

  /** Returns an owned copy. */
  copy(): Bytes {
    return Bytes.copyOf(this.ptr, this.length);
  }

  /** Returns the byte at `index`, 0 where there is none. */
  at(index: i32): u8 {
    return <u32>index < <u32>this.length ? load<u8>(this.ptr + <usize>index) : 0;
  }

  isEmpty(): bool {
    return this.length == 0;
  }

  equals(other: Bytes): bool {
    return this.equalsSpan(other.ptr, other.length);
  }

  equalsSpan(ptr: usize, length: i32): bool {
    return this.length == length && memory.compare(this.ptr, ptr, <usize>length) == 0;
  }

  /** Returns the index of the first `byte` from `from` on and before `to`, -1 where there is none. */
  indexOf(byte: u8, from: i32 = 0, to: i32 = i32.MAX_VALUE): i32 {
    const end = min(to, this.length);
    for (let i = max(from, 0); i < end; i++) {
      if (load<u8>(this.ptr + <usize>i) == byte) return i;
    }
    return -1;
  }

  /** Returns the text with every byte that is not printable ASCII written as `\xNN`, at most `limit` bytes of it. */
  printable(limit: i32 = i32.MAX_VALUE): string {
    const end = min(this.length, limit);
    const text = heap.alloc(<usize>(end * 4 + 1));
    let at = text;
    for (let i = 0; i < end; i++) {
      const byte = load<u8>(this.ptr + <usize>i);
      if (byte >= 0x20 && byte < 0x7f) {
        store<u8>(at, byte);
        at += 1;
        continue;
      }
      store<u8>(at, 0x5c);
      store<u8>(at, 0x78, 1);
      store<u8>(at, hexDigit(byte >> 4), 2);
      store<u8>(at, hexDigit(byte & 15), 3);
      at += 4;
    }
    const shown = String.UTF8.decodeUnsafe(text, at - text);
    heap.free(text);
    return end < this.length ? shown + "…" : shown;
  }
}

/** The lower-case digit of a number below 16. */
export function hexDigit(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
