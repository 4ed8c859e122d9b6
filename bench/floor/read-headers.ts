/** Reads two headers and lets the request go on: the least a module that looks at requests can cost. */
import { proxy_get_header_map_value } from "@solo-io/proxy-runtime/assembly/imports";
import { outSize, outValue, release } from "./module";

export { proxy_abi_version_0_2_1, proxy_on_memory_allocate } from "./module";

const REQUEST_HEADERS: i32 = 0;
const CONTINUE: u32 = 0;

const AUTHORITY = String.UTF8.encode(":authority");
const PATH = String.UTF8.encode(":path");

export function proxy_on_request_headers(_id: u32, _headerCount: u32, _endOfStream: u32): u32 {
  read(AUTHORITY);
  read(PATH);
  release();
  return CONTINUE;
}

function read(name: ArrayBuffer): void {
  proxy_get_header_map_value(REQUEST_HEADERS, changetype<usize>(name), name.byteLength, outValue, outSize);
}
