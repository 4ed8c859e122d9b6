import { LAST_MAP_TYPE, Result } from "../abi.ts";
import { toLatin1 } from "../bytes.ts";
import type { Engine } from "../engine.ts";
import type { HeaderMap } from "../header-map.ts";
import type { HostCalls } from "../imports.ts";
import { decodePairs, encodePairs, type Pair } from "../pairs.ts";

/** Reads header pairs from the module; what is not in the ABI's form counts as none, as in Envoy, and is a violation. */
export function readPairs(engine: Engine, data: Uint8Array): Pair[] {
  const pairs = decodePairs(data);
  if (pairs === undefined) engine.violate("malformed-pairs", `in ${engine.where()}`);
  for (const [name, value] of pairs ?? []) checkHeader(engine, name, value);
  return pairs ?? [];
}

const TOKEN = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/i;

function checkHeader(engine: Engine, name: string, value: Uint8Array): void {
  const isSafe = value.every((byte) => byte !== 0x0d && byte !== 0x0a && byte !== 0);
  if (!TOKEN.test(name) || !isSafe) engine.violate("invalid-header", `${JSON.stringify(name)} in ${engine.where()}`);
}

/** Header maps. */
export function headerImports(engine: Engine): HostCalls {
  const { memory } = engine;
  const writable = (type: number): HeaderMap | undefined =>
    type > LAST_MAP_TYPE ? undefined : engine.context.writableMap(type);
  const change = (
    type: number,
    [keyPtr, keySize]: [number, number],
    [valuePtr, valueSize]: [number, number],
    apply: (map: HeaderMap, name: string, value: Uint8Array) => void,
  ): Result => {
    if (type > LAST_MAP_TYPE) return Result.BadArgument;
    const key = memory.read(keyPtr, keySize);
    const value = memory.read(valuePtr, valueSize);
    if (key === undefined || value === undefined) return Result.InvalidMemoryAccess;
    const map = writable(type);
    if (map === undefined) return Result.BadArgument;
    apply(map, toLatin1(key), value);
    return Result.Ok;
  };
  const checked =
    (method: "add" | "replace") =>
    (map: HeaderMap, name: string, value: Uint8Array): void => {
      checkHeader(engine, name, value);
      map[method](name, value);
    };
  return {
    proxy_get_header_map_value(type: number, keyPtr: number, keySize: number, ptrAt: number, sizeAt: number) {
      if (type > LAST_MAP_TYPE) return Result.BadArgument;
      const key = memory.read(keyPtr, keySize);
      if (key === undefined) return Result.InvalidMemoryAccess;
      const { context } = engine;
      const map = context.map(type);
      if (map === undefined) return context.stream?.isLogging === true ? Result.NotFound : Result.BadArgument;
      const value = map.get(toLatin1(key));
      if (value === undefined) return Result.NotFound;
      return memory.give(value, ptrAt, sizeAt) ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_add_header_map_value(type: number, key: number, keySize: number, value: number, valueSize: number) {
      return change(type, [key, keySize], [value, valueSize], checked("add"));
    },
    proxy_replace_header_map_value(type: number, key: number, keySize: number, value: number, valueSize: number) {
      return change(type, [key, keySize], [value, valueSize], checked("replace"));
    },
    proxy_remove_header_map_value(type: number, key: number, keySize: number) {
      return change(type, [key, keySize], [0, 0], (map, name) => {
        map.remove(name);
      });
    },
    proxy_get_header_map_pairs(type: number, ptrAt: number, sizeAt: number) {
      if (type > LAST_MAP_TYPE) return Result.BadArgument;
      const pairs = engine.context.map(type)?.pairs() ?? [];
      const data = pairs.length === 0 ? new Uint8Array(0) : encodePairs(pairs);
      return memory.give(data, ptrAt, sizeAt) ? Result.Ok : Result.InvalidMemoryAccess;
    },
    proxy_set_header_map_pairs(type: number, ptr: number, size: number) {
      if (type > LAST_MAP_TYPE) return Result.BadArgument;
      const data = memory.read(ptr, size);
      if (data === undefined) return Result.InvalidMemoryAccess;
      const map = writable(type);
      if (map === undefined) return Result.BadArgument;
      map.set(readPairs(engine, data));
      return Result.Ok;
    },
    proxy_get_header_map_size(type: number, sizeAt: number) {
      // Envoy looks among the maps that can be written: an answer's headers have no size.
      const map = writable(type);
      if (map === undefined) return Result.BadArgument;
      return memory.writeU32(sizeAt, map.byteSize) ? Result.Ok : Result.InvalidMemoryAccess;
    },
  };
}
