/** The numbers of the Proxy-Wasm ABI 0.2.1 that this filter uses. */

export const enum Result {
  Ok = 0,
}

export const enum HeaderMapType {
  RequestHeaders = 0,
  HttpCallResponseHeaders = 6,
}

export const enum BufferType {
  HttpCallResponseBody = 4,
  PluginConfiguration = 7,
}

export const enum MetricType {
  Counter = 0,
  Gauge = 1,
}

export const enum StreamType {
  Request = 0,
}

/** No gRPC status in a local response. */
export const NO_GRPC_STATUS: u32 = u32.MAX_VALUE;
