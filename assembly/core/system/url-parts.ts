import { isAlpha, isDigit } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";

const COLON: u8 = 0x3a;
const SLASH: u8 = 0x2f;
const AT: u8 = 0x40;

const out: ByteWriter = new ByteWriter(256);

/** Returns a URL without its user information, in a copy. Nothing of it stays, even where it is not encoded as it has to be. */
export function withoutUserInformation(url: Bytes): Bytes {
  let current = url.copy();
  while (true) {
    const authority = authorityStart(current);
    const end = userInformationEnd(current, authority);
    if (end < 0) return current;
    out.clear();
    out.span(current.ptr, authority);
    out.span(current.ptr + <usize>end, current.length - end);
    current = out.copy();
  }
}

/**
 * Returns the host of a URL, or of an authority without its scheme, without its port; empty where it has none. An IPv6
 * address comes in brackets, as authorities have it.
 */
export function hostOf(url: Bytes): Bytes {
  const bare = withoutUserInformation(url);
  const start = authorityStart(bare);
  const end = authorityEnd(bare, start);
  const authority = Bytes.copyOf(bare.ptr + <usize>start, end - start);
  if (authority.at(0) == 0x5b) {
    const close = authority.indexOf(0x5d);
    return close < 0 ? authority : Bytes.copyOf(authority.ptr, close + 1);
  }
  const colon = authority.indexOf(COLON);
  if (colon < 0) return authority;
  if (authority.indexOf(COLON, colon + 1) < 0) return Bytes.copyOf(authority.ptr, colon);
  out.clear();
  out.byte(0x5b);
  out.bytes(authority);
  out.byte(0x5d);
  return out.copy();
}

/** Returns where the authority begins: after `scheme://`, at 0 where there is no scheme. */
function authorityStart(url: Bytes): i32 {
  for (let i = 0; i < url.length; i++) {
    const byte = url.at(i);
    if (byte == COLON && i > 0 && url.at(i + 1) == SLASH && url.at(i + 2) == SLASH) return i + 3;
    if (!isAlpha(byte) && !isDigit(byte) && byte != 0x2b && byte != 0x2d && byte != 0x2e) return 0;
  }
  return 0;
}

function authorityEnd(url: Bytes, start: i32): i32 {
  for (let i = start; i < url.length; i++) {
    const byte = url.at(i);
    if (byte == SLASH || byte == 0x3f || byte == 0x23 || byte == 0x5c) return i;
  }
  return url.length;
}

/** Returns where the user information ends, behind its `@`; -1 where there is none. */
function userInformationEnd(url: Bytes, start: i32): i32 {
  const end = authorityEnd(url, start);
  let at = lastAt(url, start, end);
  // A secret with a slash in it ends the authority early: what looks like its port is the beginning of the secret.
  if (at < 0 && !isAuthority(url, start, end)) at = lastAt(url, start, url.length);
  return at < 0 ? -1 : at + 1;
}

/** Says whether there is a host behind the scheme's slashes, and nothing but digits where its port is. */
function isAuthority(url: Bytes, start: i32, end: i32): bool {
  if (start == 0 || start == end) return false;
  const colon = url.at(start) == 0x5b ? -1 : url.indexOf(COLON, start, end);
  if (colon < 0) return true;
  for (let i = colon + 1; i < end; i++) if (!isDigit(url.at(i))) return false;
  return true;
}

function lastAt(url: Bytes, start: i32, end: i32): i32 {
  for (let i = end - 1; i >= start; i--) if (url.at(i) == AT) return i;
  return -1;
}
