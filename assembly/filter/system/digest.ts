import { Bytes } from "../../core/bytes/bytes";
import { ByteSource } from "../../core/json/byte-source";

const OFFSET: u64 = 0xcbf29ce484222325;
const PRIME: u64 = 0x100000001b3;

const window: Bytes = new Bytes();

/**
 * Returns a number that tells one document from others, never 0: FNV-1a, 64 bits. Not seeded: all VMs of an Envoy come to the
 * same.
 */
export function digestOf(source: ByteSource): u64 {
  let digest = OFFSET;
  let offset = 0;
  for (source.read(0, window); !window.isEmpty(); source.read(offset, window)) {
    digest = added(digest, window);
    offset += window.length;
  }
  return digest == 0 ? 1 : digest;
}

/** As `digestOf`, of bytes that lie in memory. */
export function digestOfBytes(bytes: Bytes): u64 {
  const digest = added(OFFSET, bytes);
  return digest == 0 ? 1 : digest;
}

/** As `digestOfBytes`, of what this digest stands for and then these bytes. */
export function digestWith(digest: u64, bytes: Bytes): u64 {
  const next = added((digest ^ (<u64>bytes.length)) * PRIME, bytes);
  return next == 0 ? 1 : next;
}

function added(digest: u64, bytes: Bytes): u64 {
  for (let i: usize = 0; i < <usize>bytes.length; i++) digest = (digest ^ (<u64>load<u8>(bytes.ptr + i))) * PRIME;
  return digest;
}
