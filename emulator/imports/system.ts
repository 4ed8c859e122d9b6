import { LOG_LEVELS, Result } from "../abi.ts";
import { toBytes, toText } from "../bytes.ts";
import type { Engine } from "../engine.ts";
import type { HostState } from "../host-state.ts";
import type { HostCalls } from "../imports.ts";
import { property, setProperty } from "../properties.ts";

/** Logs, clock, ticks, properties, status and foreign functions. */
export function systemImports(engine: Engine, host: HostState): HostCalls {
  const { memory } = engine;
  return {
    proxy_log(levelNumber: number, ptr: number, size: number) {
      const level = LOG_LEVELS[levelNumber];
      if (level === undefined) return Result.BadArgument;
      const message = memory.read(ptr, size);
      if (message === undefined) return Result.InvalidMemoryAccess;
      if (levelNumber >= LOG_LEVELS.indexOf(host.logLevel)) host.logs.push({ level, message: toText(message) });
      return Result.Ok;
    },
    proxy_get_log_level(levelAt: number) {
      const isWritten = memory.writeU32(levelAt, LOG_LEVELS.indexOf(host.logLevel));
      return isWritten ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_get_current_time_nanoseconds(timeAt: number) {
      return memory.writeU64(timeAt, host.clock.nanos) ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_set_tick_period_milliseconds(periodMs: number) {
      engine.context.root.tick = periodMs === 0 ? undefined : { atMs: host.clock.elapsedMs + periodMs, periodMs };
      return Result.Ok;
    },
    proxy_get_property(pathPtr: number, pathSize: number, ptrAt: number, sizeAt: number) {
      const path = memory.read(pathPtr, pathSize);
      if (path === undefined) return Result.InvalidMemoryAccess;
      const value = property(engine.context, toText(path), host.vmId, host.properties);
      if (typeof value === "number") return value;
      return memory.give(value, ptrAt, sizeAt) ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_set_property(pathPtr: number, pathSize: number, ptr: number, size: number) {
      const path = memory.read(pathPtr, pathSize);
      const value = memory.read(ptr, size);
      if (path === undefined || value === undefined) return Result.InvalidMemoryAccess;
      return setProperty(engine.context, toText(path), value);
    },
    proxy_get_status(codeAt: number, ptrAt: number, sizeAt: number) {
      const { code, message } = engine.context.root.status;
      const isWritten = memory.writeU32(codeAt, code) && memory.give(toBytes(message), ptrAt, sizeAt);
      return isWritten ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_call_foreign_function(
      ...[namePtr, nameSize, argumentPtr, argumentSize, ptrAt, sizeAt]: [
        ...[number, number, number],
        ...[number, number, number],
      ]
    ) {
      const name = memory.read(namePtr, nameSize);
      const argument = memory.read(argumentPtr, argumentSize);
      if (name === undefined || argument === undefined) return Result.InvalidMemoryAccess;
      const result = host.foreignFunctions.get(toText(name))?.(argument) ?? Result.NotFound;
      if (typeof result === "number") return result;
      // A null pointer says that the result is not wanted.
      if (ptrAt === 0 || sizeAt === 0) return Result.Ok;
      return memory.give(result, ptrAt, sizeAt) ? Result.Ok : Result.InvalidMemoryAccess;
    },
    emscripten_notify_memory_growth: () => Result.Ok,
  };
}
