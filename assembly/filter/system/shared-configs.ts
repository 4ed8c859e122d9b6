import { ByteWriter } from "../../core/bytes/byte-writer";
import { Bytes } from "../../core/bytes/bytes";
import { CREATE, Host, NOT_SHARED } from "../../host/host";
import { SharedKeys } from "./shared-keys";

/** Services are spread over as many values, so that a change of one makes few others be read again. */
const MOST_SLOTS: i32 = 256;
/** Of each slot in the index: its generation (32 bits), and when the least recent of its fetches was made (64). */
const ENTRY_BYTES: i32 = 12;
/** Before each document in a slot: the service's number, the document's length (32 bits each), its hash (64). */
const HEADER_BYTES: i32 = 16;
const MOST_TRIES: i32 = 3;

const value: Bytes = new Bytes();
const document: Bytes = new Bytes();
const index: ByteWriter = new ByteWriter(1024);
const out: ByteWriter = new ByteWriter(1024);

/** Takes what another VM has fetched. */
export abstract class DocumentSink {
  /** Whether the document of a service with this hash is wanted. */
  abstract wants(service: i32, hash: u64): bool;

  /** `document` is a proxy configuration as `writeProxyConfig` writes it, or anything else: who wrote it is not known. */
  abstract take(service: i32, hash: u64, document: Bytes): void;
}

/** What the VMs of an Envoy share of the fetched services of one configuration: one of them writes, all read. */
export class SharedConfigs {
  private readonly slots: i32;
  /** The generation of each slot that was read last. */
  private readonly seen: StaticArray<u32>;

  constructor(
    private readonly host: Host,
    private readonly keys: SharedKeys,
    private readonly services: i32,
  ) {
    const slots = min(services, MOST_SLOTS);
    this.slots = slots;
    this.seen = new StaticArray<u32>(slots);
  }

  /** Gives the sink the documents of all slots that have changed since the last time. */
  read(sink: DocumentSink): void {
    this.readIndex();
    for (let slot = 0; slot < this.slots; slot++) {
      const generation = load<u32>(index.ptr + <usize>(slot * ENTRY_BYTES));
      if (generation == this.seen[slot]) continue;
      this.seen[slot] = generation;
      this.host.sharedData(this.keys.slot(slot), value);
      for (let at = 0; this.documentAt(at, slot); at += HEADER_BYTES + document.length) {
        const service = load<i32>(value.ptr + <usize>at);
        const hash = load<u64>(value.ptr + <usize>at, 8);
        if (sink.wants(service, hash)) sink.take(service, hash, document);
      }
    }
  }

  /** Returns when the least recent fetch of the slot of a service was made, as `read` has found it; 0 where one was not. */
  fetchedAt(service: i32): u64 {
    return load<u64>(index.ptr + <usize>((service % this.slots) * ENTRY_BYTES + 4));
  }

  /** Returns the first of the services that share a slot with `service`; each is followed by the one `step` on. */
  firstBeside(service: i32): i32 {
    return service % this.slots;
  }

  get step(): i32 {
    return this.slots;
  }

  /** Points `view` at the document of a service with this hash, until the next is read; false where it is not shared. */
  document(service: i32, hash: u64, view: Bytes): bool {
    const slot = service % this.slots;
    this.host.sharedData(this.keys.slot(slot), value);
    for (let at = 0; this.documentAt(at, slot); at += HEADER_BYTES + document.length) {
      if (load<i32>(value.ptr + <usize>at) != service) continue;
      view.set(document.ptr, document.length);
      return load<u64>(value.ptr + <usize>at, 8) == hash;
    }
    return false;
  }

  /** Shares the document of a service. `fetchedAt` as in the index. */
  write(service: i32, hash: u64, text: ByteWriter, fetchedAt: u64): void {
    const slot = service % this.slots;
    const key = this.keys.slot(slot);
    for (let i = 0; i < MOST_TRIES; i++) {
      const cas = this.host.sharedData(key, value);
      out.clear();
      for (let at = 0; this.documentAt(at, slot); at += HEADER_BYTES + document.length) {
        const isOther = load<i32>(value.ptr + <usize>at) != service;
        if (isOther) out.span(value.ptr + <usize>at, HEADER_BYTES + document.length);
      }
      out.number32(service);
      out.number32(text.length);
      out.number64(hash);
      out.span(text.ptr, text.length);
      if (!this.host.setSharedData(key, out, cas == NOT_SHARED ? CREATE : cas)) continue;
      this.writeEntry(slot, fetchedAt, true);
      return;
    }
  }

  /** Shares that nothing has changed but the time of a fetch. */
  touch(service: i32, fetchedAt: u64): void {
    this.writeEntry(service % this.slots, fetchedAt, false);
  }

  /** Gives back what is shared, as far as Envoy lets it: keys stay. */
  clear(): void {
    out.clear();
    for (let slot = 0; slot < this.slots; slot++) {
      const key = this.keys.slot(slot);
      if (this.host.sharedData(key, value) != NOT_SHARED) this.host.setSharedData(key, out, 0);
    }
  }

  private writeEntry(slot: i32, fetchedAt: u64, isChanged: bool): void {
    for (let i = 0; i < MOST_TRIES; i++) {
      const cas = this.readIndex();
      const entry = index.ptr + <usize>(slot * ENTRY_BYTES);
      const before = load<u32>(entry);
      const generation = isChanged ? before + 1 : before;
      store<u32>(entry, generation);
      store<u64>(entry, fetchedAt, 4);
      if (!this.host.setSharedData(this.keys.index, index, cas == NOT_SHARED ? CREATE : cas)) continue;
      // What was written by this VM need not be read by it, unless another has written in between.
      if (this.seen[slot] == before) this.seen[slot] = generation;
      return;
    }
  }

  /** Reads the index; one that is not there, or is none, is as if nothing was shared. Returns the number to replace it by. */
  private readIndex(): u32 {
    const cas = this.host.sharedData(this.keys.index, value);
    const length = this.slots * ENTRY_BYTES;
    index.clear();
    index.reserve(length);
    if (value.length == length) index.bytes(value);
    else {
      memory.fill(index.ptr, 0, <usize>length);
      index.length = length;
    }
    return cas;
  }

  /** Points `document` at the document whose header stands at `at` of a slot's value; false where there is none. */
  private documentAt(at: i32, slot: i32): bool {
    if (at < 0 || at > value.length - HEADER_BYTES) return false;
    const service = load<i32>(value.ptr + <usize>at);
    const length = load<i32>(value.ptr + <usize>at, 4);
    if (service < 0 || service >= this.services || service % this.slots != slot) return false;
    if (length < 0 || length > value.length - HEADER_BYTES - at) return false;
    document.set(value.ptr + <usize>(at + HEADER_BYTES), length);
    return true;
  }
}
