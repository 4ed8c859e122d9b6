import { Bytes } from "../../bytes/bytes";
import { isUtf8 } from "../../bytes/utf8";
import { Failure } from "./failure";
import { Opcode } from "./table";
import { ValueStack } from "./value-stack";

const INVALID: i32 = -1;
const EQUALS: u8 = 0x3d;
const input: Bytes = new Bytes();
const decoded: Bytes = new Bytes();

/** `base64_standard`, `base64_urlsafe`: the topmost value decoded. */
export function runDecode(opcode: Opcode, stack: ValueStack): Failure {
  stack.peek(input);
  stack.drop(1);
  const output = stack.allocate((input.length / 4) * 3 + 3);
  if (output == 0) return Failure.LimitReached;
  const length = decodeBase64(input, opcode == Opcode.Base64Urlsafe, output);
  if (length == INVALID) return Failure.NotBase64;
  decoded.set(output, length);
  // Values are text to 3scale; what threescale-wasm-auth refuses stays refused.
  if (!isUtf8(decoded)) return Failure.NotUtf8;
  return stack.push(output, length) ? Failure.None : Failure.LimitReached;
}

/**
 * Decodes RFC 4648 base64 to `output`; returns its length, INVALID for what is none. Padding may be left out; the url-safe
 * variant takes both alphabets. Bits beyond the last byte have to be zero, so that a value has one spelling.
 */
function decodeBase64(text: Bytes, urlSafe: bool, output: usize): i32 {
  let end = text.length;
  let padding = 0;
  while (end > 0 && padding < 2 && text.at(end - 1) == EQUALS) {
    end--;
    padding++;
  }
  const tail = end & 3;
  if (tail == 1 || (padding > 0 && (tail == 0 || padding > 4 - tail))) return INVALID;
  let bits: u32 = 0;
  let length = 0;
  for (let i = 0; i < end; i++) {
    const value = sextet(text.at(i), urlSafe);
    if (value == INVALID) return INVALID;
    bits = (bits << 6) | (<u32>value);
    if ((i & 3) != 3) continue;
    store<u8>(output + <usize>length, <u8>(bits >> 16));
    store<u8>(output + <usize>length, <u8>(bits >> 8), 1);
    store<u8>(output + <usize>length, <u8>bits, 2);
    length += 3;
    bits = 0;
  }
  if (tail == 2) {
    if ((bits & 15) != 0) return INVALID;
    store<u8>(output + <usize>length, <u8>(bits >> 4));
    length += 1;
  } else if (tail == 3) {
    if ((bits & 3) != 0) return INVALID;
    store<u8>(output + <usize>length, <u8>(bits >> 10));
    store<u8>(output + <usize>length, <u8>(bits >> 2), 1);
    length += 2;
  }
  return length;
}

function sextet(byte: u8, urlSafe: bool): i32 {
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41;
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 26;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30 + 52;
  if (byte == 0x2b) return 62;
  if (byte == 0x2f) return 63;
  if (urlSafe && byte == 0x2d) return 62;
  return urlSafe && byte == 0x5f ? 63 : INVALID;
}
