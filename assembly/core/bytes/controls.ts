import { Bytes } from "./bytes";

/** Says whether a text has bytes that may not stand in the value of a header (RFC 9110, 5.5). */
export function hasControls(text: Bytes): bool {
  for (let i = 0; i < text.length; i++) {
    const byte = text.at(i);
    if ((byte < 0x20 && byte != 0x09) || byte == 0x7f) return true;
  }
  return false;
}
