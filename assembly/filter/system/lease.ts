import { ByteWriter } from "../../core/bytes/byte-writer";
import { Bytes } from "../../core/bytes/bytes";
import { CREATE, Host, NOT_SHARED } from "../../host/host";
import { POLLER_COUNT } from "./shared-keys";

const SECOND: u64 = 1_000_000_000;
/** How long a VM that is gone keeps the others from polling. */
const LEASE_NANOSECONDS: u64 = 3 * SECOND;
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

  constructor(
    private readonly host: Host,
    private readonly key: Bytes,
  ) {}

  /** Takes or renews the lease. Returns whether this VM holds it. */
  hold(now: u64): bool {
    const cas = this.host.sharedData(this.key, value);
    if (cas == NOT_SHARED) return this.take(now, CREATE);
    // What is no lease, or one that ends later than any can, was written by something else.
    if (value.length != VALUE_BYTES) return this.take(now, cas);
    const owner = load<u64>(value.ptr);
    const end = load<u64>(value.ptr, 8);
    const isValid = end > now && end - now <= LEASE_NANOSECONDS;
    if (!isValid) return this.take(now, cas);
    if (this.owner == 0 || owner != this.owner) return false;
    return end - now >= RENEW_BELOW_NANOSECONDS || this.take(now, cas);
  }

  private take(now: u64, cas: u32): bool {
    if (this.owner == 0) this.owner = nextOwner(this.host);
    if (this.owner == 0) return false;
    out.clear();
    out.number64(this.owner);
    out.number64(now + LEASE_NANOSECONDS);
    return this.host.setSharedData(this.key, out, cas);
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
