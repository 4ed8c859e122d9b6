import { ByteWriter } from "../../core/bytes/byte-writer";
import { Bytes } from "../../core/bytes/bytes";
import { BytesIndex } from "../../core/bytes/bytes-index";
import { FetchSettings, FilterConfig } from "../../core/config/filter-config";
import { MemorySource } from "../../core/json/byte-source";
import { FetchedServices } from "../../core/system/fetched-services";
import { ProxyConfig } from "../../core/system/proxy-config";
import { readProxyConfig } from "../../core/system/read-proxy-config";
import { writeProxyConfig } from "../../core/system/write-proxy-config";
import { CallTemplate, Host, NO_CALL } from "../../host/host";
import { IdMap } from "../id-map";
import { digestOfBytes, digestWith } from "./digest";
import { FetchAnswer, MOST_BODY_BYTES, readFetchAnswer } from "./fetch-answer";
import { FetchLog } from "./fetch-log";
import { FetchPath, fetchHeaders } from "./fetch-request";
import { Lease } from "./lease";
import { PollSchedule } from "./poll-schedule";
import { DocumentSink, SharedConfigs } from "./shared-configs";
import { SharedKeys } from "./shared-keys";
import { SystemMetrics } from "./system-metrics";

/** Fetches that are out at once. */
const MOST_OUT: i32 = 8;
/** The first tick, and one that goes on with what was too much for the one before, come as soon as Envoy has one. */
const SOON_TICK_MS: u32 = 1;
const LEAST_TICK_MS: i64 = 50;
const MOST_TICK_MS: i64 = 1000;
const TICKS_PER_TTL: i64 = 20;
/** A fetch that hangs must not hold the place of others for long. */
const MOST_TIMEOUT_MS: u32 = 60_000;
/** How much later than its timeout the answer to a fetch may come. */
const SLACK_MS: u32 = 10_000;

// More than is left behind, as measured: memory that is not collected in time is never given back.
const LEAST_GARBAGE_BYTES: i32 = 32768;
const GARBAGE_BYTES_PER_RULE: i32 = 2048;
const GARBAGE_BYTES_PER_AUTHORITY: i32 = 256;

const out: ByteWriter = new ByteWriter(4096);
const text: Bytes = new Bytes();

/**
 * Keeps the services of one configuration as 3scale has them. One VM of an Envoy fetches and shares what it has found, the
 * others take it over; all look every tick.
 */
export class SystemClient extends DocumentSink {
  private readonly services: FetchedServices;
  private readonly shared: SharedConfigs;
  private readonly lease: Lease;
  private readonly schedule: PollSchedule;
  private readonly log: FetchLog;
  private readonly template: CallTemplate;
  private readonly path: FetchPath;
  private readonly tickMs: u32;
  private readonly timeoutMs: u32;
  /** Token of a fetch → number of its service. */
  private readonly fetches: IdMap = new IdMap();
  private isPolling: bool = false;
  private currentTickMs: u32 = SOON_TICK_MS;
  private isCalling: bool = false;
  private answeredInline: bool = false;

  /** `digest` is of the plugin configuration. Made while a root context is configured. */
  constructor(
    private readonly host: Host,
    private readonly metrics: SystemMetrics,
    private readonly config: FilterConfig,
    private readonly fetch: FetchSettings,
    readonly digest: u64,
  ) {
    super();
    const upstream = fetch.system.upstream;
    const count = fetch.statics.length;
    const keys = new SharedKeys(digest);
    this.services = new FetchedServices(config, fetch);
    this.shared = new SharedConfigs(host, keys, count);
    this.lease = new Lease(host, keys.lease);
    this.schedule = new PollSchedule(count, fetch.system.ttlSeconds, host.nowNanoseconds());
    this.log = new FetchLog(host, fetch);
    const timeoutMs = min(upstream.timeoutMs, MOST_TIMEOUT_MS);
    this.timeoutMs = timeoutMs;
    this.template = host.prepareCall(upstream.cluster, fetchHeaders(upstream), timeoutMs);
    this.path = new FetchPath(fetch);
    const tickMs = (min<i64>(fetch.system.ttlSeconds, MOST_TICK_MS) * 1000) / TICKS_PER_TTL;
    this.tickMs = <u32>min(max(tickMs, LEAST_TICK_MS), MOST_TICK_MS);
    host.setTickPeriod(SOON_TICK_MS);
  }

  /** Some time has passed. */
  tick(): void {
    const now = this.host.nowNanoseconds();
    const isUpToDate = this.shared.read(this);
    this.setTick(isUpToDate ? this.tickMs : SOON_TICK_MS);
    // What another VM has fetched already need not be fetched again.
    if (!isUpToDate && !this.isPolling) return;
    const wasPolling = this.isPolling;
    this.isPolling = this.lease.hold();
    if (!this.isPolling) return;
    if (!wasPolling) {
      const count = this.services.count;
      for (let i = 0; i < count; i++)
        this.schedule.resume(i, this.services.hashOf(i) == 0 ? 0 : this.shared.fetchedAt(i));
    }
    this.giveUp(now);
    this.fetchDue(now);
    this.metrics.recordAge(this.schedule.ageSeconds(now));
  }

  /** A call has been answered; false where it was none of these fetches. `headerCount` is 0 where it failed. */
  answer(token: u32, headerCount: u32, bodyBytes: i32): bool {
    const service = this.fetches.get(token);
    if (service < 0) {
      // What comes while a call is being made, before its token is known, is not told from others: it counts as failed.
      this.answeredInline = this.isCalling;
      return this.isCalling;
    }
    this.fetches.remove(token);
    const now = this.host.nowNanoseconds();
    if (!this.isPolling) {
      // Another VM polls by now: what it has found is newer.
      this.schedule.dropped(service);
      return true;
    }
    const answer = readFetchAnswer(this.host, headerCount, bodyBytes);
    const fetched = answer == FetchAnswer.Document ? this.takeBody(service, bodyBytes) : answer;
    if (fetched == FetchAnswer.Document) {
      this.metrics.countFetched();
      this.log.succeeded(service);
    } else this.failed(service, fetched, now);
    this.fetchDue(now);
    return true;
  }

  /**
   * Takes over what another configuration has fetched from the same place, so that services which an update leaves as they
   * are do not wait for their first fetch again.
   */
  adopt(other: SystemClient): void {
    if (!this.fetch.asksAs(other.fetch)) return;
    const ids = new BytesIndex();
    const theirs = other.fetch.statics;
    const numbers: i32[] = [];
    for (let i = 0; i < theirs.length; i++) if (ids.add(theirs[i].id) == numbers.length) numbers.push(i);
    for (let i = 0; i < this.fetch.statics.length; i++) {
      const settings = this.fetch.statics[i];
      const known = ids.find(settings.id);
      if (known < 0 || this.services.hashOf(i) != 0) continue;
      const number = numbers[known];
      const hash = other.services.hashOf(number);
      if (hash == 0 || !theirs[number].environment.equals(settings.environment)) continue;
      if (other.shared.document(number, hash, text)) this.take(i, hash, text);
    }
  }

  wants(service: i32, hash: u64): bool {
    return hash != 0 && this.services.hashOf(service) != hash;
  }

  take(service: i32, hash: u64, document: Bytes): bool {
    // What another VM of this filter has written is whole, and this service's; anything else was written by something else.
    if (document.length > MOST_BODY_BYTES || this.hashOf(service, document) != hash) return false;
    const config = readProxyConfig(new MemorySource(document)).config;
    if (config != null) this.services.put(service, hash, config);
    this.noteGarbage(document.length, config);
    return config != null;
  }

  /** A number that tells a document of a service from others, of it and of other services. */
  private hashOf(service: i32, document: Bytes): u64 {
    const settings = this.fetch.statics[service];
    return digestWith(digestWith(digestOfBytes(settings.id), settings.environment), document);
  }

  /** Notes what reading a document and putting it into force have left behind, at the most. */
  private noteGarbage(documentBytes: i32, config: ProxyConfig | null): void {
    let bytes = LEAST_GARBAGE_BYTES + 2 * documentBytes;
    if (config != null) bytes += config.rules.length * GARBAGE_BYTES_PER_RULE;
    bytes += this.config.staleAuthorities * GARBAGE_BYTES_PER_AUTHORITY;
    this.host.noteGarbage(bytes);
  }

  lost(service: i32): void {
    if (this.services.hashOf(service) != 0) this.schedule.hurry(service);
  }

  /**
   * Gives back what is shared, as this VM no longer uses the configuration, but not where another one polls. One that has
   * just lost its poller fetches again.
   */
  end(): void {
    if (!this.lease.isHeldByOther(this.host.nowNanoseconds())) this.shared.clear();
  }

  private setTick(milliseconds: u32): void {
    if (this.currentTickMs == milliseconds) return;
    this.currentTickMs = milliseconds;
    this.host.setTickPeriod(milliseconds);
  }

  /** Gives fetches up whose answer Envoy owes for too long, so that their places are free again. */
  private giveUp(now: u64): void {
    const limit = <u64>(this.timeoutMs + SLACK_MS) * 1_000_000;
    for (let place = 0; place < this.fetches.places;) {
      const token = this.fetches.idAt(place);
      const service = token < 0 ? -1 : this.fetches.get(<u32>token);
      const startedAt = service < 0 ? now : this.schedule.startedAtOf(service);
      if (startedAt < now && now - startedAt > limit) {
        this.fetches.remove(<u32>token);
        this.failed(service, FetchAnswer.None, now);
      } else place++;
    }
  }

  private failed(service: i32, answer: FetchAnswer, now: u64): void {
    this.metrics.countFailed();
    this.schedule.failed(service, now);
    this.log.failed(service, answer);
  }

  private fetchDue(now: u64): void {
    // An answer that comes while a call is being made leaves the rest to that one.
    if (this.isCalling) return;
    while (this.fetches.size < MOST_OUT) {
      const service = this.schedule.nextDue(now);
      if (service < 0) return;
      this.schedule.start(service, now);
      this.path.write(service, out);
      this.isCalling = true;
      this.answeredInline = false;
      const token = this.host.call(this.template, out);
      this.isCalling = false;
      if (token != NO_CALL && !this.answeredInline) {
        this.fetches.set(<u32>token, service);
        continue;
      }
      this.failed(service, token == NO_CALL ? FetchAnswer.NoCall : FetchAnswer.None, now);
    }
  }

  /** Takes the document that a fetch has brought, and shares it where it is another than before. */
  private takeBody(service: i32, bodyBytes: i32): FetchAnswer {
    const result = readProxyConfig(this.host.callResponseBody(bodyBytes));
    const config = result.config;
    this.noteGarbage(bodyBytes, config);
    if (config == null) {
      this.log.found(result.fault);
      return FetchAnswer.Senseless;
    }
    out.clear();
    writeProxyConfig(config, out);
    out.viewInto(text);
    const hash = this.hashOf(service, text);
    const isNew = this.services.hashOf(service) != hash;
    if (isNew) {
      const notes = this.services.put(service, hash, config);
      notes.addAll(result.notes);
      this.metrics.countSkippedRules(notes.skippedRules);
      this.log.changed(service, config, notes);
    }
    this.schedule.succeeded(service);
    // Also what is not new: it may have been overwritten, or given back when another root context ended.
    this.shared.write(service, hash, out, this.fetchedAtBeside(service));
    return FetchAnswer.Document;
  }

  /** When the least recent fetch of the services was made that share a slot with this one; 0 where one was not. */
  private fetchedAtBeside(service: i32): u64 {
    let least: u64 = u64.MAX_VALUE;
    for (let i = this.shared.firstBeside(service); i < this.services.count; i += this.shared.step) {
      least = min(least, this.schedule.goodAtOf(i));
    }
    return least;
  }
}
