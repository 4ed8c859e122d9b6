/**
 * What Envoy calls: the exports of the Proxy-Wasm ABI 0.2.1 that this filter has something to do in, no more, as each call
 * costs: it need not hear of contexts that go (see `RootContexts`).
 */
import "./host/abort";
import { Filter } from "./filter/filter";
import { EnvoyHost } from "./host/envoy-host";
import { allocate, enter, leave } from "./host/memory";

let instance: Filter | null = null;

/** Host calls are not possible while the module is instantiated, so the filter is made at the first callback. */
function filter(): Filter {
  let made = instance;
  if (made == null) {
    made = new Filter(new EnvoyHost());
    instance = made;
  }
  return made;
}

/** Its name tells Envoy the version of the ABI. */
export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(sizeBytes: i32): usize {
  return allocate(sizeBytes);
}

export function proxy_on_context_create(id: u32, parentId: u32): void {
  enter();
  filter().createContext(id, parentId);
  leave();
}

export function proxy_on_configure(rootId: u32, sizeBytes: i32): u32 {
  enter();
  const accepted = filter().configure(rootId, sizeBytes);
  leave();
  return accepted ? 1 : 0;
}

export function proxy_on_tick(rootId: u32): void {
  enter();
  filter().tick(rootId);
  leave();
}

export function proxy_on_request_headers(id: u32, _headerCount: u32, _endOfStream: u32): u32 {
  enter();
  const action = filter().requestHeaders(id);
  leave();
  return action;
}

export function proxy_on_http_call_response(
  _rootId: u32,
  token: u32,
  headerCount: u32,
  bodySize: u32,
  _trailerCount: u32,
): void {
  enter();
  filter().callResponse(token, headerCount, bodySize);
  leave();
}
