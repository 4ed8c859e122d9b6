import { Bytes } from "../bytes/bytes";

/** Marks a request that was let in without a verdict. */
export const FAILURE_MODE_ALLOWED: Bytes = Bytes.of("x-3scale-auth-failure-mode-allowed");

const UNDERSCORE: u8 = 0x5f;
const HYPHEN: u8 = 0x2d;
const PREFIX: Bytes = Bytes.of("x-3scale-");

/**
 * Every header that this filter may set on a request. A client that sends one would be believed by what follows, so it
 * is removed in every mode.
 */
const OWN_HEADERS: StaticArray<Bytes> = [
  Bytes.of("x-3scale-app-id"),
  Bytes.of("x-3scale-user-key"),
  Bytes.of("x-3scale-cluster-name"),
  Bytes.of("x-3scale-upstream-url"),
  Bytes.of("x-3scale-timeout"),
  Bytes.of("x-3scale-service-id"),
  Bytes.of("x-3scale-service-token"),
  Bytes.of("x-3scale-usages"),
  FAILURE_MODE_ALLOWED,
];

/**
 * Says whether a header, its name in lower case, is one that this filter may set, or is read as one by servers that take
 * `_` and `-` for the same (CGI, WSGI).
 */
export function isOwnHeader(name: Bytes): bool {
  if (name.length <= PREFIX.length || !isSame(name, PREFIX)) return false;
  for (let i = 0; i < OWN_HEADERS.length; i++) {
    if (OWN_HEADERS[i].length == name.length && isSame(name, OWN_HEADERS[i])) return true;
  }
  return false;
}

/** Says whether `name` begins with `own`, with `_` for `-` or not. */
function isSame(name: Bytes, own: Bytes): bool {
  for (let i = 0; i < own.length; i++) {
    const byte = name.at(i);
    if ((byte == UNDERSCORE ? HYPHEN : byte) != own.at(i)) return false;
  }
  return true;
}
