import { ByteWriter } from "../core/bytes/byte-writer";
import { Bytes } from "../core/bytes/bytes";
import { CallHeader } from "../core/config/filter-config";
import { Response } from "../core/decision/outcome";
import { ByteSource } from "../core/json/byte-source";
import { MetadataSource } from "../core/request/filter-metadata";
import { Pairs } from "../core/request/pairs";

/** Proxy-Wasm's log levels. */
export const enum LogLevel {
  Trace,
  Debug,
  Info,
  Warn,
  Error,
  Critical,
}

/** What a filter tells Envoy to do with a request. */
export const enum Action {
  Continue = 0,
  /**
   * Hold headers, body and all until told to go on. StopIteration (1) would hold the headers only: where Envoy is
   * configured with `allow_on_headers_stop_iteration` a body would pass before the verdict.
   */
  StopAllAndWatermark = 4,
}

/** A call whose headers but `:path` are serialized once, at configuration. */
export abstract class CallTemplate {}

/** What `sharedData` returns for a key that is not there. */
export const NOT_SHARED: u32 = 0;

/**
 * What to give `setSharedData` for a key that is to be created: no number that Envoy gives out. Envoy ignores it while the
 * key is absent, and so lets one creator win.
 */
export const CREATE: u32 = u32.MAX_VALUE;

/** No call was made. */
export const NO_CALL: i64 = -1;

/**
 * What the filter needs of Envoy. Spans that it hands out are valid until the outermost entry point returns. Reads and
 * replies are about the effective context: the one that Envoy called, or the one set since.
 */
export abstract class Host {
  /** The plugin configuration of the root context being configured, `sizeBytes` long. */
  abstract pluginConfiguration(sizeBytes: i32): ByteSource;

  /** Reads all headers of the request, in order, duplicates kept, pseudo-headers included. */
  abstract requestHeaders(headers: Pairs): void;
  abstract addRequestHeader(name: Bytes, value: Bytes): void;
  abstract removeRequestHeader(name: Bytes): void;

  /** The dynamic metadata that filters have left on the request. */
  abstract requestMetadata(): MetadataSource;

  /** Points `value` at a header of the answer to a call, at nothing where there is none. */
  abstract callResponseHeader(name: Bytes, value: Bytes): void;

  /** The body of the answer to a call, `sizeBytes` long. */
  abstract callResponseBody(sizeBytes: i32): ByteSource;

  /** Serializes what is constant in the calls to an Envoy cluster. */
  abstract prepareCall(cluster: Bytes, headers: CallHeader[], timeoutMs: u32): CallTemplate;

  /** Makes a call; returns its token, NO_CALL where it could not be made (no such cluster). */
  abstract call(template: CallTemplate, path: ByteWriter): i64;

  /** Makes `contextId` the effective context; false where it is gone. */
  abstract setEffectiveContext(contextId: u32): bool;
  abstract continueRequest(): void;

  /** Answers the request in the upstream's place, with `powered-by: 3scale`. */
  abstract respond(response: Response): void;

  /** Returns the id of a counter, to be defined once a VM. */
  abstract defineCounter(name: string): u32;
  abstract incrementCounter(id: u32, by: i32): void;

  /** Returns the id of a gauge, to be defined once a VM. */
  abstract defineGauge(name: string): u32;
  abstract recordGauge(id: u32, value: u64): void;

  /** Asks for a tick each so many milliseconds, for the root context that Envoy has called; 0: no more. */
  abstract setTickPeriod(milliseconds: u32): void;

  /**
   * Points `value` at what the VMs of this Envoy share under a key, until the next one is read. Returns the number to replace
   * it by, NOT_SHARED where there is none.
   */
  abstract sharedData(key: Bytes, value: Bytes): u32;

  /** Shares a value. False where another VM was quicker: the key has another number than `cas` (0: whatever it has). */
  abstract setSharedData(key: Bytes, value: ByteWriter, cas: u32): bool;

  /** Notes that about so many managed bytes were left behind, so that they are collected in time. */
  abstract noteGarbage(bytes: i32): void;

  /** Nanoseconds since 1970, as Envoy's clock has it. */
  abstract nowNanoseconds(): u64;

  /** Says whether a message of this level would be written. */
  abstract isLogged(level: LogLevel): bool;
  abstract log(level: LogLevel, message: string): void;
}
