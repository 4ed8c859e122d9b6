/**
 * Makes one call and lets the request go on whatever the answer, with nothing read of either: the least a module that
 * calls can cost.
 */
import { proxy_continue_stream } from "@solo-io/proxy-runtime/assembly/imports";
import { callFor, enterStreamOf, REQUEST_STREAM, STOP_ALL_AND_WATERMARK } from "./call";

export { proxy_abi_version_0_2_1, proxy_on_memory_allocate } from "./module";

export function proxy_on_request_headers(id: u32, _headerCount: u32, _endOfStream: u32): u32 {
  callFor(id);
  return STOP_ALL_AND_WATERMARK;
}

export function proxy_on_http_call_response(_rootId: u32, token: u32, _headers: u32, _body: u32, _trailers: u32): void {
  enterStreamOf(token);
  proxy_continue_stream(REQUEST_STREAM);
}
