import { Result, StreamType } from "../abi.ts";
import type { Engine } from "../engine.ts";
import type { HostCalls } from "../imports.ts";
import { localReply } from "../local-reply.ts";
import { readPairs } from "./headers.ts";

/** Local replies, continue and close, and the effective context. */
export function streamImports(engine: Engine): HostCalls {
  const { memory } = engine;
  const onStream = (what: string) => {
    const { stream } = engine.context;
    if (stream === undefined) engine.violate("no-stream", `${what} in ${engine.where()}`);
    return stream;
  };
  return {
    proxy_send_local_response(
      ...[status, detailsPtr, detailsSize, bodyPtr, bodySize, headersPtr, headersSize, grpcStatus]: [
        ...[number, number, number, number, number],
        ...[number, number, number],
      ]
    ) {
      const details = memory.read(detailsPtr, detailsSize);
      const body = memory.read(bodyPtr, bodySize);
      const headers = memory.read(headersPtr, headersSize);
      if (details === undefined || body === undefined || headers === undefined) return Result.InvalidMemoryAccess;
      const pairs = readPairs(engine, headers);
      if (status < 200 || status > 599) engine.violate("invalid-status", `${String(status)} in ${engine.where()}`);
      onStream("a local reply")?.reply(localReply(status, details, body, pairs, grpcStatus));
      engine.stopIteration = true;
      return Result.Ok;
    },
    proxy_continue_stream(type: number) {
      if (type === StreamType.Downstream) return Result.Ok;
      if (type === StreamType.Upstream) return Result.Unimplemented;
      if (type > StreamType.Upstream) return Result.BadArgument;
      onStream("continue")?.continue(type === StreamType.Request ? "request" : "response");
      return Result.Ok;
    },
    proxy_close_stream(type: number) {
      if (type > StreamType.Upstream) return Result.BadArgument;
      if (type <= StreamType.Response) onStream("close")?.close();
      return Result.Ok;
    },
    proxy_set_effective_context(id: number) {
      return engine.setEffective(id) ? Result.Ok : Result.BadArgument;
    },
    proxy_done() {
      const { root } = engine.context;
      if (!root.isFlushing) return Result.NotFound;
      root.isFlushing = false;
      engine.afterCall(() => {
        root.delete();
      });
      return Result.Ok;
    },
  };
}
