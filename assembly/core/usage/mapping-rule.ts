import { Bytes } from "../bytes/bytes";
import { Pattern } from "./pattern";
import { UsageSum } from "./usage-sum";

/** A mapping rule of a service. */
export class MappingRule {
  constructor(
    /** In capitals; null matches any method. */
    readonly method: Bytes | null,
    readonly pattern: Pattern,
    /**
     * What the rule counts: of each usage the index of its metric among the service's, then its delta, which is not
     * negative. In one array, as a configuration may have very many.
     */
    private readonly usages: StaticArray<i64>,
    /** Whether a match ends the evaluation. */
    readonly last: bool,
  ) {}

  matchesMethod(method: Bytes): bool {
    const wanted = this.method;
    return wanted == null || wanted.equals(method);
  }

  /** Says whether the rule counts the metric of this number among its service's, by whatever delta. */
  counts(metric: i32): bool {
    const usages = this.usages;
    for (let i = 0; i + 1 < usages.length; i += 2) if (usages[i] == <i64>metric) return true;
    return false;
  }

  /** Says whether the rule matches the same requests as one of this method (null: any) and pattern. */
  matchesSame(method: Bytes | null, pattern: Pattern): bool {
    const own = this.method;
    if (own == null || method == null) return own == null && method == null && this.pattern.equals(pattern);
    return own.equals(method) && this.pattern.equals(pattern);
  }

  /** Adds what the rule counts to sums of its service. */
  addTo(sum: UsageSum): void {
    const usages = this.usages;
    for (let i = 0; i + 1 < usages.length; i += 2) sum.add(<i32>usages[i], usages[i + 1]);
  }
}
