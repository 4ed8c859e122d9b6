const SECOND: u64 = 1_000_000_000;
const NONE: i32 = -1;

/**
 * When which service is fetched again: after a success `ttl` later and up to a tenth more, so that gateways do not ask in
 * step; after a failure a second later, then two, four, … up to `ttl`. Times are nanoseconds of Envoy's clock.
 */
export class PollSchedule {
  private readonly ttl: u64;
  private readonly nextAt: StaticArray<u64>;
  private readonly startedAt: StaticArray<u64>;
  /** When what is in force was asked for; 0 where nothing is. */
  private readonly goodAt: StaticArray<u64>;
  private readonly failures: StaticArray<u8>;
  private readonly isOut: StaticArray<bool>;
  private cursor: i32 = 0;
  private random: u64;

  constructor(services: i32, ttlSeconds: i64, seed: u64) {
    // Beyond what the clock can count there is no difference.
    this.ttl = <u64>min<i64>(max<i64>(ttlSeconds, 1), 1_000_000_000) * SECOND;
    this.nextAt = new StaticArray<u64>(services);
    this.startedAt = new StaticArray<u64>(services);
    this.goodAt = new StaticArray<u64>(services);
    this.failures = new StaticArray<u8>(services);
    this.isOut = new StaticArray<bool>(services);
    this.random = seed | 1;
  }

  /** Returns a service that is to be fetched now, -1 where none is. All take their turns. */
  nextDue(now: u64): i32 {
    const services = this.nextAt.length;
    for (let i = 0; i < services; i++) {
      const service = this.cursor;
      this.cursor = service + 1 < services ? service + 1 : 0;
      if (!this.isOut[service] && this.isDue(service, now)) return service;
    }
    return NONE;
  }

  start(service: i32, now: u64): void {
    this.isOut[service] = true;
    this.startedAt[service] = now;
  }

  succeeded(service: i32): void {
    this.isOut[service] = false;
    this.failures[service] = 0;
    this.goodAt[service] = this.startedAt[service];
    this.nextAt[service] = this.startedAt[service] + this.jittered(this.ttl);
  }

  failed(service: i32, now: u64): void {
    const failures = this.failures[service];
    this.isOut[service] = false;
    this.failures[service] = min<u8>(failures + 1, 30);
    this.nextAt[service] = now + this.jittered(min(SECOND << failures, this.ttl));
  }

  /** What a fetch has brought is not used. */
  dropped(service: i32): void {
    this.isOut[service] = false;
  }

  /** Fetches a service as soon as it can be, but not twice within a second. */
  hurry(service: i32): void {
    this.nextAt[service] = min(this.nextAt[service], this.startedAt[service] + SECOND);
  }

  startedAtOf(service: i32): u64 {
    return this.startedAt[service];
  }

  /** Another VM fetched it at `goodAt`, 0 for never: takes over from there. */
  resume(service: i32, goodAt: u64): void {
    if (this.isOut[service]) return;
    this.goodAt[service] = goodAt;
    this.nextAt[service] = goodAt == 0 ? 0 : goodAt + this.jittered(this.ttl);
  }

  goodAtOf(service: i32): u64 {
    return this.goodAt[service];
  }

  /** Returns the greatest age in seconds of what is in force. */
  ageSeconds(now: u64): u64 {
    let oldest = now;
    for (let i = 0; i < this.goodAt.length; i++) if (this.goodAt[i] != 0) oldest = min(oldest, this.goodAt[i]);
    return (now - oldest) / SECOND;
  }

  private isDue(service: i32, now: u64): bool {
    const at = this.nextAt[service];
    // Nothing lies further ahead than that, unless the clock was set back: that must not put fetches off.
    return at <= now || at - now > this.ttl + this.ttl / 10;
  }

  /** Adds up to a tenth. */
  private jittered(time: u64): u64 {
    let random = this.random;
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    this.random = random;
    return time + ((random >> 11) % (time / 10 + 1));
  }
}
