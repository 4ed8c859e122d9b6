import { Bytes } from "../bytes/bytes";

/** Marks a request that was let in without a verdict. */
export const FAILURE_MODE_ALLOWED: Bytes = Bytes.of("x-3scale-auth-failure-mode-allowed");

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

/** Says whether a header, its name in lower case, is one that this filter may set. */
export function isOwnHeader(name: Bytes): bool {
  if (name.length <= PREFIX.length || !PREFIX.equalsSpan(name.ptr, PREFIX.length)) return false;
  for (let i = 0; i < OWN_HEADERS.length; i++) if (OWN_HEADERS[i].equals(name)) return true;
  return false;
}
