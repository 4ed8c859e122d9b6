import { Result } from "../abi.ts";
import { toText } from "../bytes.ts";
import type { Engine } from "../engine.ts";
import type { HostState } from "../host-state.ts";
import type { HostCalls } from "../imports.ts";

/** Metrics. */
export function metricImports(engine: Engine, { metrics }: HostState): HostCalls {
  const { memory } = engine;
  return {
    proxy_define_metric(type: number, namePtr: number, nameSize: number, idAt: number) {
      const name = memory.read(namePtr, nameSize);
      if (name === undefined) return Result.InvalidMemoryAccess;
      const id = metrics.define(type, toText(name));
      if (id === undefined) return Result.BadArgument;
      return memory.writeU32(idAt, id) ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_increment_metric(id: number, offset: bigint) {
      return metrics.increment(id, offset);
    },
    proxy_record_metric(id: number, value: bigint) {
      return metrics.record(id, BigInt.asUintN(64, value));
    },
    proxy_get_metric(id: number, valueAt: number) {
      const value = metrics.get(id);
      if (typeof value === "number") return value;
      return memory.writeU64(valueAt, value) ? Result.Ok : Result.InvalidMemoryAccess;
    },
  };
}
