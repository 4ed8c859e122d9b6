import {
  proxy_add_header_map_value,
  proxy_continue_stream,
  proxy_define_metric,
  proxy_get_buffer_bytes,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_get_current_time_nanoseconds,
  proxy_get_property,
  proxy_get_shared_data,
  proxy_http_call,
  proxy_increment_metric,
  proxy_log,
  proxy_record_metric,
  proxy_remove_header_map_value,
  proxy_send_local_response,
  proxy_set_effective_context,
  proxy_set_shared_data,
  proxy_set_tick_period_milliseconds,
} from "@solo-io/proxy-runtime/assembly/imports";
import { ByteWriter } from "../core/bytes/byte-writer";
import { Bytes } from "../core/bytes/bytes";
import { CallHeader } from "../core/config/filter-config";
import { Response } from "../core/decision/outcome";
import { ByteSource } from "../core/json/byte-source";
import { MetadataSource } from "../core/request/filter-metadata";
import { Pairs } from "../core/request/pairs";
import { BufferType, HeaderMapType, MetricType, NO_GRPC_STATUS, Result, StreamType } from "./abi";
import { proxy_get_log_level } from "./imports";
import { HeaderTemplate, readPairs, serializeHeader } from "./header-map";
import { CallTemplate, Host, LogLevel, NO_CALL, NOT_SHARED } from "./host";
import { collectAtLeave, Mark, noteGarbage, release } from "./memory";

/** Bytes of a configuration that are in the module's memory at once. */
const WINDOW_BYTES: i32 = 32768;

/** Where host calls leave a number or a pointer, and a size. */
const outValue: usize = memory.data(8);
const outSize: usize = memory.data(8);
const outCas: usize = memory.data(8);

const METADATA: Bytes = Bytes.of("metadata");
const POWERED_BY: Bytes = serializeHeader("powered-by", "3scale");

/** A buffer of Envoy's, fetched a window at a time. */
class EnvoyBuffer extends ByteSource {
  private readonly mark: Mark = new Mark();

  constructor(
    private readonly type: BufferType,
    private readonly sizeBytes: i32,
  ) {
    super();
  }

  read(offsetBytes: i32, window: Bytes): void {
    release(this.mark);
    window.clear();
    const length = min(this.sizeBytes - offsetBytes, WINDOW_BYTES);
    if (length <= 0) return;
    const result = proxy_get_buffer_bytes(this.type, offsetBytes, length, outValue, outSize);
    if (result == Result.Ok) window.set(load<usize>(outValue), load<i32>(outSize));
  }
}

/** Envoy's property `metadata`: the request's dynamic metadata, as one protobuf message. */
class DynamicMetadata extends MetadataSource {
  read(metadata: Bytes): void {
    const result = proxy_get_property(METADATA.ptr, METADATA.length, outValue, outSize);
    if (result == Result.Ok) metadata.set(load<usize>(outValue), load<i32>(outSize));
    else metadata.clear();
  }
}

class EnvoyCallTemplate extends CallTemplate {
  constructor(
    readonly cluster: Bytes,
    readonly headers: HeaderTemplate,
    readonly timeoutMs: u32,
  ) {
    super();
  }
}

/** The Proxy-Wasm ABI 0.2.1 as Envoy implements it. */
export class EnvoyHost extends Host {
  private readonly callHeaders: ByteWriter = new ByteWriter(2048);
  /** The shared value that was read last: many may be read in one callback, which empties the arena only at its end. */
  private readonly shared: ByteWriter = new ByteWriter(256);

  pluginConfiguration(sizeBytes: i32): ByteSource {
    collectAtLeave();
    return new EnvoyBuffer(BufferType.PluginConfiguration, sizeBytes);
  }

  callResponseBody(sizeBytes: i32): ByteSource {
    return new EnvoyBuffer(BufferType.HttpCallResponseBody, sizeBytes);
  }

  requestHeaders(headers: Pairs): void {
    const result = proxy_get_header_map_pairs(HeaderMapType.RequestHeaders, outValue, outSize);
    if (result == Result.Ok) readPairs(load<usize>(outValue), load<i32>(outSize), headers);
    else headers.clear();
  }

  addRequestHeader(name: Bytes, value: Bytes): void {
    proxy_add_header_map_value(HeaderMapType.RequestHeaders, name.ptr, name.length, value.ptr, value.length);
  }

  removeRequestHeader(name: Bytes): void {
    proxy_remove_header_map_value(HeaderMapType.RequestHeaders, name.ptr, name.length);
  }

  requestMetadata(): MetadataSource {
    return new DynamicMetadata();
  }

  callResponseHeader(name: Bytes, value: Bytes): void {
    const type = HeaderMapType.HttpCallResponseHeaders;
    const result = proxy_get_header_map_value(type, name.ptr, name.length, outValue, outSize);
    if (result == Result.Ok) value.set(load<usize>(outValue), load<i32>(outSize));
    else value.clear();
  }

  prepareCall(cluster: Bytes, headers: CallHeader[], timeoutMs: u32): CallTemplate {
    return new EnvoyCallTemplate(cluster, new HeaderTemplate(headers), timeoutMs);
  }

  call(template: CallTemplate, path: ByteWriter): i64 {
    const call = changetype<EnvoyCallTemplate>(template);
    const headers = this.callHeaders;
    call.headers.write(path, headers);
    const result = proxy_http_call(
      call.cluster.ptr,
      call.cluster.length,
      headers.ptr,
      headers.length,
      0,
      0,
      0,
      0,
      call.timeoutMs,
      outValue,
    );
    return result == Result.Ok ? <i64>load<u32>(outValue) : NO_CALL;
  }

  setEffectiveContext(contextId: u32): bool {
    return proxy_set_effective_context(contextId) == Result.Ok;
  }

  continueRequest(): void {
    proxy_continue_stream(StreamType.Request);
  }

  respond(response: Response): void {
    proxy_send_local_response(
      response.status,
      response.details.ptr,
      response.details.length,
      response.body.ptr,
      response.body.length,
      POWERED_BY.ptr,
      POWERED_BY.length,
      NO_GRPC_STATUS,
    );
  }

  defineCounter(name: string): u32 {
    const bytes = Bytes.of(name);
    const result = proxy_define_metric(MetricType.Counter, bytes.ptr, bytes.length, outValue);
    return result == Result.Ok ? load<u32>(outValue) : 0;
  }

  incrementCounter(id: u32, by: i32): void {
    proxy_increment_metric(id, by);
  }

  defineGauge(name: string): u32 {
    const bytes = Bytes.of(name);
    const result = proxy_define_metric(MetricType.Gauge, bytes.ptr, bytes.length, outValue);
    return result == Result.Ok ? load<u32>(outValue) : 0;
  }

  recordGauge(id: u32, value: u64): void {
    proxy_record_metric(id, value);
  }

  setTickPeriod(milliseconds: u32): void {
    proxy_set_tick_period_milliseconds(milliseconds);
  }

  sharedData(key: Bytes, value: Bytes): u32 {
    const mark = new Mark();
    const result = proxy_get_shared_data(key.ptr, key.length, outValue, outSize, outCas);
    const shared = this.shared;
    shared.clear();
    if (result == Result.Ok) shared.span(load<usize>(outValue), load<i32>(outSize));
    release(mark);
    shared.viewInto(value);
    // The key and the mark.
    noteGarbage(256);
    return result == Result.Ok ? load<u32>(outCas) : NOT_SHARED;
  }

  setSharedData(key: Bytes, value: ByteWriter, cas: u32): bool {
    return proxy_set_shared_data(key.ptr, key.length, value.ptr, value.length, cas) == Result.Ok;
  }

  noteGarbage(bytes: i32): void {
    noteGarbage(bytes);
  }

  nowNanoseconds(): u64 {
    return proxy_get_current_time_nanoseconds(outValue) == Result.Ok ? load<u64>(outValue) : 0;
  }

  isLogged(level: LogLevel): bool {
    return proxy_get_log_level(outValue) == Result.Ok && <u32>level >= load<u32>(outValue);
  }

  log(level: LogLevel, message: string): void {
    const bytes = Bytes.of(message);
    noteGarbage(bytes.length * 4);
    proxy_log(level, bytes.ptr, bytes.length);
  }
}
