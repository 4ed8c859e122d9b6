import { Result } from "../abi.ts";
import { toText } from "../bytes.ts";
import type { Engine } from "../engine.ts";
import { HeaderMap } from "../header-map.ts";
import type { HostState } from "../host-state.ts";
import { HttpCall, type Answer } from "../http-call.ts";
import type { HostCalls } from "../imports.ts";
import { readPairs } from "./headers.ts";

const REQUIRED = [":path", ":method", ":authority"];

/** HTTP calls. gRPC calls are not offered: they return Unimplemented. */
export function callImports(engine: Engine, host: HostState): HostCalls {
  const { memory } = engine;
  const unimplemented = (): Result => Result.Unimplemented;
  return {
    proxy_http_call(
      ...[clusterPtr, clusterSize, headersPtr, headersSize, bodyPtr, bodySize, ...rest]: [
        ...[number, number, number, number, number, number],
        ...[number, number, number, number],
      ]
    ) {
      const [trailersPtr, trailersSize, timeoutMs, tokenAt] = rest;
      const cluster = memory.read(clusterPtr, clusterSize);
      const headers = memory.read(headersPtr, headersSize);
      const body = memory.read(bodyPtr, bodySize);
      const trailers = memory.read(trailersPtr, trailersSize);
      if (cluster === undefined || headers === undefined || body === undefined || trailers === undefined) {
        return Result.InvalidMemoryAccess;
      }
      const map = new HeaderMap("request", readPairs(engine, headers));
      const trailerMap = new HeaderMap("trailers", readPairs(engine, trailers));
      if (!memory.writeU32(tokenAt, 0)) return Result.InvalidMemoryAccess;
      const name = toText(cluster);
      const isUnknown = host.clusters !== undefined && !host.clusters.has(name);
      // Envoy takes the timeout as a signed number.
      if (timeoutMs > 0x7fffffff || isUnknown) return Result.BadArgument;
      if (REQUIRED.some((required) => map.get(required) === undefined)) return Result.BadArgument;
      if (body.length > 0) map.replace("content-length", String(body.length));
      // The call belongs to the root context, whichever context is the effective one.
      const { root } = engine.context;
      const request = {
        root,
        cluster: name,
        headers: map,
        body,
        trailers: trailerMap,
        timeoutMs,
        madeAtMs: host.clock.elapsedMs,
      };
      const call = new HttpCall({ token: host.nextCallToken(), ...request }, engine);
      const answer = root.answerTo(call);
      if (typeof answer === "object" && "refuse" in answer) return answer.refuse;
      memory.writeU32(tokenAt, call.token);
      if (typeof answer === "object" && "inline" in answer) call.answerInline(answer.inline);
      else answerLater(engine, call, answer);
      return Result.Ok;
    },
    proxy_grpc_call: unimplemented,
    proxy_grpc_stream: unimplemented,
    proxy_grpc_send: unimplemented,
    proxy_grpc_cancel: unimplemented,
    proxy_grpc_close: unimplemented,
  };
}

function answerLater(
  engine: Engine,
  call: HttpCall,
  answer: Exclude<Answer, { refuse: Result } | { inline: unknown }>,
) {
  call.root.pendingCalls.push(call);
  if (answer === "later") return;
  engine.deliver(() => {
    // A root context deleted meanwhile has cancelled its calls.
    if (call.root.pendingCalls.includes(call)) call.answer(answer);
  });
}
