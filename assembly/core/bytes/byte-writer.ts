import { isUnreserved, lowerCase } from "./ascii";
import { Bytes, hexDigit } from "./bytes";

const HEX: StaticArray<u8> = [
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46,
];

/**
 * A growing buffer outside the garbage collector's sight, reused from request to request.
 * Spans taken from it (`view`) are valid until it grows or is cleared.
 */
export class ByteWriter {
  private base: usize;
  private capacity: i32;
  length: i32 = 0;

  constructor(capacityBytes: i32 = 1024) {
    this.base = heap.alloc(<usize>capacityBytes);
    this.capacity = capacityBytes;
  }

  get ptr(): usize {
    return this.base;
  }

  /** Where the next byte goes; room for what is written there must have been reserved. */
  get end(): usize {
    return this.base + <usize>this.length;
  }

  clear(): void {
    this.length = 0;
  }

  /** Gives the memory back; the writer must not be used again. */
  free(): void {
    heap.free(this.base);
    this.base = 0;
    this.capacity = 0;
    this.length = 0;
  }

  /** Makes room for `more` bytes, so that spans taken from now on stay valid while no more than that is written. */
  reserve(more: i32): void {
    const wanted = this.length + more;
    if (wanted <= this.capacity) return;
    const capacity = max(wanted, this.capacity * 2);
    this.base = heap.realloc(this.base, <usize>capacity);
    this.capacity = capacity;
  }

  byte(value: u8): void {
    if (this.length == this.capacity) this.reserve(1);
    store<u8>(this.base + <usize>this.length, value);
    this.length++;
  }

  /** Writes a number in 4 bytes, little-endian. */
  number32(value: u32): void {
    this.reserve(4);
    store<u32>(this.end, value);
    this.length += 4;
  }

  /** Writes a number in 8 bytes, little-endian. */
  number64(value: u64): void {
    this.reserve(8);
    store<u64>(this.end, value);
    this.length += 8;
  }

  span(ptr: usize, length: i32): void {
    this.reserve(length);
    memory.copy(this.base + <usize>this.length, ptr, <usize>length);
    this.length += length;
  }

  bytes(value: Bytes): void {
    this.span(value.ptr, value.length);
  }

  text(value: string): void {
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) {
        this.bytes(Bytes.of(value.substring(i)));
        return;
      }
      this.byte(<u8>unit);
    }
  }

  lowerCased(value: Bytes): void {
    this.reserve(value.length);
    const to = this.base + <usize>this.length;
    for (let i: usize = 0; i < <usize>value.length; i++) store<u8>(to + i, lowerCase(load<u8>(value.ptr + i)));
    this.length += value.length;
  }

  /** Writes `value` percent-encoded: all but RFC 3986's unreserved bytes as %XX. */
  percentEncoded(value: Bytes): void {
    this.reserve(value.length * 3);
    let to = this.base + <usize>this.length;
    const end = value.ptr + <usize>value.length;
    for (let from = value.ptr; from < end; from++) {
      const byte = load<u8>(from);
      if (isUnreserved(byte)) {
        store<u8>(to, byte);
        to += 1;
      } else {
        store<u8>(to, 0x25);
        store<u8>(to, unchecked(HEX[byte >> 4]), 1);
        store<u8>(to, unchecked(HEX[byte & 15]), 2);
        to += 3;
      }
    }
    this.length = <i32>(to - this.base);
  }

  /** Writes `%XX`. */
  escape(byte: u8): void {
    this.byte(0x25);
    this.byte(unchecked(HEX[byte >> 4]));
    this.byte(unchecked(HEX[byte & 15]));
  }

  /** Writes `value` as a JSON string, in quotes. Control characters are escaped, so that a header can carry it. */
  jsonString(value: Bytes): void {
    this.reserve(value.length * 6 + 2);
    this.byte(0x22);
    for (let i = 0; i < value.length; i++) {
      const byte = value.at(i);
      if (byte == 0x22 || byte == 0x5c) this.byte(0x5c);
      if (byte >= 0x20 && byte != 0x7f) {
        this.byte(byte);
        continue;
      }
      this.text("\\u00");
      this.byte(hexDigit(byte >> 4));
      this.byte(hexDigit(byte & 15));
    }
    this.byte(0x22);
  }

  /** Writes a number that is not negative in decimal. */
  decimal(value: i64): void {
    this.reserve(20);
    const start = this.length;
    let rest = value > 0 ? <u64>value : 0;
    do {
      this.byte(<u8>(0x30 + (rest % 10)));
      rest /= 10;
    } while (rest > 0);
    let low = this.base + <usize>start;
    let high = this.base + <usize>this.length - 1;
    while (low < high) {
      const digit = load<u8>(low);
      store<u8>(low++, load<u8>(high));
      store<u8>(high--, digit);
    }
  }

  /** Points `view` at the bytes from `start` on. */
  viewInto(view: Bytes, start: i32 = 0): void {
    view.set(this.base + <usize>start, this.length - start);
  }

  /** Returns an owned copy of all bytes. */
  copy(): Bytes {
    return Bytes.copyOf(this.base, this.length);
  }
}
