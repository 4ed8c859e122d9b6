import { execFile } from "node:child_process";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = new URL("../../", import.meta.url);
const COMPILER = new URL("node_modules/assemblyscript/bin/asc.js", ROOT);

/** Where {@link buildSystemProbe} puts the module. */
export const SYSTEM_PROBE_PATH = fileURLToPath(new URL("build/system-probe.wasm", ROOT));

/**
 * A module that does what its configuration says, for what a poller uses of the host: shared data, ticks, calls of the root
 * context, bodies read in windows. Each line of the configuration is an event (`configure`, `tick`, `answer`) and the operations
 * to run then; a request runs those of its header `x-probe` and is answered with their report. The reports of events are logged
 * at info. `refuse` as the configuration is refused.
 *
 *     get <key>                    get=<code>[ <cas> <value>]
 *     set <key> <value> <cas>      set=<code>; the cas `last` is the one the last get told
 *     get-outside, set-outside     the same with a pointer outside the memory
 *     count <metric>               count=<the counter's value after it is incremented>
 *     period <ms>                  period=<code>
 *     time                         time=<ms since 1970>
 *     call <cluster> <path> <ms>   call=<code>[ <token>]
 *     answer                       answer=<token> <number of headers> <body size>
 *     status                       status=<the answer's :status, or the code>
 *     read <start> <length>        read=<code> <bytes given> <sum of the bytes>
 *     windows <length>             windows=<bytes of the body> <sum of the bytes>, read window by window
 */
const SOURCE = `
import * as host from "../tests/conformance/probe/host";
import * as env from "../tests/conformance/probe/env";

// @ts-ignore: decorator
@external("env", "proxy_get_shared_data")
declare function getShared(key: usize, keySize: usize, ptr: usize, size: usize, cas: usize): u32;
// @ts-ignore: decorator
@external("env", "proxy_set_shared_data")
declare function setShared(key: usize, keySize: usize, value: usize, valueSize: usize, cas: u32): u32;

const casAt: usize = memory.data(8, 8);
const SCRATCH: u32 = 1 << 20;
const scratch: usize = heap.alloc(SCRATCH);
let lastCas: u32 = 0;
let token: u32 = 0;
let numHeaders: u32 = 0;
let bodySize: u32 = 0;
let onConfigure = "";
let onTick = "";
let onAnswer = "";

export function proxy_abi_version_0_2_1(): void {}

// What the host hands over is used up before it hands over the next.
export function proxy_on_memory_allocate(size: usize): usize {
  return size <= SCRATCH ? scratch : heap.alloc(size);
}

export function proxy_on_configure(root: u32, size: u32): u32 {
  const code = env.proxy_get_buffer_bytes(7, 0, size, host.outPtr, host.outSize);
  const text = code == 0 ? String.UTF8.decodeUnsafe(load<u32>(host.outPtr), load<u32>(host.outSize)) : "";
  if (text == "refuse") return 0;
  const lines = text.split("\\n");
  for (let i = 0; i < lines.length; i++) {
    const space = lines[i].indexOf(" ");
    const event = space < 0 ? lines[i] : lines[i].substring(0, space);
    const script = space < 0 ? "" : lines[i].substring(space + 1);
    if (event == "configure") onConfigure = script;
    if (event == "tick") onTick = script;
    if (event == "answer") onAnswer = script;
  }
  report("configure", onConfigure);
  return 1;
}

export function proxy_on_tick(root: u32): void {
  report("tick", onTick);
}

export function proxy_on_http_call_response(root: u32, id: u32, headers: u32, size: u32, trailers: u32): void {
  token = id;
  numHeaders = headers;
  bodySize = size;
  report("answer", onAnswer);
}

export function proxy_on_request_headers(id: u32, headers: u32, end: u32): u32 {
  const key = host.bytesOf("x-probe");
  if (env.proxy_get_header_map_value(0, changetype<usize>(key), key.length, host.outPtr, host.outSize) != 0) return 0;
  const details = host.bytesOf("probe");
  const body = host.bytesOf(run(host.returned()));
  const pairs = host.pairsOf([]);
  env.proxy_send_local_response(200, changetype<usize>(details), details.length, changetype<usize>(body), body.length, changetype<usize>(pairs), pairs.length, -1);
  return 4;
}

function report(event: string, script: string): void {
  if (script == "") return;
  const line = String.UTF8.encode("probe: " + event + ": " + run(script));
  env.proxy_log(2, changetype<usize>(line), line.byteLength);
}

function run(script: string): string {
  const operations = script.split(";");
  const reports = new Array<string>();
  for (let i = 0; i < operations.length; i++) {
    const words = operations[i].trim().split(" ");
    reports.push(words[0] + "=" + operate(words));
  }
  return reports.join("|");
}

function operate(words: string[]): string {
  const name = words[0];
  if (name == "get") {
    const key = host.bytesOf(words.length > 1 ? words[1] : "");
    const code = getShared(changetype<usize>(key), key.length, host.outPtr, host.outSize, casAt);
    if (code != 0) return code.toString();
    lastCas = load<u32>(casAt);
    return code.toString() + " " + lastCas.toString() + " " + host.returned();
  }
  if (name == "set") {
    const key = host.bytesOf(words[1]);
    const value = host.bytesOf(words[2]);
    const cas = words[3] == "last" ? lastCas : <u32>F64.parseInt(words[3]);
    return setShared(changetype<usize>(key), key.length, changetype<usize>(value), value.length, cas).toString();
  }
  if (name == "get-outside") return getShared(0x7ffffff0, 4, host.outPtr, host.outSize, casAt).toString();
  if (name == "set-outside") return setShared(0x7ffffff0, 4, 0, 0, 0).toString();
  if (name == "count") {
    const metric = host.bytesOf(words[1]);
    env.proxy_define_metric(0, changetype<usize>(metric), metric.length, host.outPtr);
    const id = load<u32>(host.outPtr);
    env.proxy_increment_metric(id, 1);
    env.proxy_get_metric(id, host.outPtr);
    return load<u64>(host.outPtr).toString();
  }
  if (name == "period") return env.proxy_set_tick_period_milliseconds(<u32>F64.parseInt(words[1])).toString();
  if (name == "time") {
    env.proxy_get_current_time_nanoseconds(host.outPtr);
    return (load<u64>(host.outPtr) / 1000000).toString();
  }
  if (name == "call") {
    const cluster = host.bytesOf(words[1]);
    const pairs = host.pairsOf([":method", "GET", ":path", words[2], ":authority", "admin.test"]);
    const code = env.proxy_http_call(changetype<usize>(cluster), cluster.length, changetype<usize>(pairs), pairs.length, 0, 0, 0, 0, <u32>F64.parseInt(words[3]), host.outPtr);
    return code.toString() + (code == 0 ? " " + load<u32>(host.outPtr).toString() : "");
  }
  if (name == "answer") return token.toString() + " " + numHeaders.toString() + " " + bodySize.toString();
  if (name == "status") {
    const key = host.bytesOf(":status");
    const code = env.proxy_get_header_map_value(6, changetype<usize>(key), key.length, host.outPtr, host.outSize);
    return code == 0 ? host.returned() : code.toString();
  }
  if (name == "read") {
    const code = env.proxy_get_buffer_bytes(4, <u32>F64.parseInt(words[1]), <u32>F64.parseInt(words[2]), host.outPtr, host.outSize);
    if (code != 0) return code.toString();
    return "0 " + load<u32>(host.outSize).toString() + " " + sum().toString();
  }
  if (name == "windows") {
    const length = <u32>F64.parseInt(words[1]);
    let total: u64 = 0;
    let at: u32 = 0;
    for (;;) {
      if (env.proxy_get_buffer_bytes(4, at, length, host.outPtr, host.outSize) != 0) return "failed";
      if (load<u32>(host.outSize) == 0) return at.toString() + " " + total.toString();
      total += sum();
      at += load<u32>(host.outSize);
    }
  }
  return "unknown";
}

function sum(): u64 {
  const base: usize = load<u32>(host.outPtr);
  const size = load<u32>(host.outSize);
  let total: u64 = 0;
  for (let i: u32 = 0; i < size; i++) total += load<u8>(base + i);
  return total;
}
`;

/**
 * Compiles the probe to `build/system-probe.wasm` and returns its bytes. Test files that run side by side may each call it.
 * Rejects with the compiler's output if it does not compile.
 */
export async function buildSystemProbe(): Promise<Uint8Array> {
  const own = `build/system-probe.${String(process.pid)}`;
  await mkdir(new URL("build/", ROOT), { recursive: true });
  await writeFile(new URL(`${own}.ts`, ROOT), SOURCE);
  try {
    const options = ["--config", "tests/conformance/probe/asconfig.json"];
    const args = [fileURLToPath(COMPILER), `${own}.ts`, ...options, "--outFile", `${own}.wasm`];
    await promisify(execFile)(process.execPath, args, { cwd: fileURLToPath(ROOT) });
    // Others may be reading the file: it is replaced in one step.
    await rename(new URL(`${own}.wasm`, ROOT), SYSTEM_PROBE_PATH);
  } finally {
    await rm(new URL(`${own}.ts`, ROOT), { force: true });
  }
  return readFile(SYSTEM_PROBE_PATH);
}
