import { ByteWriter } from "../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../assembly/core/bytes/bytes";
import { CallHeader } from "../../assembly/core/config/filter-config";
import { Response } from "../../assembly/core/decision/outcome";
import { ByteSource, MemorySource } from "../../assembly/core/json/byte-source";
import { MetadataSource } from "../../assembly/core/request/filter-metadata";
import { Pairs } from "../../assembly/core/request/pairs";
import { Filter } from "../../assembly/filter/filter";
import { CallTemplate, Host, LogLevel, NO_CALL } from "../../assembly/host/host";
import { NoMetadata, raw } from "./support";

/** The token of the first call; those that follow are counted up. */
export const FIRST_TOKEN: u32 = 100;

const NO_RESPONSE: i32 = -1;
const STATUS: Bytes = Bytes.of(":status");

class FakeCallTemplate extends CallTemplate {
  constructor(readonly cluster: string) {
    super();
  }
}

/**
 * A host for specs of the filter, built by chained calls. It gives one request after another the same headers, answers
 * calls as it is told to, and writes down what the filter does.
 */
export class FakeHost extends Host {
  /** What the filter has done since `takeEvents`, in order: `call …`, `respond …`, `continue`, `count …`, … */
  private events: string[] = [];
  private readonly counters: string[] = [];
  private readonly counts: i32[] = [];
  private document: Bytes = new Bytes();
  private names: Bytes[] = [];
  private values: Bytes[] = [];
  private status: Bytes = new Bytes();
  private reason: Bytes = new Bytes();
  /** The number of headers of an answer that comes before `call` returns; NO_RESPONSE for none. */
  private inlineHeaders: i32 = NO_RESPONSE;
  private canCall: bool = true;
  private isQuiet: bool = false;
  private lowestLevel: LogLevel = LogLevel.Warn;
  private readonly gone: u32[] = [];
  private nextToken: u32 = FIRST_TOKEN;
  private filter: Filter | null = null;

  configured(json: string): FakeHost {
    this.document = Bytes.of(json);
    return this;
  }

  private otherToken: i64 = -1;
  private otherHeaders: i32 = 0;
  private readonly sharedKeys: string[] = [];
  private readonly sharedValues: Bytes[] = [];
  private readonly sharedCas: u32[] = [];
  private nextCas: u32 = 1;
  /** Of answers to calls. */
  body: Bytes = new Bytes();
  /** What the clock shows, in nanoseconds. */
  now: u64 = 1_000_000_000;

  /** Sets the request that every stream carries from now on. */
  requesting(method: string, authority: string, path: string): FakeHost {
    this.names = [];
    this.values = [];
    return this.header(":method", method)
      .header(":scheme", "https")
      .header(":authority", authority)
      .header(":path", path);
  }

  header(name: string, value: string): FakeHost {
    this.names.push(raw(name));
    this.values.push(raw(value));
    return this;
  }

  /** Sets what the answer to a call says, until the next one is set. */
  answering(status: string, rejectionReason: string = ""): FakeHost {
    this.status = raw(status);
    this.reason = raw(rejectionReason);
    return this;
  }

  /** Answers calls before they return, with as many headers; 0 for a failure. */
  answeringInline(headerCount: i32): FakeHost {
    this.inlineHeaders = headerCount;
    return this;
  }

  /** While the next calls are made, the answer to another one comes: to `token`, with as many headers. */
  answeringAnother(token: u32, headerCount: i32): FakeHost {
    this.otherToken = <i64>token;
    this.otherHeaders = headerCount;
    return this;
  }

  withoutCluster(): FakeHost {
    this.canCall = false;
    return this;
  }

  /** The context `id` is gone. */
  without(id: u32): FakeHost {
    this.gone.push(id);
    return this;
  }

  logging(level: LogLevel): FakeHost {
    this.lowestLevel = level;
    return this;
  }

  /** Writes nothing down any more, so that what allocates is the filter alone. */
  quiet(): FakeHost {
    this.isQuiet = true;
    return this;
  }

  /** Returns a filter on this host, with the root context 1, configured if there is a configuration. */
  start(): Filter {
    const filter = new Filter(this);
    this.filter = filter;
    filter.createContext(1, 0);
    if (this.document.length > 0) filter.configure(1, this.document.length);
    this.takeEvents();
    return filter;
  }

  /** Returns the events since the last time, separated by "; ". */
  takeEvents(): string {
    const text = this.events.join("; ");
    this.events = [];
    return text;
  }

  /** Returns how often all outcomes together have been counted. */
  counted(): i32 {
    let sum = 0;
    for (let i = 0; i < this.counts.length; i++) sum += this.counts[i];
    return sum;
  }

  /** Returns the names of all counters, in the order of their definition. */
  definedCounters(): string[] {
    return this.counters;
  }

  pluginConfiguration(sizeBytes: i32): ByteSource {
    return new MemorySource(Bytes.view(this.document.ptr, sizeBytes), 16);
  }

  requestHeaders(headers: Pairs): void {
    headers.clear();
    for (let i = 0; i < this.names.length; i++) {
      const name = this.names[i];
      const value = this.values[i];
      headers.add(name.ptr, name.length, value.ptr, value.length);
    }
  }

  requestMetadata(): MetadataSource {
    return new NoMetadata();
  }

  addRequestHeader(name: Bytes, value: Bytes): void {
    if (!this.isQuiet) this.events.push("add " + name.printable() + ": " + value.printable());
  }

  removeRequestHeader(name: Bytes): void {
    if (!this.isQuiet) this.events.push("remove " + name.printable());
  }

  callResponseHeader(name: Bytes, value: Bytes): void {
    const header = name.equals(STATUS) ? this.status : this.reason;
    value.set(header.ptr, header.length);
  }

  prepareCall(cluster: Bytes, headers: CallHeader[], timeoutMs: u32): CallTemplate {
    const template = cluster.printable() + " " + timeoutMs.toString() + "ms " + headers.length.toString() + " headers";
    return new FakeCallTemplate(template);
  }

  call(template: CallTemplate, path: ByteWriter): i64 {
    if (!this.isQuiet) {
      const cluster = changetype<FakeCallTemplate>(template).cluster;
      this.events.push("call " + cluster + " " + path.copy().printable());
    }
    const filter = this.filter;
    if (this.otherToken >= 0 && filter != null) filter.callResponse(<u32>this.otherToken, <u32>this.otherHeaders, 0);
    if (!this.canCall) return NO_CALL;
    const token = this.nextToken++;
    if (this.inlineHeaders != NO_RESPONSE && filter != null) filter.callResponse(token, <u32>this.inlineHeaders, 0);
    return token;
  }

  setEffectiveContext(contextId: u32): bool {
    if (!this.isQuiet) this.events.push("effective " + contextId.toString());
    return !this.gone.includes(contextId);
  }

  continueRequest(): void {
    if (!this.isQuiet) this.events.push("continue");
  }

  respond(response: Response): void {
    if (this.isQuiet) return;
    this.events.push("respond " + response.status.toString() + " " + response.details.printable());
  }

  defineCounter(name: string): u32 {
    this.counters.push(name);
    return this.counts.push(0) - 1;
  }

  incrementCounter(id: u32, by: i32): void {
    this.counts[id] += by;
    if (this.isQuiet) return;
    const times = by == 1 ? "" : " " + by.toString() + " times";
    this.events.push("count " + this.counters[id].replace("threescale_auth_", "") + times);
  }

  defineGauge(name: string): u32 {
    return this.defineCounter(name);
  }

  recordGauge(id: u32, value: u64): void {
    this.counts[id] = <i32>value;
  }

  setTickPeriod(milliseconds: u32): void {
    if (!this.isQuiet) this.events.push("tick each " + milliseconds.toString() + " ms");
  }

  sharedData(key: Bytes, value: Bytes): u32 {
    const at = this.sharedKeys.indexOf(key.printable());
    if (at < 0) {
      value.clear();
      return 0;
    }
    const shared = this.sharedValues[at];
    value.set(shared.ptr, shared.length);
    return this.sharedCas[at];
  }

  setSharedData(key: Bytes, value: ByteWriter, cas: u32): bool {
    const at = this.sharedKeys.indexOf(key.printable());
    if (at < 0) {
      this.sharedKeys.push(key.printable());
      this.sharedValues.push(value.copy());
      this.sharedCas.push(this.nextCas++);
      return true;
    }
    if (cas != 0 && cas != this.sharedCas[at]) return false;
    this.sharedValues[at] = value.copy();
    this.sharedCas[at] = this.nextCas++;
    return true;
  }

  callResponseBody(sizeBytes: i32): ByteSource {
    return new MemorySource(Bytes.view(this.body.ptr, min(sizeBytes, this.body.length)), 16);
  }

  noteGarbage(_bytes: i32): void {}

  nowNanoseconds(): u64 {
    return this.now;
  }

  isLogged(level: LogLevel): bool {
    return level >= this.lowestLevel;
  }

  log(level: LogLevel, message: string): void {
    if (!this.isQuiet) this.events.push("log " + (<i32>level).toString() + " " + message);
  }
}
