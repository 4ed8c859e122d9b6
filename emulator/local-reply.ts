import { concat, latin1, toText, toLatin1 } from "./bytes.ts";
import { HeaderMap } from "./header-map.ts";
import type { Pair } from "./pairs.ts";

/** A reply of the filter's own. */
export interface LocalReply {
  status: number;
  /** `response_code_details`, white space replaced by `_` as Envoy does. */
  details: string;
  body: Uint8Array;
  headers: HeaderMap;
  /** Undefined when the module gave none (−1). */
  grpcStatus: number | undefined;
}

const LAST_GRPC_STATUS = 16;

/** Makes a local reply of what the module hands to `proxy_send_local_response`. */
export function localReply(
  status: number,
  details: Uint8Array,
  body: Uint8Array,
  headers: readonly Pair[],
  grpcStatus: number,
): LocalReply {
  return {
    status,
    details: toText(details).replace(/[ \t\n\v\f\r]/g, "_"),
    body,
    headers: new HeaderMap("response", headers),
    grpcStatus: grpcStatus <= LAST_GRPC_STATUS ? grpcStatus : undefined,
  };
}

/** Header and body of the response Envoy makes of a local reply: to a gRPC request, a status 200 with gRPC's own status. */
export function toResponse(
  reply: LocalReply,
  request: { isGrpc: boolean; isHead: boolean },
): { headers: HeaderMap; body: Uint8Array } {
  const added = reply.headers.pairs().filter(([name]) => name !== ":status");
  const headers = new HeaderMap("response", [[":status", String(request.isGrpc ? 200 : reply.status)], ...added]);
  if (request.isGrpc) {
    headers.remove("content-type");
    headers.add("content-type", "application/grpc");
    headers.add("grpc-status", String(reply.grpcStatus ?? grpcStatusOf(reply.status)));
    if (reply.body.length > 0 && !request.isHead) headers.add("grpc-message", percentEncoded(reply.body));
    return { headers, body: new Uint8Array(0) };
  }
  if (reply.body.length > 0) {
    const length = latin1(String(reply.body.length));
    const hasLength = headers.get("content-length") !== undefined;
    if (hasLength) headers.set(headers.pairs().map(([n, v]) => [n, n === "content-length" ? length : v] as const));
    else headers.add("content-length", length);
    if (headers.get("content-type") === undefined) headers.add("content-type", "text/plain");
  } else headers.remove("content-length");
  return { headers, body: request.isHead ? new Uint8Array(0) : concat(reply.body) };
}

/** gRPC's mapping of HTTP statuses. */
function grpcStatusOf(status: number): number {
  const known: Record<number, number> = { 400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14 };
  return known[status] ?? 2;
}

function percentEncoded(body: Uint8Array): string {
  return toLatin1(body).replace(/[^ -$&-~]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}
