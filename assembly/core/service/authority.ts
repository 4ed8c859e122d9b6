import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { Glob } from "./glob";

const COLON: u8 = 0x3a;
const BRACKET: u8 = 0x5d;
const HTTP_PORT: Bytes = Bytes.of("80");
const HTTPS_PORT: Bytes = Bytes.of("443");
const HTTPS: Bytes = Bytes.of("https");
const port: Bytes = new Bytes();
/** The pattern in the normal form of a scheme, while it is compiled. */
const buffer: ByteWriter = new ByteWriter(256);
const view: Bytes = new Bytes();

/** Says whether a request's `:scheme` is https. */
export function isHttps(scheme: Bytes): bool {
  return scheme.equals(HTTPS);
}

/**
 * Writes `authority` in normal form: lower-cased, an empty port or the scheme's default one removed, nothing else.
 * Requests and configured globs go through this alike, so that `API.example.com:443` and `api.example.com` are one.
 */
export function normalizeAuthority(authority: Bytes, https: bool, out: ByteWriter): void {
  out.clear();
  out.lowerCased(authority);
  const colon = portColon(authority);
  if (colon < 0) return;
  port.set(authority.ptr + <usize>(colon + 1), authority.length - colon - 1);
  if (port.isEmpty() || port.equals(https ? HTTPS_PORT : HTTP_PORT)) out.length = colon;
}

/** Returns where the colon before the port stands, -1 where there is none. The colons of an IPv6 address are not it. */
function portColon(authority: Bytes): i32 {
  for (let i = authority.length - 1; i >= 0; i--) {
    const byte = authority.at(i);
    if (byte == BRACKET) return -1;
    if (byte != COLON) continue;
    const isOnly = i == 0 || authority.at(i - 1) == BRACKET || authority.indexOf(COLON) == i;
    return isOnly ? i : -1;
  }
  return -1;
}

/** Says whether a colon stands outside of an IPv6 address. */
function hasPort(authority: Bytes): bool {
  for (let i = authority.length - 1; i >= 0 && authority.at(i) != BRACKET; i--) {
    if (authority.at(i) == COLON) return true;
  }
  return false;
}

/** A configured authority: a glob in the normal form of either scheme. */
export class AuthorityPattern {
  private readonly http: Glob;
  private readonly https: Glob;
  /** Whether the pattern's port is the scheme's default: then it takes no authority with another port, as `*:443` would. */
  private readonly isHttpDefault: bool;
  private readonly isHttpsDefault: bool;

  constructor(pattern: Bytes) {
    normalizeAuthority(pattern, false, buffer);
    buffer.viewInto(view);
    const http = Glob.parse(view);
    const httpLength = buffer.length;
    normalizeAuthority(pattern, true, buffer);
    buffer.viewInto(view);
    this.http = http;
    this.https = buffer.length == httpLength ? http : Glob.parse(view);
    this.isHttpDefault = httpLength < pattern.length;
    this.isHttpsDefault = buffer.length < pattern.length;
  }

  /** Says whether it is the same pattern. */
  equals(other: AuthorityPattern): bool {
    return (
      this.http.equals(other.http) &&
      this.https.equals(other.https) &&
      this.isHttpDefault == other.isHttpDefault &&
      this.isHttpsDefault == other.isHttpsDefault
    );
  }

  /** The glob in the normal form of a scheme. */
  globFor(https: bool): Glob {
    return https ? this.https : this.http;
  }

  /** Says whether the pattern has the default port of a scheme. */
  isDefaultPort(https: bool): bool {
    return https ? this.isHttpsDefault : this.isHttpDefault;
  }

  /** Says whether `authority`, in the normal form of its scheme, matches. */
  matches(authority: Bytes, https: bool): bool {
    if (this.isDefaultPort(https) && hasPort(authority)) return false;
    return this.globFor(https).matches(authority);
  }
}
