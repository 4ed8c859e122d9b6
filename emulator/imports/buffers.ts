import { LAST_BUFFER_TYPE, Result } from "../abi.ts";
import type { GuestBuffer } from "../context.ts";
import type { Engine } from "../engine.ts";
import type { HostCalls } from "../imports.ts";

/** Bodies and configurations. */
export function bufferImports(engine: Engine): HostCalls {
  const { memory } = engine;
  const find = (type: number): GuestBuffer | Result => {
    if (type > LAST_BUFFER_TYPE) return Result.BadArgument;
    return engine.context.buffer(type) ?? Result.NotFound;
  };
  return {
    proxy_get_buffer_bytes(type: number, start: number, length: number, ptrAt: number, sizeAt: number) {
      const buffer = find(type);
      if (typeof buffer === "number") return buffer;
      // More than there is, is what there is.
      const bytes = buffer.bytes.subarray(start, start + length);
      return memory.give(bytes, ptrAt, sizeAt) ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_get_buffer_status(type: number, lengthAt: number, flagsAt: number) {
      const buffer = find(type);
      if (typeof buffer === "number") return buffer;
      const isWritten = memory.writeU32(lengthAt, buffer.bytes.length) && memory.writeU32(flagsAt, 0);
      return isWritten ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_set_buffer_bytes(type: number, start: number, length: number, ptr: number, size: number) {
      const buffer = find(type);
      if (typeof buffer === "number") return buffer;
      const data = memory.read(ptr, size);
      if (data === undefined) return Result.InvalidMemoryAccess;
      return buffer.write?.(start, length, data) ?? Result.BadArgument;
    },
  };
}
