import { concat, latin1, toLatin1 } from "./bytes.ts";

/** A header: the name with one character a byte, the value as bytes. */
export type Pair = readonly [name: string, value: Uint8Array];

const MAX_BYTES = 1024 * 1024;
const MAX_PAIRS = 1024;

/** Pairs in the ABI's form: count, the two sizes of each, then names and values, each with a NUL after it. */
export function encodePairs(pairs: readonly Pair[]): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 8 * pairs.length));
  head.setUint32(0, pairs.length, true);
  const end = new Uint8Array(1);
  const parts: Uint8Array[] = [new Uint8Array(head.buffer)];
  pairs.forEach(([name, value], index) => {
    head.setUint32(4 + 8 * index, name.length, true);
    head.setUint32(8 + 8 * index, value.length, true);
    parts.push(latin1(name), end, value, end);
  });
  return concat(...parts);
}

/**
 * The pairs in `data`; undefined if it is not exactly the ABI's form or over Envoy's limits (1 MiB, 1024 pairs). No bytes
 * at all are no pairs.
 */
export function decodePairs(data: Uint8Array): Pair[] | undefined {
  if (data.length === 0) return [];
  if (data.length < 4 || data.length > MAX_BYTES) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = view.getUint32(0, true);
  let at = 4 + 8 * count;
  if (count > MAX_PAIRS || at > data.length) return undefined;
  const take = (size: number): Uint8Array | undefined => {
    const end = at + size;
    if (end >= data.length || data[end] !== 0) return undefined;
    const taken = data.slice(at, end);
    at = end + 1;
    return taken;
  };
  const pairs: Pair[] = [];
  for (let index = 0; index < count; index++) {
    const name = take(view.getUint32(4 + 8 * index, true));
    const value = name && take(view.getUint32(8 + 8 * index, true));
    if (name === undefined || value === undefined) return undefined;
    pairs.push([toLatin1(name), value]);
  }
  return at === data.length ? pairs : undefined;
}
