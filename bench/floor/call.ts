/** One call with constant headers, as long as those of AuthRep. */
import { proxy_http_call, proxy_set_effective_context } from "@solo-io/proxy-runtime/assembly/imports";
import { outValue } from "./module";

/** What `proxy_on_request_headers` returns while the answer is waited for. */
export const STOP_ALL_AND_WATERMARK: u32 = 4;
export const REQUEST_STREAM: i32 = 0;

const TIMEOUT_MS: u32 = 5000;
/** More calls than this are never out at once. */
const MOST_CALLS: u32 = 65536;

const CLUSTER = String.UTF8.encode("backend");
const HEADERS = serialize([
  ":authority",
  "backend.example.com",
  ":scheme",
  "http",
  ":method",
  "GET",
  "user-agent",
  "3scale-auth-wasm/0.1.0",
  "3scale-options",
  "rejection_reason_header=1&no_body=1",
  ":path",
  "/transactions/authrep.xml?service_id=2555417800000&service_token=token-00000&user_key=abcdef0123456789" +
    "&usage%5Bhits%5D=1&usage%5Bres9%5D=1",
]);

/** By the token of a call: the stream that waits. */
const streams = new StaticArray<u32>(<i32>MOST_CALLS);

/** Makes the call for a stream. */
export function callFor(streamId: u32): void {
  const cluster = changetype<usize>(CLUSTER);
  const headers = changetype<usize>(HEADERS);
  proxy_http_call(cluster, CLUSTER.byteLength, headers, HEADERS.byteLength, 0, 0, 0, 0, TIMEOUT_MS, outValue);
  unchecked((streams[load<u32>(outValue) % MOST_CALLS] = streamId));
}

/** Makes the stream that waits for a call the effective context. */
export function enterStreamOf(token: u32): void {
  proxy_set_effective_context(unchecked(streams[token % MOST_CALLS]));
}

/** A serialized header map, of names and values in turn. */
function serialize(texts: string[]): ArrayBuffer {
  let size = 4;
  for (let i = 0; i < texts.length; i++) size += 4 + texts[i].length + 1;
  const map = new ArrayBuffer(size);
  const start = changetype<usize>(map);
  store<u32>(start, texts.length / 2);
  let at = start + 4 + <usize>texts.length * 4;
  for (let i = 0; i < texts.length; i++) {
    store<u32>(start + 4 + <usize>i * 4, texts[i].length);
    for (let j = 0; j < texts[i].length; j++) store<u8>(at++, <u8>texts[i].charCodeAt(j));
    store<u8>(at++, 0);
  }
  return map;
}
