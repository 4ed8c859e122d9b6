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

/** What `continuations` says of a byte that begins no character. */
export const NO_CHARACTER: i32 = -1;

/** Returns how many bytes follow the first one of a character (RFC 3629), NO_CHARACTER where it begins none. */
export function continuations(first: u8): i32 {
  if (first < 0x80) return 0;
  if (first < 0xc2 || first > 0xf4) return NO_CHARACTER;
  if (first < 0xe0) return 1;
  return first < 0xf0 ? 2 : 3;
}

/** Returns the least second byte after `first`: a lesser one would be an overlong form. */
export function lowestSecond(first: u8): u8 {
  if (first == 0xe0) return 0xa0;
  return first == 0xf0 ? 0x90 : 0x80;
}

/** Returns the greatest second byte after `first`: a greater one would be a surrogate, or over U+10FFFF. */
export function highestSecond(first: u8): u8 {
  if (first == 0xed) return 0x9f;
  return first == 0xf4 ? 0x8f : 0xbf;
}

/** Says whether bytes are UTF-8 (RFC 3629: no overlong form, no surrogate, nothing over U+10FFFF). */
export function isUtf8(value: Bytes): bool {
  for (let i = 0; i < value.length;) {
    const first = value.at(i++);
    let more = continuations(first);
    if (more == NO_CHARACTER || more > value.length - i) return false;
    let low = lowestSecond(first);
    let high = highestSecond(first);
    for (; more > 0; more--) {
      const byte = value.at(i++);
      if (byte < low || byte > high) return false;
      low = 0x80;
      high = 0xbf;
    }
  }
  return true;
}
