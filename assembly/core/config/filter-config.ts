import { Bytes } from "../bytes/bytes";
import { Credentials } from "../credentials/credentials";
import { AuthorityPattern } from "../service/authority";
import { NO_SERVICE, ServiceIndex } from "../service/service-index";
import { MappingRule } from "../usage/mapping-rule";
import { Metric } from "../usage/metric";
import { RuleIndex } from "../usage/rule-index";

/** A header of a call. */
export class CallHeader {
  constructor(
    readonly name: Bytes,
    readonly value: Bytes,
  ) {}
}

/** 3scale's backend as the request path needs it. */
export class Backend {
  constructor(
    readonly cluster: Bytes,
    /** Whole, as a following filter is told it. */
    readonly url: Bytes,
    readonly timeoutMs: u32,
    /** Every header of an AuthRep call but `:path`. */
    readonly headers: CallHeader[],
    /** Follows the parameters of a call: `&` and the query of the backend's URL; empty where it has none. */
    readonly querySuffix: Bytes,
    readonly allowOnFailure: bool,
    readonly failureStatus: i32,
  ) {}
}

/** A service as the request path needs it. */
export class Service {
  /** Null where there are few rules. */
  readonly ruleIndex: RuleIndex | null;

  constructor(
    readonly id: Bytes,
    readonly token: Bytes | null,
    readonly authorities: StaticArray<AuthorityPattern>,
    readonly credentials: Credentials,
    readonly rules: StaticArray<MappingRule>,
    /** What the rules count; their usages hold numbers of these. */
    readonly metrics: StaticArray<Metric>,
    /** The constant beginning of an AuthRep path, up to the service's token; null where there is no token or no backend. */
    readonly authRepPrefix: Bytes | null,
    /** Whether a rule looks at the query. */
    readonly hasQueryConditions: bool,
  ) {
    this.ruleIndex = RuleIndex.of(rules);
  }
}

/** A configuration compiled for the request path. Immutable: an update swaps in another one whole. */
export class FilterConfig {
  private readonly httpIndex: ServiceIndex = new ServiceIndex(false);
  private readonly httpsIndex: ServiceIndex = new ServiceIndex(true);

  constructor(
    readonly services: Service[],
    /** Whether the configuration has `services`; an empty list is not the same as none. */
    readonly hasServices: bool,
    readonly backend: Backend | null,
    /** Whether requests go on with what a following filter needs to ask 3scale, and 3scale is not asked here. */
    readonly passthroughMetadata: bool,
  ) {
    for (let i = 0; i < services.length; i++) {
      const authorities = services[i].authorities;
      for (let j = 0; j < authorities.length; j++) {
        this.httpIndex.add(authorities[j], i);
        this.httpsIndex.add(authorities[j], i);
      }
    }
  }

  /** Returns the first listed service that has an authority, in the normal form of its scheme; null where none has. */
  serviceFor(authority: Bytes, https: bool): Service | null {
    const number = (https ? this.httpsIndex : this.httpIndex).find(authority);
    return number == NO_SERVICE ? null : this.services[number];
  }
}
