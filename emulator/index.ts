/** A Proxy-Wasm 0.2.1 host for tests, tools and browsers: only what the Web's standards offer is used. */
export { BufferType, DataStatus, HeadersStatus, LOG_LEVELS, MapType, METRIC_TYPES, Result, StreamType } from "./abi.ts";
export type { LogLevel, MetricType } from "./abi.ts";
export { latin1, toBytes, toLatin1, toText, type Bytes } from "./bytes.ts";
export { Clock, type Due } from "./clock.ts";
export { EmulatedEnvoy, type EmulatedEnvoyOptions, type EmulatedThread } from "./emulated-envoy.ts";
export { ModuleError, type Failure } from "./engine.ts";
export { HeaderMap, type HeaderInput } from "./header-map.ts";
export type { ForeignFunction, LogEntry } from "./host-state.ts";
export type { Answer, HttpCall } from "./http-call.ts";
export type { LocalReply } from "./local-reply.ts";
export { Metrics, type Metric } from "./metrics.ts";
export { decodePairs, encodePairs, type Pair } from "./pairs.ts";
export type { RootContext, RootOptions } from "./root.ts";
export { SharedData, type SharedAccess, type SharedTraffic, type SharedValue } from "./shared-data.ts";
export type { Stats, Traffic } from "./stats.ts";
export type { ClientResponse, Message, Outcome, RequestInput, Stream } from "./stream.ts";
export { Violation, type Rule } from "./violation.ts";
export { Vm, type VmOptions } from "./vm.ts";
