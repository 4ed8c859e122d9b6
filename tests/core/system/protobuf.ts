import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";

/** Encodes google.protobuf.Struct by hand: fields are `[number, …]`, lengths below 2^28. */

function delimited(fieldNumber: i32, content: Bytes): Bytes {
  const out = new ByteWriter(content.length + 8);
  out.byte(<u8>((fieldNumber << 3) | 2));
  let rest = content.length;
  while (rest >= 0x80) {
    out.byte(<u8>(rest | 0x80));
    rest >>= 7;
  }
  out.byte(<u8>rest);
  out.bytes(content);
  const bytes = out.copy();
  out.free();
  return bytes;
}

function joined(parts: Bytes[]): Bytes {
  const out = new ByteWriter(64);
  for (let i = 0; i < parts.length; i++) out.bytes(parts[i]);
  const bytes = out.copy();
  out.free();
  return bytes;
}

/** A Value that is a string. */
export function text(value: string): Bytes {
  return delimited(3, Bytes.of(value));
}

/** A Value that is a number, 1. */
export function one(): Bytes {
  const out = new ByteWriter(9);
  out.byte((2 << 3) | 1);
  for (let i = 0; i < 6; i++) out.byte(0);
  out.byte(0xf0);
  out.byte(0x3f);
  return out.copy();
}

/** A Value that is a list of Values. */
export function list(values: Bytes[]): Bytes {
  const parts: Bytes[] = [];
  for (let i = 0; i < values.length; i++) parts.push(delimited(1, values[i]));
  return delimited(6, joined(parts));
}

/** A Value that is a Struct: names and Values. */
export function struct(names: string[], values: Bytes[]): Bytes {
  return delimited(5, bareStruct(names, values));
}

function bareStruct(names: string[], values: Bytes[]): Bytes {
  const entries: Bytes[] = [];
  for (let i = 0; i < names.length; i++) {
    entries.push(delimited(1, joined([delimited(1, Bytes.of(names[i])), delimited(2, values[i])])));
  }
  return joined(entries);
}

/** An envoy.config.core.v3.Metadata with the Struct that one filter has left. */
export function metadataOf(filterName: string, names: string[], values: Bytes[]): Bytes {
  return delimited(1, joined([delimited(1, Bytes.of(filterName)), delimited(2, bareStruct(names, values))]));
}
