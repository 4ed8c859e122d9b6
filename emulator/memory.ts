import type { Engine } from "./engine.ts";

/** The module's memory as the host reads and writes it: every pointer is checked. */
export class GuestMemory {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** A copy of `size` bytes at `ptr`; undefined, and a violation, if they are outside. */
  read(ptr: number, size: number): Uint8Array | undefined {
    const bytes = this.#slice(ptr, size);
    if (bytes === undefined) return undefined;
    this.#engine.stats.countRead(size);
    return bytes.slice();
  }

  /** Writes a little-endian 32-bit word; false, and a violation, if it is outside. */
  writeU32(ptr: number, value: number): boolean {
    const bytes = this.#slice(ptr, 4);
    if (bytes === undefined) return false;
    new DataView(bytes.buffer, bytes.byteOffset, 4).setUint32(0, value, true);
    return true;
  }

  /** Writes a little-endian 64-bit word; false, and a violation, if it is outside. */
  writeU64(ptr: number, value: bigint): boolean {
    const bytes = this.#slice(ptr, 8);
    if (bytes === undefined) return false;
    new DataView(bytes.buffer, bytes.byteOffset, 8).setBigUint64(0, value, true);
    return true;
  }

  /**
   * Hands `bytes` to the module: allocates there, copies, and writes pointer and size to where the module wants them.
   * No bytes are the null pointer, without an allocation. False if any of it fails.
   */
  give(bytes: Uint8Array, ptrAt: number, sizeAt: number): boolean {
    let ptr = 0;
    if (bytes.length > 0) {
      ptr = this.#engine.allocate(bytes.length);
      const target = ptr === 0 ? undefined : this.#slice(ptr, bytes.length);
      if (target === undefined) return false;
      target.set(bytes);
      this.#engine.stats.countWritten(bytes.length);
    }
    return this.writeU32(ptrAt, ptr) && this.writeU32(sizeAt, bytes.length);
  }

  #slice(ptr: number, size: number): Uint8Array | undefined {
    // The buffer is asked for each time: it is another one after the memory has grown.
    const buffer = this.#engine.memoryBuffer;
    if (ptr + size <= buffer.byteLength) return new Uint8Array(buffer, ptr, size);
    const end = `${String(ptr)} + ${String(size)} of ${String(buffer.byteLength)} bytes`;
    this.#engine.violate("out-of-bounds", `${end}, in ${this.#engine.where()}`);
    return undefined;
  }
}
