/** What every module exports, whatever it does. */

const ARENA_BYTES: usize = 65536;
const arena: usize = memory.data(65536);
let used: usize = 0;

/** Its name tells Envoy the version of the ABI. */
export function proxy_abi_version_0_2_1(): void {}

/** Where Envoy puts what a host call returns; given back by `release`. */
export function proxy_on_memory_allocate(sizeBytes: i32): usize {
  const size = (<usize>sizeBytes + 7) & ~7;
  if (size > ARENA_BYTES - used) return heap.alloc(size);
  const ptr = arena + used;
  used += size;
  return ptr;
}

/** Gives back all that Envoy was handed. */
export function release(): void {
  used = 0;
}

/** Where host calls leave a number or a pointer, and a size. */
export const outValue: usize = memory.data(8);
export const outSize: usize = memory.data(8);
