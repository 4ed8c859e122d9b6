/** A gzip header without name and time; 255: the system it was made on is unknown. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
const LARGEST_BLOCK = 0xffff;

/**
 * The gzip form of `content`, its blocks stored and not compressed: what a compressor makes depends on its release and on
 * the processor, and an image's digest is to depend on nothing but what is in the image.
 */
export function gzipStored(content: Uint8Array): Buffer {
  const parts: Uint8Array[] = [HEADER];
  let at = 0;
  do {
    const block = content.subarray(at, at + LARGEST_BLOCK);
    at += block.length;
    const head = Buffer.alloc(5);
    head.writeUInt8(at === content.length ? 1 : 0, 0);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(~block.length & 0xffff, 3);
    parts.push(head, block);
  } while (at < content.length);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length % 2 ** 32, 4);
  return Buffer.concat([...parts, trailer]);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}
