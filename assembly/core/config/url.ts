import { isAlpha, isDigit, isUnreserved, lowerCase } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { resolveDots } from "../request/path";
import * as wording from "./wording";

/** The URL of a 3scale service, in the parts of which a call is made. */
export class Url {
  constructor(
    readonly isHttps: bool,
    /** Lower-cased, without the scheme's default port and without user information. */
    readonly authority: Bytes,
    /** Begins and ends with a slash: paths are mounted below it. */
    readonly path: Bytes,
    /** Without its `?`. */
    readonly query: Bytes,
  ) {}
}

const NO_SCHEME: string = 'a string that does not begin with "http://" or "https://"';
const PORT_OUT_OF_RANGE: string = "a port out of range";

/** A URL, or what is expected where there is none. */
export class UrlResult {
  url: Url | null = null;
  /** What is wrong or had better not be there. None of the URL's text but a scheme and one byte: it may hold secrets. */
  found: string = "";
  /** What is expected of the URL; empty where it can be used. */
  fault: string = "";
  /** What had better not be in it; empty where nothing is to be said. */
  warning: string = "";
}

/** Reads an absolute http or https URL (RFC 3986; what must be encoded in path and query is encoded). */
export function parseUrl(text: Bytes): UrlResult {
  const result = new UrlResult();
  const colon = text.indexOf(0x3a);
  if (text.isEmpty()) return refuse(result, "an empty string", wording.URL);
  if (colon <= 0 || !isScheme(text, colon)) return refuse(result, NO_SCHEME, wording.URL);
  const isHttps = colon == 5;
  if (!hasScheme(text, colon, isHttps ? "https" : "http")) {
    // Without slashes it may as well be a user name.
    if (!hasSlashes(text, colon)) return refuse(result, NO_SCHEME, wording.URL);
    const scheme = Bytes.view(text.ptr, colon).printable(20);
    return refuse(result, 'the scheme "' + scheme + '"', wording.URL_SCHEME);
  }
  if (!hasSlashes(text, colon)) return refuse(result, 'no "//" after the scheme', wording.URL);
  const start = colon + 3;
  let end = start;
  while (end < text.length && !isAuthorityEnd(text.at(end))) end++;
  let host = start;
  for (let i = start; i < end; i++) if (text.at(i) == 0x40) host = i + 1;
  if (host > start) {
    result.found = "user information";
    result.warning = wording.URL_USERINFO;
  }
  const authority = readAuthority(Bytes.view(text.ptr + <usize>host, end - host), isHttps, result, host);
  if (authority == null) return result;

  let fragment = text.indexOf(0x23, end);
  if (fragment < 0) fragment = text.length;
  else {
    result.found = "a fragment";
    result.warning = wording.URL_FRAGMENT;
  }
  let question = text.indexOf(0x3f, end);
  if (question < 0 || question > fragment) question = fragment;
  const query = question < fragment ? encoded(text, question + 1, fragment) : new Bytes();
  result.url = new Url(isHttps, authority, directory(text, end, question), query);
  return result;
}

function refuse(result: UrlResult, found: string, fault: string): UrlResult {
  result.found = found;
  result.fault = fault;
  return result;
}

function hasSlashes(text: Bytes, colon: i32): bool {
  return text.at(colon + 1) == 0x2f && text.at(colon + 2) == 0x2f;
}

function isScheme(text: Bytes, colon: i32): bool {
  for (let i = 0; i < colon; i++) {
    const byte = text.at(i);
    const isOther = isDigit(byte) || byte == 0x2b || byte == 0x2d || byte == 0x2e;
    if (!isAlpha(byte) && (i == 0 || !isOther)) return false;
  }
  return true;
}

function hasScheme(text: Bytes, colon: i32, scheme: string): bool {
  if (colon != scheme.length) return false;
  for (let i = 0; i < colon; i++) if (lowerCase(text.at(i)) != scheme.charCodeAt(i)) return false;
  return true;
}

/** A backslash ends an authority as a slash does, as in the WHATWG URL standard. */
function isAuthorityEnd(byte: u8): bool {
  return byte == 0x2f || byte == 0x3f || byte == 0x23 || byte == 0x5c;
}

/** `offset` is where the authority begins in the URL. */
function readAuthority(text: Bytes, isHttps: bool, result: UrlResult, offset: i32): Bytes | null {
  const isAddress = text.at(0) == 0x5b;
  let hostEnd = text.length;
  if (isAddress) {
    hostEnd = text.indexOf(0x5d) + 1;
  } else {
    const colon = text.indexOf(0x3a);
    if (colon >= 0) hostEnd = colon;
  }
  if (hostEnd <= (isAddress ? 2 : 0)) {
    refuse(result, isAddress ? "no address in brackets" : "no host", wording.URL_HOST);
    return null;
  }
  for (let i = 0; i < hostEnd; i++) {
    const byte = text.at(i);
    const inBrackets = isAddress && (byte == 0x3a || i == 0 || i == hostEnd - 1);
    if (!isUnreserved(byte) && !inBrackets) {
      refuse(result, byteAt(text, i, offset), wording.URL_HOST);
      return null;
    }
  }
  if (hostEnd < text.length && text.at(hostEnd) != 0x3a) {
    refuse(result, byteAt(text, hostEnd, offset), wording.URL_PORT);
    return null;
  }
  let port: i32 = 0;
  for (let i = hostEnd + 1; i < text.length; i++) {
    if (!isDigit(text.at(i))) {
      refuse(result, byteAt(text, i, offset), wording.URL_PORT);
      return null;
    }
    if (port > 6553) {
      refuse(result, PORT_OUT_OF_RANGE, wording.URL_PORT);
      return null;
    }
    port = port * 10 + (text.at(i) - 0x30);
  }
  const hasPort = hostEnd + 1 < text.length;
  if (hasPort && (port < 1 || port > 65535)) {
    refuse(result, PORT_OUT_OF_RANGE, wording.URL_PORT);
    return null;
  }
  const out = new ByteWriter(text.length + 8);
  out.lowerCased(Bytes.view(text.ptr, hostEnd));
  if (hasPort && port != (isHttps ? 443 : 80)) {
    out.byte(0x3a);
    out.decimal(port);
  }
  const authority = out.copy();
  out.free();
  return authority;
}

/** Names one byte of a URL and its place, 1-based: enough to find it, and too little to tell a secret. */
function byteAt(text: Bytes, index: i32, offset: i32): string {
  const byte = Bytes.view(text.ptr + <usize>index, 1).printable();
  return '"' + byte + '" as byte ' + (offset + index + 1).toString() + " of the URL";
}

/** Returns the path from `start` to `end` as a directory: dot segments resolved, encoded, with a slash at either end. */
function directory(text: Bytes, start: i32, end: i32): Bytes {
  const raw = new ByteWriter(end - start + 2);
  if (start == end) raw.byte(0x2f);
  for (let i = start; i < end; i++) raw.byte(text.at(i) == 0x5c ? 0x2f : text.at(i));
  const view = new Bytes();
  raw.viewInto(view);
  const resolved = new ByteWriter(end - start + 2);
  resolveDots(view, resolved);
  resolved.viewInto(view);
  if (view.at(view.length - 1) != 0x2f) resolved.byte(0x2f);
  resolved.viewInto(view);
  const path = encoded(view, 0, view.length);
  raw.free();
  resolved.free();
  return path;
}

/** Returns the bytes from `start` to `end` with those encoded that may not stand in a path or query. */
function encoded(text: Bytes, start: i32, end: i32): Bytes {
  const out = new ByteWriter(end - start + 8);
  for (let i = start; i < end; i++) {
    const byte = text.at(i);
    if (byte <= 0x20 || byte >= 0x7f || isUnsafe(byte)) out.escape(byte);
    else out.byte(byte);
  }
  const copy = out.copy();
  out.free();
  return copy;
}

/** `"` `<` `>` `` ` `` `{` `|` `}` `\` `^` */
function isUnsafe(byte: u8): bool {
  switch (byte) {
    case 0x22:
    case 0x3c:
    case 0x3e:
    case 0x5c:
    case 0x5e:
    case 0x60:
    case 0x7b:
    case 0x7c:
    case 0x7d:
      return true;
    default:
      return false;
  }
}
