import { readFile } from "node:fs/promises";
import { Vm, type HttpCall, type RequestInput, type Stream } from "../emulator/index.ts";
import { delimited, encodeStruct } from "../tests/support/operations-struct.ts";
import type { BenchRequest, Plugin } from "./scenario.ts";

/** What one request takes over the border between Envoy and module, on average. */
export interface RequestTraffic {
  /** Calls of the module to the host. */
  hostCalls: number;
  /** Calls of the host to the module: callbacks and allocations. */
  entries: number;
  /** Bytes copied in either direction. */
  bytes: number;
}

/** Requests under way at once, as many as connections in a bench. */
const AT_ONCE = 16;
const ROUNDS = 64;

/** Counts in the emulator what a request takes. Fails where it does not fare as it should. */
export async function requestTraffic(plugin: Plugin, request: BenchRequest): Promise<RequestTraffic> {
  const vm = await Vm.load(await readFile(plugin.path), { logLevel: "warn" });
  if (plugin.metadata !== undefined) vm.setProperty(["metadata"], encodeMetadata(plugin.metadata));
  const waiting: HttpCall[] = [];
  const root = vm.createRoot({ rootId: "3scale-auth-wasm", configuration: plugin.configuration });
  if (!root.accepted) throw new Error(`${plugin.path} refuses its configuration`);
  root.onHttpCall((call) => {
    waiting.push(call);
    return "later";
  });
  const input: RequestInput = {
    method: "GET",
    authority: request.host,
    path: request.path,
    headers: Object.entries(request.headers ?? {}),
  };
  const streams: Stream[] = [];
  const answerOldest = () => {
    waiting.shift()?.respond({ status: 200, body: "ok\n" });
    streams.shift()?.finish();
  };
  const ask = () => {
    const stream = root.request(input);
    if (stream.outcome.kind === "failed") throw new Error(`${plugin.path} fails on ${request.path}`);
    streams.push(stream);
  };
  for (let i = 0; i < AT_ONCE; i++) ask();
  const requests = ROUNDS * AT_ONCE;
  const traffic = vm.stats.measure(() => {
    for (let i = 0; i < requests; i++) {
      answerOldest();
      ask();
    }
  });
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);
  return {
    hostCalls: sum(traffic.hostCalls) / requests,
    entries: (sum(traffic.callbacks) + traffic.allocations) / requests,
    bytes: (traffic.bytesRead + traffic.bytesWritten) / requests,
  };
}

/** envoy.config.core.v3.Metadata: a map of Structs by the names of filters. */
function encodeMetadata(metadata: Record<string, Record<string, unknown>>): Buffer {
  const entries = Object.entries(metadata).map(([filter, struct]) =>
    delimited(1, Buffer.concat([delimited(1, Buffer.from(filter)), delimited(2, encodeStruct(struct))])),
  );
  return Buffer.concat(entries);
}
