import { Bytes } from "../bytes/bytes";
import { Credentials } from "../credentials/credentials";
import { AuthorityPattern } from "../service/authority";
import { NO_SERVICE, ServiceIndex } from "../service/service-index";
import { MappingRule } from "../usage/mapping-rule";
import { Metric, MetricPool } from "../usage/metric";
import { BackendSettings, ServiceSettings, SystemSettings } from "./model";
import { RuleIndex } from "../usage/rule-index";

const COLON: u8 = 0x3a;

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
  /** Its place among the services of its configuration. */
  number: i32 = 0;
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

  /**
   * Says whether the host of an authority, in the normal form of its scheme, is one of this service's in full, not by a
   * wildcard; its port may be.
   */
  names(authority: Bytes, https: bool): bool {
    for (let i = 0; i < this.authorities.length; i++) {
      const glob = this.authorities[i].globFor(https);
      const first = glob.first;
      if (glob.isWhole() ? first.equals(authority) : isHost(first) && glob.matches(authority)) return true;
    }
    return false;
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
  /** The first service that waits for its authorities; the number of services where none does. */
  private firstOpen: i32 = 0;

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
    for (let i = 0; i < services.length; i++) {
      services[i].number = i;
      if (services[i].state == ServiceState.Waiting) this.waitingCount++;
    }
    this.passReady();
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
    service.number = number;
    this.services[number] = service;
    this.passReady();
    if (before.authorities.length == 0 && !this.isIndexStale) this.index(number);
    else if (!sameAuthorities(before.authorities, service.authorities)) this.isIndexStale = true;
  }

  /**
   * Says whether a service that was found for an authority may not be the one: where a service before it waits to be fetched,
   * whose authorities are not known, a wildcard may stand for what is that one's. An authority in full is believed.
   */
  isUncertain(service: Service, authority: Bytes, https: bool): bool {
    return service.number > this.firstOpen && !service.names(authority, https);
  }

  /** How many authorities an index that is made anew takes. */
  get staleAuthorities(): i32 {
    if (!this.isIndexStale) return 0;
    let count = 0;
    for (let i = 0; i < this.services.length; i++) count += this.services[i].authorities.length;
    return count;
  }

  /** Goes on to the first service that waits for its authorities. It was ready before: it never waits again. */
  private passReady(): void {
    const fetch = this.fetch;
    while (this.firstOpen < this.services.length) {
      const isOpen = this.services[this.firstOpen].state == ServiceState.Waiting;
      if (isOpen && fetch != null && !fetch.statics[this.firstOpen].hasAuthorities) return;
      this.firstOpen++;
    }
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
    this.httpIndex = http;
    this.httpsIndex = https;
    for (let i = 0; i < this.services.length; i++) this.index(i);
    this.isIndexStale = false;
  }

  private index(number: i32): void {
    const authorities = this.services[number].authorities;
    for (let i = 0; i < authorities.length; i++) {
      this.httpIndex.add(authorities[i], number);
      this.httpsIndex.add(authorities[i], number);
    }
  }
}

/** Says whether a text is a host with the colon of its port. */
function isHost(text: Bytes): bool {
  return text.length > 1 && text.at(text.length - 1) == COLON;
}

function sameAuthorities(some: StaticArray<AuthorityPattern>, others: StaticArray<AuthorityPattern>): bool {
  if (some == others) return true;
  if (some.length != others.length) return false;
  for (let i = 0; i < some.length; i++) if (!some[i].equals(others[i])) return false;
  return true;
}
