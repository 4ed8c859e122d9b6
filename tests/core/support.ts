import { ByteWriter } from "../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../assembly/core/bytes/bytes";
import { MetadataSource } from "../../assembly/core/request/filter-metadata";
import { RequestSnapshot } from "../../assembly/core/request/request-snapshot";

/** Returns one byte for each character, so that `"\xff"` is a single byte that is no UTF-8. */
export function raw(text: string): Bytes {
  const out = new ByteWriter(text.length + 1);
  for (let i = 0; i < text.length; i++) out.byte(<u8>text.charCodeAt(i));
  const bytes = out.copy();
  out.free();
  return bytes;
}

/** Returns what a writer holds, as `Bytes.printable` shows it. */
export function written(out: ByteWriter): string {
  return out.copy().printable();
}

/** A small generator (xorshift32) for randomised specs: the same numbers in every run. */
export class Random {
  constructor(private state: u32) {}

  /** Returns a number from 0 to `below` - 1. */
  next(below: i32): i32 {
    let x = this.state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    this.state = x;
    return <i32>(x % <u32>below);
  }
}

/** No filter has left dynamic metadata. */
export class NoMetadata extends MetadataSource {
  read(metadata: Bytes): void {
    metadata.clear();
  }
}

/** A request that a spec puts together, a character of its headers a byte. */
export class SpecRequest {
  readonly snapshot: RequestSnapshot;
  /** What the headers point into. */
  private bytes: Bytes[] = [];

  constructor(metadata: MetadataSource = new NoMetadata()) {
    this.snapshot = new RequestSnapshot(metadata);
  }

  /** Begins the next request. */
  clear(): void {
    this.snapshot.headers.clear();
    this.bytes = [];
  }

  header(name: string, value: string): void {
    const nameBytes = raw(name);
    const valueBytes = raw(value);
    this.bytes.push(nameBytes);
    this.bytes.push(valueBytes);
    this.snapshot.headers.add(nameBytes.ptr, nameBytes.length, valueBytes.ptr, valueBytes.length);
  }
}
