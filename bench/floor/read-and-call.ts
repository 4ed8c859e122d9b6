/**
 * Reads the headers of a request, makes one call and lets the request go on where the answer is 200: the least a module
 * that asks about requests can cost. It neither looks at what it has read nor tells one configuration from another.
 */
import {
  proxy_continue_stream,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_send_local_response,
} from "@solo-io/proxy-runtime/assembly/imports";
import { callFor, enterStreamOf, REQUEST_STREAM, STOP_ALL_AND_WATERMARK } from "./call";
import { outSize, outValue, release } from "./module";

export { proxy_abi_version_0_2_1, proxy_on_memory_allocate } from "./module";

const REQUEST_HEADERS: i32 = 0;
const CALL_RESPONSE_HEADERS: i32 = 6;
const STATUS = String.UTF8.encode(":status");
/** "200", in the order of memory. */
const OK: u32 = 0x303032;
const FORBIDDEN: u32 = 403;
const NO_GRPC_STATUS: i32 = -1;

export function proxy_on_request_headers(id: u32, _headerCount: u32, _endOfStream: u32): u32 {
  proxy_get_header_map_pairs(REQUEST_HEADERS, outValue, outSize);
  release();
  callFor(id);
  return STOP_ALL_AND_WATERMARK;
}

export function proxy_on_http_call_response(_rootId: u32, token: u32, _headers: u32, _body: u32, _trailers: u32): void {
  const isAllowed = isAnsweredOk();
  release();
  enterStreamOf(token);
  if (isAllowed) proxy_continue_stream(REQUEST_STREAM);
  else proxy_send_local_response(FORBIDDEN, 0, 0, 0, 0, 0, 0, NO_GRPC_STATUS);
}

function isAnsweredOk(): bool {
  const name = changetype<usize>(STATUS);
  if (proxy_get_header_map_value(CALL_RESPONSE_HEADERS, name, STATUS.byteLength, outValue, outSize) != 0) return false;
  return load<u32>(outSize) == 3 && (load<u32>(load<usize>(outValue)) & 0xffffff) == OK;
}
