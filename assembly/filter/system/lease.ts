import { ByteWriter } from "../../core/bytes/byte-writer";
import { Bytes } from "../../core/bytes/bytes";
import { CREATE, Host, NOT_SHARED } from "../../host/host";
import { POLLER_COUNT } from "./shared-keys";

const SECOND: u64 = 1_000_000_000;
/** How long a VM that is gone keeps the others from polling. */
const LEASE_NANOSECONDS: u64 = 3 * SECOND;
/** Clocks of threads may differ by a little. */
const MOST_LEASE_NANOSECONDS: u64 = 4 * SECOND;
const RENEW_BELOW_NANOSECONDS: u64 = 2 * SECOND;
/** Of the number of its holder, then of the time when it ends. */
const VALUE_BYTES: i32 = 16;
const MOST_TRIES: i32 = 16;

const value: Bytes = new Bytes();
const out: ByteWriter = new ByteWriter(VALUE_BYTES);

/** Which VM of an Envoy polls: the one that holds the lease. It is taken over when its holder does not renew it. */
export class Lease {
  /** Of this poller, unlike that of any other of this Envoy. */
  private owner: u64 = 0;
  /** What this poller has written last. */
  private end: u64 = 0;

  constructor(
    private readonly host: Host,
    private readonly key: Bytes,
  ) {}

  /** Takes or renews the lease. Returns whether this VM holds it. */
  hold(): bool {
    const cas = this.host.sharedData(this.key, value);
    // After the value, which another thread may have written meanwhile: its end must not seem too far ahead.
    const now = this.host.nowNanoseconds();
    if (cas == NOT_SHARED) return this.take(now, CREATE);
    // What is no lease, or one that ends later than any can, was written by something else.
    if (value.length != VALUE_BYTES) return this.take(now, cas);
    const owner = load<u64>(value.ptr);
    const end = load<u64>(value.ptr, 8);
    const isValid = end > now && end - now <= MOST_LEASE_NANOSECONDS;
    if (!isValid) return this.take(now, cas);
    // The number alone would not do: if the count of pollers were lost, two could have the same.
    if (this.owner == 0 || owner != this.owner || end != this.end) return false;
    return end - now >= RENEW_BELOW_NANOSECONDS || this.take(now, cas);
  }

  /** Says whether another poller holds it. */
  isHeldByOther(now: u64): bool {
    if (this.host.sharedData(this.key, value) == NOT_SHARED || value.length != VALUE_BYTES) return false;
    const end = load<u64>(value.ptr, 8);
    const isOwn = load<u64>(value.ptr) == this.owner && end == this.end;
    return !isOwn && end > now && end - now <= MOST_LEASE_NANOSECONDS;
  }

  private take(now: u64, cas: u32): bool {
    if (this.owner == 0) this.owner = nextOwner(this.host);
    if (this.owner == 0) return false;
    const end = now + LEASE_NANOSECONDS;
    out.clear();
    out.number64(this.owner);
    out.number64(end);
    if (!this.host.setSharedData(this.key, out, cas)) return false;
    this.end = end;
    return true;
  }
}

/** Returns a number that no other poller of this Envoy has; 0 where others were quicker again and again. */
function nextOwner(host: Host): u64 {
  for (let i = 0; i < MOST_TRIES; i++) {
    const cas = host.sharedData(POLLER_COUNT, value);
    const last: u64 = value.length == 8 ? load<u64>(value.ptr) : 0;
    out.clear();
    // 0 stands for none.
    const next = last + 1 == 0 ? 1 : last + 1;
    out.number64(next);
    if (host.setSharedData(POLLER_COUNT, out, cas == NOT_SHARED ? CREATE : cas)) return next;
  }
  return 0;
}
