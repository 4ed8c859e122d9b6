import type { Result } from "./abi.ts";
import type { HeaderMap } from "./header-map.ts";
import type { RootContext } from "./root.ts";
import type { Stream } from "./stream.ts";

/** A buffer as the module sees it. */
export interface GuestBuffer {
  readonly bytes: Uint8Array;
  /** Replaces a part; absent if the buffer cannot be written. */
  write?(start: number, length: number, data: Uint8Array): Result;
}

/** What host calls work on: a root context or a stream context. */
export interface Context {
  readonly id: number;
  readonly root: RootContext;
  /** The stream itself; undefined for a root context. */
  readonly stream: Stream | undefined;
  /** The map for reading; undefined while there is none. */
  map(type: number): HeaderMap | undefined;
  /** The map for writing; undefined while there is none. */
  writableMap(type: number): HeaderMap | undefined;
  buffer(type: number): GuestBuffer | undefined;
}
