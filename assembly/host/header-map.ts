import { ByteWriter } from "../core/bytes/byte-writer";
import { Bytes } from "../core/bytes/bytes";
import { CallHeader } from "../core/config/filter-config";
import { Pairs } from "../core/request/pairs";

/**
 * Proxy-Wasm's serialized header maps: the number of pairs, then of each pair the length of name and value (32 bits,
 * little-endian), then of each pair name and value, each followed by a NUL.
 */

/** Points `pairs` into a serialized map. What does not fit into its `size` is left out. */
export function readPairs(ptr: usize, size: i32, pairs: Pairs): void {
  pairs.clear();
  if (size < 4) return;
  const count = load<u32>(ptr);
  let at: u64 = 4 + <u64>count * 8;
  for (let i: u32 = 0; i < count && at <= <u64>size; i++) {
    const lengths = ptr + 4 + <usize>(i * 8);
    const nameLength = load<u32>(lengths);
    const valueLength = load<u32>(lengths, 4);
    const valueAt = at + nameLength + 1;
    const end = valueAt + valueLength + 1;
    if (end > <u64>size) return;
    pairs.add(ptr + <usize>at, <i32>nameLength, ptr + <usize>valueAt, <i32>valueLength);
    at = end;
  }
}

/** The serialized headers of a call, all but the value of the last one, `:path`. */
export class HeaderTemplate {
  readonly bytes: Bytes;
  /** Where the length of the path goes. */
  readonly pathLengthAt: i32;

  constructor(headers: CallHeader[]) {
    const path = Bytes.of(":path");
    const out = new ByteWriter(256);
    length(out, headers.length + 1);
    for (let i = 0; i < headers.length; i++) {
      length(out, headers[i].name.length);
      length(out, headers[i].value.length);
    }
    length(out, path.length);
    this.pathLengthAt = out.length;
    length(out, 0);
    for (let i = 0; i < headers.length; i++) {
      out.bytes(headers[i].name);
      out.byte(0);
      out.bytes(headers[i].value);
      out.byte(0);
    }
    out.bytes(path);
    out.byte(0);
    this.bytes = out.copy();
    out.free();
  }

  /** Writes the serialized headers of a call to `path`. */
  write(path: ByteWriter, out: ByteWriter): void {
    out.clear();
    out.reserve(this.bytes.length + path.length + 1);
    out.bytes(this.bytes);
    out.span(path.ptr, path.length);
    out.byte(0);
    store<u32>(out.ptr + <usize>this.pathLengthAt, path.length);
  }
}

/** Returns one header, serialized. */
export function serializeHeader(name: string, value: string): Bytes {
  const out = new ByteWriter(64);
  length(out, 1);
  length(out, name.length);
  length(out, value.length);
  out.text(name);
  out.byte(0);
  out.text(value);
  out.byte(0);
  const bytes = out.copy();
  out.free();
  return bytes;
}

function length(out: ByteWriter, value: i32): void {
  out.byte(<u8>value);
  out.byte(<u8>(value >> 8));
  out.byte(<u8>(value >> 16));
  out.byte(<u8>(value >> 24));
}
