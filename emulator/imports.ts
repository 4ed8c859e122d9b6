import type { Result } from "./abi.ts";
import type { Engine } from "./engine.ts";
import { bufferImports } from "./imports/buffers.ts";
import { callImports } from "./imports/calls.ts";
import { headerImports } from "./imports/headers.ts";
import { metricImports } from "./imports/metrics.ts";
import { sharedDataImports } from "./imports/shared-data.ts";
import { streamImports } from "./imports/streams.ts";
import { systemImports } from "./imports/system.ts";
import type { HostState } from "./host-state.ts";

/** A host call: unsigned 32-bit arguments, 64-bit ones as bigint. */
export type HostCall = (...args: never[]) => Result;
export type HostCalls = Record<string, HostCall>;

/** The calls allowed while the module starts. */
const ALLOWED_AT_START = new Set(["proxy_log", "emscripten_notify_memory_growth"]);

/** The functions of the import module `env`: every call is counted, and refused before the module has started. */
export function hostImports(engine: Engine, host: HostState): Record<string, (...args: never[]) => unknown> {
  const calls: HostCalls = {
    ...bufferImports(engine),
    ...callImports(engine, host),
    ...headerImports(engine),
    ...metricImports(engine, host),
    ...sharedDataImports(engine, host),
    ...streamImports(engine),
    ...systemImports(engine, host),
  };
  const imports: Record<string, (...args: never[]) => unknown> = {};
  for (const [name, call] of Object.entries(calls)) {
    imports[name] = (...args: (number | bigint)[]) => {
      engine.stats.countHostCall(name);
      if (!engine.started && !ALLOWED_AT_START.has(name)) {
        throw new WebAssembly.RuntimeError(`${name} is not allowed while the module starts`);
      }
      // WebAssembly hands i32 over as signed numbers.
      const unsigned = args.map((arg) => (typeof arg === "number" ? arg >>> 0 : arg));
      return call(...(unsigned as never[]));
    };
  }
  return imports;
}
