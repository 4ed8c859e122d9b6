/** Byte classes of ASCII, RFC 3986 (unreserved) and RFC 9110 (methods). */

/** Returns `byte` with A-Z made a-z. */
export function lowerCase(byte: u8): u8 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

/** Returns `byte` with a-z made A-Z. */
export function upperCase(byte: u8): u8 {
  return byte - 0x61 < 26 ? byte & 0xdf : byte;
}

export function isDigit(byte: u8): bool {
  return byte - 0x30 < 10;
}

export function isAlpha(byte: u8): bool {
  return (byte | 0x20) - 0x61 < 26;
}

/** RFC 3986, 2.3: letters, digits, `-` `.` `_` `~`. */
export function isUnreserved(byte: u8): bool {
  return isAlpha(byte) || isDigit(byte) || byte == 0x2d || byte == 0x2e || byte == 0x5f || byte == 0x7e;
}

/** Returns the value of a hexadecimal digit, -1 for any other byte. */
export function hexValue(byte: u8): i32 {
  if (isDigit(byte)) return byte - 0x30;
  const letter: u8 = (byte | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : -1;
}
