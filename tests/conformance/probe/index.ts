/**
 * The conformance probe: a filter whose behaviour a request scripts through its headers, so that the same request can be put
 * to the emulator and to Envoy. `x-probe` runs at the request's headers, `x-on-body`, `x-on-call`, `x-on-response` and
 * `x-on-log` at the callbacks of those names; `x-return` is what the request header callback returns; `x-journal` records the
 * stream's callbacks. The configuration "refuse" and the VM configuration "refuse-start" are refused.
 */
import * as env from "./env";
import * as host from "./host";
import { Callback, StreamState, note, run, tokens } from "./interpreter";

const streams = new Map<u32, StreamState>();
const parents = new Map<u32, u32>();
let ticks = 0;
/** Set by the configuration "flush": a root context that is done asks for time until the next tick. */
let flushes = false;
let flushing = false;

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return heap.alloc(size);
}

export function proxy_on_context_create(id: u32, parent: u32): void {
  if (parent == 0) note("create root");
  else streams.set(id, new StreamState());
  parents.set(id, parent);
}

export function proxy_on_vm_start(root: u32, size: u32): u32 {
  note("vm-start " + size.toString() + " " + configuration(6));
  return configuration(6) == "refuse-start" ? 0 : 1;
}

export function proxy_on_configure(root: u32, size: u32): u32 {
  const text = configuration(7);
  note("configure " + size.toString() + " " + text);
  flushes = text == "flush";
  return text == "refuse" ? 0 : 1;
}

function configuration(type: u32): string {
  return env.proxy_get_buffer_bytes(type, 0, u32.MAX_VALUE, host.outPtr, host.outSize) == 0 ? host.returned() : "none";
}

function header(name: string): string {
  const key = host.bytesOf(name);
  const result = env.proxy_get_header_map_value(0, changetype<usize>(key), key.length, host.outPtr, host.outSize);
  return result == 0 ? host.returned() : "";
}

function record(state: StreamState, entry: string): void {
  if (state.journaled) note(entry);
}

function stateOf(id: u32): StreamState {
  if (!streams.has(id)) streams.set(id, new StreamState());
  return streams.get(id);
}

export function proxy_on_request_headers(id: u32, numHeaders: u32, endOfStream: u32): u32 {
  const state = stateOf(id);
  state.onHeaders = header("x-probe");
  state.onBody = header("x-on-body");
  state.onCall = header("x-on-call");
  state.onResponse = header("x-on-response");
  state.onLog = header("x-on-log");
  state.journaled = header("x-journal").length > 0;
  const result = header("x-return");
  state.result = result.length ? <u32>parseInt(result) : 0;
  record(state, "headers " + (endOfStream ? "end" : "more"));
  run(state.onHeaders, state, new Callback(id, parents.get(id), false, numHeaders, 0, 0));
  return state.result;
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  const state = stateOf(id);
  if (state.onBody == "pass") {
    record(state, "body");
    return 0;
  }
  if (!endOfStream) return state.onBody.length ? 1 : 0;
  record(state, "body end " + size.toString());
  run(state.onBody, state, new Callback(id, parents.get(id), false, 0, size, 0));
  return 0;
}

export function proxy_on_response_headers(id: u32, numHeaders: u32, endOfStream: u32): u32 {
  const state = stateOf(id);
  record(state, "response " + (endOfStream ? "end" : "more"));
  run(state.onResponse, state, new Callback(id, parents.get(id), false, numHeaders, 0, 0));
  return 0;
}

export function proxy_on_http_call_response(id: u32, token: u32, numHeaders: u32, size: u32, numTrailers: u32): void {
  if (!tokens.has(token)) {
    note("unknown token");
    return;
  }
  const stream = tokens.get(token);
  tokens.delete(token);
  const state = stateOf(stream);
  record(state, "answer");
  run(
    state.onCall,
    state,
    new Callback(stream, parents.get(stream), parents.get(id) == 0, numHeaders, size, numTrailers),
  );
}

export function proxy_on_tick(root: u32): void {
  if (flushing) env.proxy_done();
  ticks++;
  if (ticks == 1) note("tick " + (parents.get(root) == 0 ? "root" : "stream"));
  env.proxy_set_tick_period_milliseconds(0);
}

export function proxy_on_done(id: u32): u32 {
  if (parents.get(id) == 0) {
    note("done root");
    flushing = flushes;
    if (flushing) env.proxy_set_tick_period_milliseconds(10);
    return flushing ? 0 : 1;
  }
  record(stateOf(id), "done");
  return 1;
}

export function proxy_on_log(id: u32): void {
  const state = stateOf(id);
  record(state, "log");
  run(state.onLog, state, new Callback(id, parents.get(id), false, 0, 0, 0));
}

export function proxy_on_delete(id: u32): void {
  if (parents.get(id) == 0) note("delete root");
  else record(stateOf(id), "delete");
}
