import { ByteWriter } from "../../core/bytes/byte-writer";
import { Bytes } from "../../core/bytes/bytes";
import { CREATE, Host, NOT_SHARED } from "../../host/host";
import { SharedKeys } from "./shared-keys";

/** Services are spread over as many values, so that a change of one makes few others be read again. */
const MOST_SLOTS: i32 = 256;
/** Of each slot in the index: a digest of its documents (32 bits), and when the least recent of its fetches was made (64). */
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

  /**
   * `document` is a proxy configuration as `writeProxyConfig` writes it, or anything else: who wrote it is not known. False
   * where it is not taken.
   */
  abstract take(service: i32, hash: u64, document: Bytes): bool;

  /** What was shared of a service, among others, is gone or damaged. */
  abstract lost(service: i32): void;
}

/** What is read of what others have shared in one callback. */
const MOST_BYTES_AT_ONCE: i32 = 65536;

/** Stands for a slot that could not be read whole; no slot's digest. */
const DAMAGED: u32 = u32.MAX_VALUE;
/** A damaged slot is looked at each so many times, though nothing tells that it was put right. */
const LOOKS_AT_DAMAGED: i32 = 32;

/** The digest of a slot is one of all its documents: it tells a slot that has changed, or was lost, from one that was read. */
const NO_DOCUMENTS: u64 = 0xcbf29ce484222325;

function withDocument(digest: u64, service: i32, hash: u64): u64 {
  return (((digest ^ (<u64>(<u32>service))) * 0x100000001b3) ^ hash) * 0x100000001b3;
}

/** What stands in the index of a slot, as one number. */
function entryOf(slot: i32): u64 {
  const entry = index.ptr + <usize>(slot * ENTRY_BYTES);
  return ((<u64>load<u32>(entry)) << 32) ^ load<u64>(entry, 4);
}

/** In 32 bits; 0 stands for no documents. */
function finished(digest: u64): u32 {
  const folded = <u32>(digest ^ (digest >> 32));
  return folded == 0 || folded == DAMAGED ? 1 : folded;
}

/** What the VMs of an Envoy share of the fetched services of one configuration: one of them writes, all read. */
export class SharedConfigs {
  private readonly slots: i32;
  /** The digest of each slot whose documents this VM has; 0 where none are shared. */
  private readonly seen: StaticArray<u32>;
  /** What stood in the index of a damaged slot when it was looked at. */
  private readonly damagedEntry: StaticArray<u64>;
  private looks: i32 = 0;

  constructor(
    private readonly host: Host,
    private readonly keys: SharedKeys,
    private readonly services: i32,
  ) {
    const slots = min(services, MOST_SLOTS);
    this.slots = slots;
    this.seen = new StaticArray<u32>(slots);
    this.damagedEntry = new StaticArray<u64>(slots);
  }

  /**
   * Gives the sink the documents of slots that have changed since the last time, of so many that no thread stands still for
   * long and what they leave behind can be collected. Returns whether all have been given.
   */
  read(sink: DocumentSink): bool {
    this.readIndex();
    let bytesLeft = MOST_BYTES_AT_ONCE;
    for (let slot = 0; slot < this.slots; slot++) {
      const wanted = load<u32>(index.ptr + <usize>(slot * ENTRY_BYTES));
      if (wanted == this.seen[slot] || (this.seen[slot] == DAMAGED && !this.isToBeLookedAt(slot))) continue;
      if (wanted == 0) {
        this.seen[slot] = 0;
        this.lose(slot, sink);
        continue;
      }
      if (bytesLeft <= 0) return false;
      this.host.sharedData(this.keys.slot(slot), value);
      bytesLeft -= value.length;
      let isWhole = true;
      let digest = NO_DOCUMENTS;
      for (let at = 0; this.documentAt(at, slot); at += HEADER_BYTES + document.length) {
        const service = load<i32>(value.ptr + <usize>at);
        const hash = load<u64>(value.ptr + <usize>at, 8);
        digest = withDocument(digest, service, hash);
        if (sink.wants(service, hash) && !sink.take(service, hash, document)) isWhole = false;
      }
      const isSound = isWhole && finished(digest) == wanted;
      this.seen[slot] = isSound ? wanted : DAMAGED;
      if (isSound) continue;
      this.damagedEntry[slot] = entryOf(slot);
      this.lose(slot, sink);
    }
    this.looks++;
    return true;
  }

  private lose(slot: i32, sink: DocumentSink): void {
    for (let service = slot; service < this.services; service += this.slots) sink.lost(service);
  }

  /** What is damaged is looked at again when the poller has written to the slot, and now and then. */
  private isToBeLookedAt(slot: i32): bool {
    return entryOf(slot) != this.damagedEntry[slot] || (this.looks + slot) % LOOKS_AT_DAMAGED == 0;
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

  /**
   * Shares the document of a service, which may be shared already. `fetchedAt` as in the index. Where other VMs are quicker
   * again and again, it is left to the next fetch.
   */
  write(service: i32, hash: u64, text: ByteWriter, fetchedAt: u64): void {
    const slot = service % this.slots;
    const key = this.keys.slot(slot);
    for (let i = 0; i < MOST_TRIES; i++) {
      const cas = this.host.sharedData(key, value);
      let digest = NO_DOCUMENTS;
      let isShared = false;
      out.clear();
      for (let at = 0; this.documentAt(at, slot); at += HEADER_BYTES + document.length) {
        const other = load<i32>(value.ptr + <usize>at);
        const otherHash = load<u64>(value.ptr + <usize>at, 8);
        if (other == service) {
          if (isShared || otherHash != hash || !document.equalsSpan(text.ptr, text.length)) continue;
          isShared = true;
        }
        digest = withDocument(digest, other, otherHash);
        out.span(value.ptr + <usize>at, HEADER_BYTES + document.length);
      }
      if (!isShared) {
        digest = withDocument(digest, service, hash);
        out.number32(service);
        out.number32(text.length);
        out.number64(hash);
        out.span(text.ptr, text.length);
      }
      const isAsItWas = isShared && out.length == value.length;
      if (!isAsItWas && !this.host.setSharedData(key, out, cas == NOT_SHARED ? CREATE : cas)) continue;
      if (this.writeEntry(slot, finished(digest), fetchedAt)) return;
    }
  }

  /** Gives back what is shared, as far as Envoy lets it: keys stay. */
  clear(): void {
    for (let slot = 0; slot < this.slots; slot++) this.empty(this.keys.slot(slot));
    this.empty(this.keys.index);
  }

  private empty(key: Bytes): void {
    if (this.host.sharedData(key, value) == NOT_SHARED || value.isEmpty()) return;
    out.clear();
    this.host.setSharedData(key, out, 0);
  }

  private writeEntry(slot: i32, digest: u32, fetchedAt: u64): bool {
    const cas = this.readIndex();
    const entry = index.ptr + <usize>(slot * ENTRY_BYTES);
    const before = load<u32>(entry);
    store<u32>(entry, digest);
    store<u64>(entry, fetchedAt, 4);
    if (!this.host.setSharedData(this.keys.index, index, cas == NOT_SHARED ? CREATE : cas)) return false;
    // What was written by this VM need not be read by it, unless another has written in between.
    if (this.seen[slot] == before) this.seen[slot] = digest;
    return true;
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
