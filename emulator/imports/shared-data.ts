import { Result } from "../abi.ts";
import type { Engine } from "../engine.ts";
import type { HostState } from "../host-state.ts";
import type { HostCalls } from "../imports.ts";

/** Shared data. Shared queues are not offered: they return Unimplemented. */
export function sharedDataImports(engine: Engine, { vmId, sharedData }: HostState): HostCalls {
  const { memory } = engine;
  const unimplemented = (): Result => Result.Unimplemented;
  return {
    proxy_get_shared_data(keyPtr: number, keySize: number, ptrAt: number, sizeAt: number, casAt: number) {
      const key = memory.read(keyPtr, keySize);
      if (key === undefined) return Result.InvalidMemoryAccess;
      const found = sharedData.read(vmId, key);
      if (found === undefined) return Result.NotFound;
      const isWritten = memory.give(found.value, ptrAt, sizeAt) && memory.writeU32(casAt, found.cas);
      return isWritten ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_set_shared_data(keyPtr: number, keySize: number, ptr: number, size: number, cas: number) {
      const key = memory.read(keyPtr, keySize);
      const value = memory.read(ptr, size);
      if (key === undefined || value === undefined) return Result.InvalidMemoryAccess;
      return sharedData.write(vmId, key, value, cas);
    },
    proxy_register_shared_queue: unimplemented,
    proxy_resolve_shared_queue: unimplemented,
    proxy_dequeue_shared_queue: unimplemented,
    proxy_enqueue_shared_queue: unimplemented,
  };
}
