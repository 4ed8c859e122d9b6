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

  /** Adds what the rule counts to sums of its service. */
  addTo(sum: UsageSum): void {
    const usages = this.usages;
    for (let i = 0; i + 1 < usages.length; i += 2) sum.add(<i32>usages[i], usages[i + 1]);
  }
}
