import { Bytes } from "../bytes/bytes";
import { RequestSnapshot } from "../request/request-snapshot";

/** Where a lookup query looks. */
export const enum SourceKind {
  Header,
  QueryString,
}

/** A lookup query: keys to look for, in order, in one part of the request. */
export class Source {
  constructor(
    readonly kind: SourceKind,
    /** Header keys in lower case, as Envoy gives the names of headers; the names of parameters as they are. */
    readonly keys: Bytes[],
  ) {}

  /**
   * Points `found` at the first value that is not empty: of the first key that has one, its first such duplicate.
   * Returns whether there is one.
   */
  find(request: RequestSnapshot, found: Bytes): bool {
    const pairs = this.kind == SourceKind.Header ? request.headers : request.parameters();
    for (let k = 0; k < this.keys.length; k++) {
      const key = this.keys[k];
      for (let i = pairs.find(key); i >= 0; i = pairs.find(key, i + 1)) {
        pairs.value(i, found);
        if (!found.isEmpty()) return true;
      }
    }
    return false;
  }
}
