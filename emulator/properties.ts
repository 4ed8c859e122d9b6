import { Result } from "./abi.ts";
import { toBytes } from "./bytes.ts";
import type { Context } from "./context.ts";

/** Properties all contexts of a VM have: the path's parts joined with NUL, and the value. */
export type Properties = ReadonlyMap<string, Uint8Array>;

/**
 * The value `proxy_get_property` finds at a NUL-separated path: what the test or the module has set, the plugin's own
 * names, and what a request's headers tell while they can be read; else a result code.
 */
export function property(context: Context, path: string, vmId: string, shared: Properties): Uint8Array | Result {
  // Envoy finds a map (or nothing at all) here and cannot serialize it.
  if (path === "" || path === "request" || path === "response") return Result.SerializationFailure;
  const set = context.stream?.properties.get(path) ?? shared.get(path);
  if (set !== undefined) return set;
  const own: Record<string, string> = {
    plugin_name: context.root.name,
    plugin_root_id: context.root.rootId,
    plugin_vm_id: vmId,
  };
  const value = own[path];
  if (value !== undefined) return toBytes(value);
  const [first, ...rest] = path.split("\0");
  return (first === "request" ? requestProperty(context, rest) : undefined) ?? Result.NotFound;
}

/** Sets a property of the module's own on the stream; there is none on a root context. */
export function setProperty(context: Context, path: string, value: Uint8Array): Result {
  if (context.stream === undefined) return Result.NotFound;
  context.stream.properties.set(path, value);
  return Result.Ok;
}

function requestProperty(context: Context, [name, key, ...deeper]: string[]): Uint8Array | undefined {
  const headers = context.stream && context.map(0);
  if (headers === undefined || name === undefined) return undefined;
  if (name === "headers") return key !== undefined && deeper.length === 0 ? headers.get(key) : undefined;
  if (key !== undefined) return undefined;
  const path = headers.get(":path");
  const [urlPath, query] = split(path);
  const values: Record<string, Uint8Array | undefined> = {
    path,
    url_path: urlPath,
    query,
    method: headers.get(":method"),
    host: headers.get(":authority"),
    scheme: headers.get(":scheme"),
    referer: headers.get("referer"),
    useragent: headers.get("user-agent"),
    id: headers.get("x-request-id"),
    protocol: toBytes("HTTP/1.1"),
  };
  return values[name];
}

function split(path: Uint8Array | undefined): [Uint8Array?, Uint8Array?] {
  if (path === undefined) return [];
  const at = path.indexOf("?".charCodeAt(0));
  return at < 0 ? [path, new Uint8Array(0)] : [path.subarray(0, at), path.subarray(at + 1)];
}
