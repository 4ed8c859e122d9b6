/** Encodes JSON values as google.protobuf.Struct (struct.proto), for values of the operation `protobuf`. */

/** Encodes an object as a Struct. */
export function encodeStruct(object: Record<string, unknown>): Buffer {
  const entries = Object.entries(object).map(([name, value]) =>
    delimited(1, Buffer.concat([delimited(1, Buffer.from(name)), delimited(2, encodeValue(value))])),
  );
  return Buffer.concat(entries);
}

/** Encodes any JSON value as a Value. */
export function encodeValue(value: unknown): Buffer {
  if (value === null || value === undefined) return Buffer.from([0x08, 0]);
  if (typeof value === "boolean") return Buffer.from([0x20, value ? 1 : 0]);
  if (typeof value === "string") return delimited(3, Buffer.from(value));
  if (Array.isArray(value)) {
    return delimited(6, Buffer.concat(value.map((element) => delimited(1, encodeValue(element)))));
  }
  if (typeof value === "object") return delimited(5, encodeStruct(value as Record<string, unknown>));
  const number = Buffer.alloc(9, 0x11);
  number.writeDoubleLE(Number(value), 1);
  return number;
}

/** A length-delimited field. */
export function delimited(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
