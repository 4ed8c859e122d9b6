import { hexValue, isUnreserved, upperCase } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";

const SLASH: u8 = 0x2f;
const BACKSLASH: u8 = 0x5c;
const DOT: u8 = 0x2e;
const PERCENT: u8 = 0x25;
const SEMICOLON: u8 = 0x3b;

/** Says whether a path is its own normal form, so that it need not be copied. */
export function isNormal(path: Bytes): bool {
  let before: u8 = 0;
  for (let i = 0; i < path.length; i++) {
    const byte = path.at(i);
    if (byte == PERCENT || byte == BACKSLASH || byte == SEMICOLON) return false;
    if (before == SLASH && (byte == SLASH || byte == DOT)) return false;
    before = byte;
  }
  return true;
}

/** Writes `path` with the escapes of unreserved characters decoded (RFC 3986, 6.2.2.2) and the others in capitals. */
export function decodeUnreserved(path: Bytes, out: ByteWriter): void {
  for (let i = 0; i < path.length; i++) {
    const byte = path.at(i);
    const high = byte == PERCENT && i + 2 < path.length ? hexValue(path.at(i + 1)) : -1;
    const low = high >= 0 ? hexValue(path.at(i + 2)) : -1;
    if (low < 0) {
      out.byte(byte);
      continue;
    }
    const decoded = <u8>((high << 4) | low);
    if (isUnreserved(decoded)) out.byte(decoded);
    else {
      out.byte(PERCENT);
      out.byte(upperCase(path.at(i + 1)));
      out.byte(upperCase(path.at(i + 2)));
    }
    i += 2;
  }
}

/** Says whether a decoded path has a backslash or a segment `.` or `..`, so that servers may differ on what it names. */
export function isAmbiguous(path: Bytes): bool {
  return path.indexOf(BACKSLASH) >= 0 || hasDotSegments(path);
}

/** Says whether a decoded path has a segment `.` or `..`. */
export function hasDotSegments(path: Bytes): bool {
  let start = 0;
  for (let i = 0; i <= path.length; i++) {
    if (i < path.length && path.at(i) != SLASH) continue;
    if (dotsOf(path, start, i) > 0) return true;
    start = i + 1;
  }
  return false;
}

/**
 * Writes a decoded path as servers read it that decode separators (`%2F`, `%5C`) before they resolve dot segments, and
 * take what follows a `;` in a segment for its parameters. Returns whether that differs from the path.
 */
export function openSegments(path: Bytes, out: ByteWriter): bool {
  let inParameters = false;
  const start = out.length;
  for (let i = 0; i < path.length; i++) {
    let byte = path.at(i);
    if (isEscapedSeparator(path, i)) {
      byte = SLASH;
      i += 2;
    }
    if (byte == SLASH) inParameters = false;
    else if (byte == SEMICOLON) inParameters = true;
    if (!inParameters) out.byte(byte);
  }
  return out.length - start != path.length;
}

/** `%2F` or `%5C`; the digits of escapes are capitals by now. */
function isEscapedSeparator(path: Bytes, index: i32): bool {
  if (path.at(index) != PERCENT) return false;
  const high = path.at(index + 1);
  const low = path.at(index + 2);
  return (high == 0x32 && low == 0x46) || (high == 0x35 && low == 0x43);
}

/** Writes `path` with runs of slashes made one. */
export function collapseSlashes(path: Bytes, out: ByteWriter): void {
  let before: u8 = 0;
  for (let i = 0; i < path.length; i++) {
    const byte = path.at(i);
    if (byte != SLASH || before != SLASH) out.byte(byte);
    before = byte;
  }
}

/** Writes `path` with backslashes made slashes, as browsers and some servers read them. */
export function slashBackslashes(path: Bytes, out: ByteWriter): void {
  for (let i = 0; i < path.length; i++) out.byte(path.at(i) == BACKSLASH ? SLASH : path.at(i));
}

/** Writes an absolute `path` with dot segments resolved (RFC 3986, 5.2.4); any other path as it is. */
export function resolveDots(path: Bytes, out: ByteWriter): void {
  if (path.at(0) != SLASH) return out.bytes(path);
  const root = out.length;
  let start = 1;
  for (let i = 1; i <= path.length; i++) {
    if (i < path.length && path.at(i) != SLASH) continue;
    const dots = dotsOf(path, start, i);
    if (dots == 2) {
      while (out.length > root && load<u8>(out.ptr + <usize>(out.length - 1)) != SLASH) out.length--;
      if (out.length > root) out.length--;
    }
    if (dots == 0) {
      out.byte(SLASH);
      out.span(path.ptr + <usize>start, i - start);
    } else if (i == path.length) out.byte(SLASH);
    start = i + 1;
  }
  if (out.length == root) out.byte(SLASH);
}

/** Returns 1 for a segment `.`, 2 for `..`, 0 for any other. */
function dotsOf(path: Bytes, start: i32, end: i32): i32 {
  const length = end - start;
  if (length == 1 && path.at(start) == DOT) return 1;
  if (length == 2 && path.at(start) == DOT && path.at(start + 1) == DOT) return 2;
  return 0;
}
