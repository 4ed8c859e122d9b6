import type { LogLevel, Result } from "./abi.ts";
import type { Clock } from "./clock.ts";
import type { Metrics } from "./metrics.ts";
import type { SharedData } from "./shared-data.ts";

export interface LogEntry {
  level: LogLevel;
  message: string;
}

/** A foreign function: returns its result, or a result code. */
export type ForeignFunction = (argument: Uint8Array) => Uint8Array | Result;

/** What host calls use of the VM around them. */
export interface HostState {
  readonly vmId: string;
  readonly logLevel: LogLevel;
  readonly logs: LogEntry[];
  readonly metrics: Metrics;
  readonly properties: Map<string, Uint8Array>;
  readonly foreignFunctions: Map<string, ForeignFunction>;
  /** The clusters there are; undefined: every one. */
  readonly clusters: ReadonlySet<string> | undefined;
  readonly clock: Clock;
  readonly sharedData: SharedData;
  nextCallToken(): number;
}
