import { Bytes } from "../bytes/bytes";
import { Credentials } from "../credentials/credentials";
import { AuthorityPattern } from "../service/authority";
import { NO_SERVICE, ServiceIndex } from "../service/service-index";
import { MappingRule } from "../usage/mapping-rule";
import { Metric, MetricPool } from "../usage/metric";
import { BackendSettings, ServiceSettings, SystemSettings } from "./model";
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

/** Whether a service can serve. Without `system` all are ready. */
export const enum ServiceState {
  Ready,
  /** Nothing was fetched yet, and what is configured does not suffice. */
  Waiting,
  /** What was fetched has no token for 3scale's backend, and none is configured. */
  TokenMissing,
}

/** What fetching services from 3scale needs. */
export class FetchSettings {
  constructor(
    readonly system: SystemSettings,
    /** What is configured of each service: it goes before what is fetched. */
    readonly statics: ServiceSettings[],
    readonly backend: BackendSettings | null,
    public metrics: MetricPool,
  ) {}

  /** Says whether both ask the same API with the same token. */
  asksAs(other: FetchSettings): bool {
    const upstream = this.system.upstream;
    const others = other.system.upstream;
    return (
      upstream.cluster.equals(others.cluster) &&
      upstream.url.authority.equals(others.url.authority) &&
      upstream.url.path.equals(others.url.path) &&
      this.system.token.equals(other.system.token)
    );
  }
}

/** A service as the request path needs it. */
export class Service {
  state: ServiceState = ServiceState.Ready;
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

/**
 * A configuration compiled for the request path. An update swaps in another one whole; of services that are fetched,
 * each new version replaces the one before it, between requests.
 */
export class FilterConfig {
  private httpIndex: ServiceIndex = new ServiceIndex(false);
  private httpsIndex: ServiceIndex = new ServiceIndex(true);
  /** Whether authorities have changed since the indexes were made. */
  private isIndexStale: bool = true;
  private waitingCount: i32 = 0;

  constructor(
    readonly services: Service[],
    /** Whether the configuration has `services`; an empty list is not the same as none. */
    readonly hasServices: bool,
    readonly backend: Backend | null,
    /** Whether requests go on with what a following filter needs to ask 3scale, and 3scale is not asked here. */
    readonly passthroughMetadata: bool,
    /** Null where nothing is fetched. */
    readonly fetch: FetchSettings | null,
  ) {
    this.indexAuthorities();
    for (let i = 0; i < services.length; i++) if (services[i].state == ServiceState.Waiting) this.waitingCount++;
  }

  /** Whether a service waits for what is to be fetched: it may turn out to have any authority. */
  get hasWaiting(): bool {
    return this.waitingCount > 0;
  }

  /** Puts another version of a service into force. */
  replace(number: i32, service: Service): void {
    const before = this.services[number];
    if (before.state == ServiceState.Waiting) this.waitingCount--;
    if (service.state == ServiceState.Waiting) this.waitingCount++;
    this.services[number] = service;
    if (!sameAuthorities(before.authorities, service.authorities)) this.isIndexStale = true;
  }

  /** Returns the first listed service that has an authority, in the normal form of its scheme; null where none has. */
  serviceFor(authority: Bytes, https: bool): Service | null {
    if (this.isIndexStale) this.indexAuthorities();
    const number = (https ? this.httpsIndex : this.httpIndex).find(authority);
    return number == NO_SERVICE ? null : this.services[number];
  }

  private indexAuthorities(): void {
    const http = new ServiceIndex(false);
    const https = new ServiceIndex(true);
    for (let i = 0; i < this.services.length; i++) {
      const authorities = this.services[i].authorities;
      for (let j = 0; j < authorities.length; j++) {
        http.add(authorities[j], i);
        https.add(authorities[j], i);
      }
    }
    this.httpIndex = http;
    this.httpsIndex = https;
    this.isIndexStale = false;
  }
}

function sameAuthorities(some: StaticArray<AuthorityPattern>, others: StaticArray<AuthorityPattern>): bool {
  if (some == others) return true;
  if (some.length != others.length) return false;
  for (let i = 0; i < some.length; i++) if (!some[i].equals(others[i])) return false;
  return true;
}
