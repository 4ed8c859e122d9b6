import { isAlpha, isDigit, upperCase } from "../bytes/ascii";
import { Bytes } from "../bytes/bytes";

const ANY: Bytes = Bytes.of("ANY");
/** The methods that most rules have, so that each need not keep its own. */
const COMMON_METHODS: StaticArray<Bytes> = [
  Bytes.of("GET"),
  Bytes.of("POST"),
  Bytes.of("PUT"),
  Bytes.of("DELETE"),
  Bytes.of("PATCH"),
  Bytes.of("HEAD"),
  Bytes.of("OPTIONS"),
];

/** Says whether a text can be a method, `any` included. */
export function isMethod(text: Bytes): bool {
  for (let i = 0; i < text.length; i++) if (!isTokenByte(text.at(i))) return false;
  return !text.isEmpty();
}

/** Returns a rule's method in capitals, as `MappingRule` keeps it; null for `any`, which matches every method. */
export function ruleMethod(text: Bytes): Bytes | null {
  if (equalsCapitals(text, ANY)) return null;
  for (let i = 0; i < COMMON_METHODS.length; i++) if (equalsCapitals(text, COMMON_METHODS[i])) return COMMON_METHODS[i];
  const method = text.copy();
  for (let i = 0; i < method.length; i++) store<u8>(method.ptr + <usize>i, upperCase(method.at(i)));
  return method;
}

function equalsCapitals(text: Bytes, capitals: Bytes): bool {
  if (text.length != capitals.length) return false;
  for (let i = 0; i < text.length; i++) if (upperCase(text.at(i)) != capitals.at(i)) return false;
  return true;
}

/** RFC 9110, 5.6.2. */
function isTokenByte(byte: u8): bool {
  if (isAlpha(byte) || isDigit(byte)) return true;
  switch (byte) {
    case 0x21:
    case 0x23:
    case 0x24:
    case 0x25:
    case 0x26:
    case 0x27:
    case 0x2a:
    case 0x2b:
    case 0x2d:
    case 0x2e:
    case 0x5e:
    case 0x5f:
    case 0x60:
    case 0x7c:
    case 0x7e:
      return true;
    default:
      return false;
  }
}
