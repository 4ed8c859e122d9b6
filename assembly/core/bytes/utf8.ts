import { Bytes } from "./bytes";

/** Says whether a byte continues a character that began before it. */
export function isContinuation(byte: u8): bool {
  return (byte & 0xc0) == 0x80;
}

/** Counts characters; in what is not UTF-8, every byte that does not continue a character counts as one. */
export function countCharacters(value: Bytes): i32 {
  let count = 0;
  for (let i = 0; i < value.length; i++) if (!isContinuation(load<u8>(value.ptr + <usize>i))) count++;
  return count;
}

/** Returns the index after the character that begins at `index`. */
export function nextCharacter(value: Bytes, index: i32): i32 {
  let next = index + 1;
  while (next < value.length && isContinuation(load<u8>(value.ptr + <usize>next))) next++;
  return next;
}

/** Says whether bytes are UTF-8 (RFC 3629: no overlong form, no surrogate, nothing over U+10FFFF). */
export function isUtf8(value: Bytes): bool {
  for (let i = 0; i < value.length;) {
    const first = value.at(i++);
    if (first < 0x80) continue;
    let more = 0;
    let low: u8 = 0x80;
    let high: u8 = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
      more = 1;
    } else if ((first & 0xf0) == 0xe0) {
      more = 2;
      if (first == 0xe0) low = 0xa0;
      if (first == 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      more = 3;
      if (first == 0xf0) low = 0x90;
      if (first == 0xf4) high = 0x8f;
    } else return false;
    for (; more > 0; more--) {
      const byte = value.at(i++);
      if (byte < low || byte > high) return false;
      low = 0x80;
      high = 0xbf;
    }
  }
  return true;
}
