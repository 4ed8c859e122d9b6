import { Bytes } from "../bytes/bytes";

/** Stands for a placeholder `{x}` in a compiled literal; no request can carry it. */
export const WILDCARD: u8 = 0;

const SLASH: u8 = 0x2f;

/**
 * Matches the start of `text` against a literal with wildcards, each of one or more bytes, none of them a slash where
 * `inSegment` is set. `anchored` asks that the whole text matches.
 *
 * It goes back to the last wildcard only: an earlier one that took more would leave less room for those after it, and
 * none can cross a slash, so it would gain nothing.
 */
export function matchWildcards(literal: Bytes, text: Bytes, inSegment: bool, anchored: bool): bool {
  let p = 0;
  let t = 0;
  let backP = -1;
  let backT = -1;
  while (true) {
    if (p == literal.length && (!anchored || t == text.length)) return true;
    if (p < literal.length) {
      const wanted = load<u8>(literal.ptr + <usize>p);
      if (wanted == WILDCARD) {
        if (t < text.length && !(inSegment && text.at(t) == SLASH)) {
          p++;
          t++;
          backP = p;
          backT = t;
          continue;
        }
      } else if (t < text.length && load<u8>(text.ptr + <usize>t) == wanted) {
        p++;
        t++;
        continue;
      }
    }
    // Let the last wildcard take one byte more.
    if (backP < 0 || backT >= text.length || (inSegment && text.at(backT) == SLASH)) return false;
    backT++;
    p = backP;
    t = backT;
  }
}
