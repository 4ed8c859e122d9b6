/**
 * Sums of usage by metric of one service, in the order in which the metrics were first met. Reused from request to
 * request; a sum that would overflow stays at the largest number.
 */
export class UsageSum {
  /** How many metrics have been met. */
  count: i32 = 0;
  private capacity: i32 = 0;
  private order: StaticArray<i32> = new StaticArray<i32>(0);
  private sums: StaticArray<i64> = new StaticArray<i64>(0);
  private rounds: StaticArray<u32> = new StaticArray<u32>(0);
  private round: u32 = 0;

  /** Empties the sums and makes room for the metrics of a service. */
  reset(metrics: i32): void {
    this.count = 0;
    this.round++;
    if (metrics > this.capacity || this.round == 0) {
      this.capacity = max(metrics, this.capacity);
      this.order = new StaticArray<i32>(this.capacity);
      this.sums = new StaticArray<i64>(this.capacity);
      this.rounds = new StaticArray<u32>(this.capacity);
      this.round = 1;
    }
  }

  /** Adds `delta`, which is not negative, to `metric`. */
  add(metric: i32, delta: i64): void {
    if (<u32>metric >= <u32>this.capacity) return;
    if (unchecked(this.rounds[metric]) != this.round) {
      unchecked((this.rounds[metric] = this.round));
      unchecked((this.sums[metric] = delta));
      unchecked((this.order[this.count++] = metric));
      return;
    }
    const sum = unchecked(this.sums[metric]);
    unchecked((this.sums[metric] = sum > i64.MAX_VALUE - delta ? i64.MAX_VALUE : sum + delta));
  }

  /** Returns the metric that was met as number `index`, -1 where there is none. */
  metric(index: i32): i32 {
    return <u32>index < <u32>this.count ? unchecked(this.order[index]) : -1;
  }

  /** Returns the sum of `metric`. */
  sum(metric: i32): i64 {
    return <u32>metric < <u32>this.capacity && unchecked(this.rounds[metric]) == this.round
      ? unchecked(this.sums[metric])
      : 0;
  }

  /** Says whether the same metrics have the same sums, in whatever order. */
  equals(other: UsageSum): bool {
    if (this.count != other.count) return false;
    for (let i = 0; i < this.count; i++) {
      const metric = unchecked(this.order[i]);
      const met = <u32>metric < <u32>other.capacity && unchecked(other.rounds[metric]) == other.round;
      if (!met || other.sum(metric) != this.sum(metric)) return false;
    }
    return true;
  }
}
