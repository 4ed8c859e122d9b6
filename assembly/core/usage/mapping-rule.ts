import { Bytes } from "../bytes/bytes";
import { Pattern } from "./pattern";

/** How much a rule adds to a metric of its service. */
export class Usage {
  constructor(
    /** Index into the service's metrics. */
    readonly metric: i32,
    /** Not negative. */
    readonly delta: i64,
  ) {}
}

/** A mapping rule of a service. */
export class MappingRule {
  constructor(
    /** In capitals; null matches any method. */
    readonly method: Bytes | null,
    readonly pattern: Pattern,
    readonly usages: Usage[],
    /** Whether a match ends the evaluation. */
    readonly last: bool,
  ) {}

  matchesMethod(method: Bytes): bool {
    const wanted = this.method;
    return wanted == null || wanted.equals(method);
  }
}
