/**
 * The raw host calls of Proxy-Wasm 0.2.1: declared here, not taken from a library, so that pointers can be chosen freely.
 * The import module's name is this file's.
 */

export declare function proxy_log(level: u32, ptr: usize, size: usize): u32;
export declare function proxy_get_log_level(level: usize): u32;
export declare function proxy_get_status(code: usize, ptr: usize, size: usize): u32;
export declare function proxy_set_tick_period_milliseconds(periodMs: u32): u32;
export declare function proxy_get_current_time_nanoseconds(time: usize): u32;
export declare function proxy_get_property(path: usize, pathSize: usize, ptr: usize, size: usize): u32;
export declare function proxy_set_property(path: usize, pathSize: usize, ptr: usize, size: usize): u32;
export declare function proxy_continue_stream(type: u32): u32;
export declare function proxy_close_stream(type: u32): u32;
export declare function proxy_send_local_response(
  status: u32,
  details: usize,
  detailsSize: usize,
  body: usize,
  bodySize: usize,
  pairs: usize,
  pairsSize: usize,
  grpcStatus: i32,
): u32;
export declare function proxy_get_header_map_value(map: u32, key: usize, keySize: usize, ptr: usize, size: usize): u32;
export declare function proxy_add_header_map_value(
  map: u32,
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
): u32;
export declare function proxy_replace_header_map_value(
  map: u32,
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
): u32;
export declare function proxy_remove_header_map_value(map: u32, key: usize, keySize: usize): u32;
export declare function proxy_get_header_map_pairs(map: u32, ptr: usize, size: usize): u32;
export declare function proxy_set_header_map_pairs(map: u32, ptr: usize, size: usize): u32;
export declare function proxy_get_header_map_size(map: u32, size: usize): u32;
export declare function proxy_get_buffer_bytes(type: u32, start: u32, length: u32, ptr: usize, size: usize): u32;
export declare function proxy_get_buffer_status(type: u32, length: usize, flags: usize): u32;
export declare function proxy_set_buffer_bytes(type: u32, start: u32, length: u32, ptr: usize, size: usize): u32;
export declare function proxy_http_call(
  cluster: usize,
  clusterSize: usize,
  pairs: usize,
  pairsSize: usize,
  body: usize,
  bodySize: usize,
  trailers: usize,
  trailersSize: usize,
  timeoutMs: u32,
  token: usize,
): u32;
export declare function proxy_define_metric(type: u32, name: usize, nameSize: usize, id: usize): u32;
export declare function proxy_increment_metric(id: u32, offset: i64): u32;
export declare function proxy_record_metric(id: u32, value: u64): u32;
export declare function proxy_get_metric(id: u32, value: usize): u32;
export declare function proxy_set_effective_context(id: u32): u32;
export declare function proxy_done(): u32;
export declare function proxy_call_foreign_function(
  name: usize,
  nameSize: usize,
  args: usize,
  argsSize: usize,
  ptr: usize,
  size: usize,
): u32;
