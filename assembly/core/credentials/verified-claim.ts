import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { ProtobufFormat } from "../structured/protobuf-format";
import { ValueKind } from "../structured/structured-value";

/** No claim was found. */
export const NO_CLAIM: i32 = -1;

const SLASH: u8 = 0x2f;
const ISSUER: Bytes = Bytes.of("iss");
const payload: Bytes = new Bytes();
const claim: Bytes = new Bytes();
const element: Bytes = new Bytes();
const text: Bytes = new Bytes();

/** Returns how long an issuer is without the slash at its end, which tokens and 3scale may write or leave out. */
export function issuerLength(issuer: Bytes): i32 {
  const last = issuer.length - 1;
  return last >= 0 && issuer.at(last) == SLASH ? last : issuer.length;
}

/**
 * Looks the first of `claims` that has a value up in the payloads of verified tokens: the entries of `payloads`, under
 * whatever keys. Only the payload whose `iss` is `issuer` counts, so that no other issuer's token names an application.
 * Writes the value, a string or the first string of a list, to `out`; returns the number of the claim, or NO_CLAIM.
 */
export function findVerifiedClaim(
  format: ProtobufFormat,
  payloads: Bytes,
  issuer: Bytes,
  claims: Bytes[],
  out: ByteWriter,
): i32 {
  format.openStruct(payloads);
  while (format.nextEntryValue(payload)) {
    if (!isIssuedBy(format, issuer, out)) continue;
    for (let i = 0; i < claims.length; i++) {
      if (format.entry(payload, claims[i], claim) && writeFirstString(format, out)) return i;
    }
  }
  return NO_CLAIM;
}

function isIssuedBy(format: ProtobufFormat, issuer: Bytes, out: ByteWriter): bool {
  if (format.kindOf(payload) != ValueKind.Struct || !format.entry(payload, ISSUER, claim)) return false;
  if (format.kindOf(claim) != ValueKind.String) return false;
  out.clear();
  format.text(claim, out);
  out.viewInto(text);
  const length = issuerLength(text);
  return length > 0 && length == issuerLength(issuer) && memory.compare(text.ptr, issuer.ptr, <usize>length) == 0;
}

/** Writes the claim; false where it is empty, or neither a string nor a list with one. */
function writeFirstString(format: ProtobufFormat, out: ByteWriter): bool {
  out.clear();
  const kind = format.kindOf(claim);
  if (kind == ValueKind.String) format.text(claim, out);
  else if (kind == ValueKind.List) {
    format.openList(claim);
    while (format.nextElement(element)) {
      if (format.kindOf(element) != ValueKind.String) continue;
      format.text(element, out);
      break;
    }
  }
  return out.length > 0;
}
