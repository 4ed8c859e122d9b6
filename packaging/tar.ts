const BLOCK = 512;
const MODE = 0o644;

/** A regular file in an archive. */
export interface TarFile {
  name: string;
  content: Uint8Array;
}

/** A ustar archive of regular files in the order given: owned by root, readable by all, of the time 0. */
export function writeTar(files: readonly TarFile[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { name, content } of files) {
    parts.push(header(name, content.length), content, Buffer.alloc(padding(content.length)));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/**
 * The regular files of an archive, in their order. Names longer than 100 bytes come shortened: extended headers are
 * passed over. Fails where the archive is cut short or a header's checksum is wrong.
 */
export function* readTar(archive: Uint8Array): Generator<TarFile> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.length);
  let at = 0;
  while (at < bytes.length) {
    const head = bytes.subarray(at, at + BLOCK);
    if (head.length < BLOCK) throw new Error("the archive ends within a header");
    if (head.every((byte) => byte === 0)) return;
    if (checksum(head) !== octal(head, 148, 8)) throw new Error("a header of the archive has a wrong checksum");
    const size = octal(head, 124, 12);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Error("the archive ends within a file");
    const type = head[156]!;
    if (type === 0 || type === "0".charCodeAt(0)) yield { name: text(head, 0, 100), content };
    at += BLOCK + size + padding(size);
  }
}

function header(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long a name for a tar archive`);
  const head = Buffer.alloc(BLOCK);
  const number = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  head.write(name, 0);
  head.write(number(MODE, 7), 100);
  head.write(number(0, 7), 108);
  head.write(number(0, 7), 116);
  head.write(number(size, 11), 124);
  head.write(number(0, 11), 136);
  head.write("0", 156);
  head.write("ustar\u000000", 257);
  head.write(`${checksum(head).toString(8).padStart(6, "0")}\0 `, 148);
  return head;
}

/** The sum of a header's bytes, those of the checksum itself taken as spaces. */
const checksum = (head: Uint8Array): number =>
  head.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

const text = (bytes: Buffer, at: number, length: number): string =>
  bytes.toString("utf8", at, at + length).replace(/\0.*$/s, "");

const octal = (bytes: Buffer, at: number, length: number): number =>
  Number.parseInt(text(bytes, at, length).trim() || "0", 8);
