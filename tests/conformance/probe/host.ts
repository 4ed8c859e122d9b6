import { proxy_get_header_map_pairs } from "./env";

/** Where the host writes the pointer and the size of what it returns, and 64-bit results. */
export const outPtr: usize = memory.data(8, 8);
export const outSize: usize = memory.data(8, 8);

/** The bytes the host has just returned, as text: printable ASCII as it is, every other byte as `%hh`. */
export function returned(): string {
  return printable(load<u32>(outPtr), load<u32>(outSize));
}

/** `size` bytes at `ptr` as text: printable ASCII as it is, every other byte as `%hh`. */
export function printable(ptr: usize, size: u32): string {
  let text = "";
  for (let i: u32 = 0; i < size; i++) {
    const byte = load<u8>(ptr + i);
    if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += "%" + hexDigit(byte >> 4) + hexDigit(byte & 15);
  }
  return text;
}

function hexDigit(nibble: u8): string {
  return "0123456789abcdef".charAt(nibble);
}

/** The bytes of an argument: `%hh` is one byte, everything else its ASCII code. */
export function bytesOf(text: string): StaticArray<u8> {
  const bytes = new Array<u8>();
  for (let i = 0; i < text.length; i++) {
    if (text.charAt(i) == "%" && i + 2 < text.length) {
      bytes.push(<u8>parseInt(text.substr(i + 1, 2), 16));
      i += 2;
    } else bytes.push(<u8>text.charCodeAt(i));
  }
  return StaticArray.fromArray<u8>(bytes);
}

/** Serializes names and values (one after the other) as the ABI's header pairs. */
export function pairsOf(items: string[]): StaticArray<u8> {
  const count = items.length / 2;
  const parts = new Array<StaticArray<u8>>();
  let size = 4 + 8 * count;
  for (let i = 0; i < items.length; i++) {
    const part = bytesOf(items[i]);
    parts.push(part);
    size += part.length + 1;
  }
  const out = new StaticArray<u8>(size);
  const base = changetype<usize>(out);
  store<u32>(base, count);
  let at = base + 4;
  for (let i = 0; i < parts.length; i++, at += 4) store<u32>(at, parts[i].length);
  for (let i = 0; i < parts.length; i++) {
    memory.copy(at, changetype<usize>(parts[i]), parts[i].length);
    at += parts[i].length + 1;
  }
  return out;
}

/** The names and values of a header map, one after the other, as `printable` text. */
export function pairsIn(map: u32): string[] {
  const items = new Array<string>();
  store<u32>(outPtr, 0);
  store<u32>(outSize, 0);
  if (proxy_get_header_map_pairs(map, outPtr, outSize) != 0) return items;
  const base: usize = load<u32>(outPtr);
  if (load<u32>(outSize) < 4) return items;
  const count = load<u32>(base);
  let at = base + 4 + 8 * count;
  for (let i: u32 = 0; i < count * 2; i++) {
    const size = load<u32>(base + 4 + 4 * i);
    items.push(printable(at, size));
    at += size + 1;
  }
  return items;
}

/** A module without an abort import: Envoy offers none. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the compiler calls it with these four
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  unreachable();
}
