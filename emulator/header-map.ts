import { concat, toBytes, toLatin1, toText, type Bytes } from "./bytes.ts";
import type { Pair } from "./pairs.ts";

/** A header as callers give it: a string stands for its UTF-8 bytes. */
export type HeaderInput = readonly [name: string, value: Bytes];

// Envoy keeps one value for these and joins a further one with a comma; of all other names it keeps every entry.
const JOINED_IN_BOTH = [
  ...[":authority", ":method", ":path", ":scheme", ":status", ":protocol", "connection", "content-type"],
  ...["content-length", "cache-control", "grpc-status", "grpc-message", "keep-alive", "proxy-connection"],
  ...["transfer-encoding", "upgrade", "via", "x-request-id", "x-envoy-decorator-operation", "proxy-status"],
];
const JOINED_IN_REQUESTS = new Set([
  ...JOINED_IN_BOTH,
  ...["accept", "accept-encoding", "access-control-request-headers", "access-control-request-method"],
  ...["authorization", "content-encoding", "expect", "grpc-timeout", "if-match", "if-modified-since"],
  ...["if-none-match", "if-range", "if-unmodified-since", "origin", "pragma", "referer", "te", "user-agent"],
  ...["x-client-trace-id", "x-envoy-external-address", "x-envoy-original-host", "x-envoy-original-path"],
  ...["x-forwarded-client-cert", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto"],
]);
const JOINED_IN_RESPONSES = new Set([...JOINED_IN_BOTH, "date", "location", "server", "vary"]);
const JOINED: Record<MapKind, ReadonlySet<string>> = {
  request: JOINED_IN_REQUESTS,
  response: JOINED_IN_RESPONSES,
  trailers: new Set(),
};
const COMMA = toBytes(",");

export type MapKind = "request" | "response" | "trailers";

/** A header map with Envoy's behaviour: lower-case names, duplicates kept in order except for the names Envoy joins. */
export class HeaderMap {
  readonly kind: MapKind;
  #pairs: Pair[] = [];

  constructor(kind: MapKind, headers: Iterable<HeaderInput> = []) {
    this.kind = kind;
    for (const [name, value] of headers) this.add(name, value);
  }

  get count(): number {
    return this.#pairs.length;
  }

  /** The bytes of all names and values, as `proxy_get_header_map_size` tells. */
  get byteSize(): number {
    return this.#pairs.reduce((size, [name, value]) => size + name.length + value.length, 0);
  }

  /** The headers in their order. */
  pairs(): readonly Pair[] {
    return this.#pairs;
  }

  /** The headers in their order as text; what is not UTF-8 becomes U+FFFD. */
  entries(): [name: string, value: string][] {
    return this.#pairs.map(([name, value]) => [name, toText(value)]);
  }

  /** The headers in their order, one character a byte. */
  latin1(): [name: string, value: string][] {
    return this.#pairs.map(([name, value]) => [name, toLatin1(value)]);
  }

  /** The first value of `name`: what `proxy_get_header_map_value` returns. */
  get(name: string): Uint8Array | undefined {
    const key = this.#key(name);
    return this.#pairs.find(([other]) => other === key)?.[1];
  }

  /** The first value of `name` as text. */
  text(name: string): string | undefined {
    const value = this.get(name);
    return value && toText(value);
  }

  /** All values of `name`, in order, as text. */
  all(name: string): string[] {
    const key = this.#key(name);
    return this.#pairs.filter(([other]) => other === key).map(([, value]) => toText(value));
  }

  add(name: string, value: Bytes): void {
    const key = this.#key(name);
    const bytes = toBytes(value);
    const index = JOINED[this.kind].has(key) ? this.#pairs.findIndex(([other]) => other === key) : -1;
    if (index < 0) {
      this.#pairs.push([key, bytes]);
      return;
    }
    const before = this.#pairs[index]![1];
    this.#pairs[index] = [
      key,
      before.length === 0 ? bytes : bytes.length === 0 ? before : concat(before, COMMA, bytes),
    ];
  }

  remove(name: string): void {
    const key = this.#key(name);
    this.#pairs = this.#pairs.filter(([other]) => other !== key);
  }

  /** Leaves one entry of `name`, at the end: Envoy removes and adds. */
  replace(name: string, value: Bytes): void {
    this.remove(name);
    this.add(name, value);
  }

  /** Replaces all headers. */
  set(headers: Iterable<HeaderInput>): void {
    this.#pairs = [];
    for (const [name, value] of headers) this.add(name, value);
  }

  copy(): HeaderMap {
    const copy = new HeaderMap(this.kind);
    copy.#pairs = [...this.#pairs];
    return copy;
  }

  #key(name: string): string {
    // ASCII only: other bytes have no case.
    const key = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    return key === "host" && this.kind === "request" ? ":authority" : key;
  }
}
