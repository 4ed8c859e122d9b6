/**
 * The arena for buffers that Envoy hands over. Envoy asks for memory by `proxy_on_memory_allocate` while a host call
 * runs; all of it is given back at once when the outermost entry point returns. It is outside the garbage collector.
 */

/** Enough for the headers of an ordinary request; more comes as a block of its own that is freed afterwards. */
const ARENA_BYTES: usize = 65536;
/** The least garbage, in bytes, that is worth a collection. */
const COLLECT_AT_BYTES: i32 = 65536;
const ALIGN_MASK: usize = 7;

const arena: usize = heap.alloc(ARENA_BYTES);
let used: usize = 0;
let depth: i32 = 0;
let garbage: i32 = 0;
let isCollectionDue: bool = false;
/** Blocks beside the arena, each with a pointer to the one before in its first 8 bytes. */
let overflow: usize = 0;

/** Returns `sizeBytes` of memory that stays valid until the outermost entry point returns. */
export function allocate(sizeBytes: i32): usize {
  const size = (<usize>max(sizeBytes, 1) + ALIGN_MASK) & ~ALIGN_MASK;
  if (size <= ARENA_BYTES - used) {
    const ptr = arena + used;
    used += size;
    return ptr;
  }
  const block = heap.alloc(size + 8);
  store<usize>(block, overflow);
  overflow = block;
  return block + 8;
}

/** What has been allocated so far, to go back to by `release`. */
export class Mark {
  readonly used: usize = used;
  readonly overflow: usize = overflow;
}

/** Gives back what was allocated since the mark. */
export function release(mark: Mark): void {
  used = mark.used;
  freeOverflow(mark.overflow);
}

/** Every entry point begins with this and ends with `leave`. */
export function enter(): void {
  depth++;
}

/**
 * An entry point can run inside another: the arena is emptied under nobody's feet. Garbage is collected here only, where
 * nothing that is managed can be on the stack.
 */
export function leave(): void {
  if (--depth > 0) return;
  used = 0;
  freeOverflow(0);
  // A collection looks at all that is alive, so garbage has to be worth it: an eighth of the memory.
  if (!isCollectionDue && (garbage < COLLECT_AT_BYTES || garbage < memory.size() << 13)) return;
  garbage = 0;
  isCollectionDue = false;
  __collect();
}

/** Notes that about so many managed bytes were left behind. Requests leave none; log lines and fetched answers do. */
export function noteGarbage(bytes: i32): void {
  garbage = min(garbage, i32.MAX_VALUE / 2) + min(bytes, i32.MAX_VALUE / 2);
}

/** Asks for a collection when the outermost entry point returns. */
export function collectAtLeave(): void {
  isCollectionDue = true;
}

/** Frees the blocks made after `until`. */
function freeOverflow(until: usize): void {
  while (overflow != until) {
    const block = overflow;
    overflow = load<usize>(block);
    heap.free(block);
  }
}
