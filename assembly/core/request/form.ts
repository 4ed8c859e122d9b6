import { hexValue } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { Pairs } from "./pairs";

/**
 * Writes `value` form-decoded (application/x-www-form-urlencoded: `+` is a space, `%XX` a byte) to `out`.
 * A `%` without two hexadecimal digits stays as it is, as in the WHATWG URL standard.
 */
export function formDecode(value: Bytes, out: ByteWriter): void {
  // Decoding never lengthens.
  out.reserve(value.length);
  const start = out.end;
  let to = start;
  for (let i = 0; i < value.length; i++) {
    let byte = load<u8>(value.ptr + <usize>i);
    if (byte == 0x2b) byte = 0x20;
    else if (byte == 0x25 && i + 2 < value.length) {
      const high = hexValue(value.at(i + 1));
      const low = hexValue(value.at(i + 2));
      if (high >= 0 && low >= 0) {
        byte = <u8>((high << 4) | low);
        i += 2;
      }
    }
    store<u8>(to, byte);
    to += 1;
  }
  out.length += <i32>(to - start);
}

const part: Bytes = new Bytes();

/**
 * Reads a query string (without its `?`) into `parameters`, form-decoded, in order, duplicates kept. Parameters are
 * separated by `&`; one without `=` has an empty value; empty ones are none. The bytes lie in `buffer`.
 */
export function readForm(query: Bytes, buffer: ByteWriter, parameters: Pairs): void {
  parameters.clear();
  buffer.clear();
  // Decoding never lengthens: with this the spans stay valid while the buffer fills.
  buffer.reserve(query.length);
  let start = 0;
  while (start < query.length) {
    let end = query.indexOf(0x26, start);
    if (end < 0) end = query.length;
    if (end > start) {
      let equals = query.indexOf(0x3d, start, end);
      if (equals < 0) equals = end;
      const nameAt = buffer.length;
      part.set(query.ptr + <usize>start, equals - start);
      formDecode(part, buffer);
      const valueAt = buffer.length;
      if (equals < end) {
        part.set(query.ptr + <usize>(equals + 1), end - equals - 1);
        formDecode(part, buffer);
      }
      parameters.add(
        buffer.ptr + <usize>nameAt,
        valueAt - nameAt,
        buffer.ptr + <usize>valueAt,
        buffer.length - valueAt,
      );
    }
    start = end + 1;
  }
}
