const encoder = new TextEncoder();
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

function section(id: number, ...items: number[][]): number[] {
  const content = [items.length, ...items.flat()];
  return [id, content.length, ...content];
}

function name(text: string): number[] {
  return [text.length, ...encoder.encode(text)];
}

/** A module without anything. */
export const emptyModule = Uint8Array.from(HEADER);

/** A module that imports functions and has nothing else. */
export function importing(...imports: [module: string, name: string][]): Uint8Array {
  const functions = imports.map(([from, what]) => [...name(from), ...name(what), 0x00, 0x00]);
  return Uint8Array.from([...HEADER, ...section(1, [0x60, 0, 0]), ...section(2, ...functions)]);
}

/** A module with a memory, an allocator and an ABI version, and without a single callback. */
export const silentModule = Uint8Array.from([
  ...HEADER,
  ...section(1, [0x60, 0, 0], [0x60, 1, 0x7f, 1, 0x7f]),
  ...section(3, [0], [1]),
  ...section(5, [0, 1]),
  ...section(
    7,
    [...name("memory"), 2, 0],
    [...name("proxy_abi_version_0_2_1"), 0, 0],
    [...name("proxy_on_memory_allocate"), 0, 1],
  ),
  ...section(10, [2, 0, 0x0b], [5, 0, 0x41, 0x80, 0x08, 0x0b]),
]);
