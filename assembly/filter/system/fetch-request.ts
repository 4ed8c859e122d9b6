import { ByteWriter } from "../../core/bytes/byte-writer";
import { Bytes } from "../../core/bytes/bytes";
import { CallHeader, FetchSettings } from "../../core/config/filter-config";
import { Upstream } from "../../core/config/model";

/** Returns the headers of a fetch, all but `:path`. */
export function fetchHeaders(upstream: Upstream): CallHeader[] {
  const url = upstream.url;
  return [
    new CallHeader(Bytes.of(":authority"), url.authority),
    new CallHeader(Bytes.of(":scheme"), Bytes.of(url.isHttps ? "https" : "http")),
    new CallHeader(Bytes.of(":method"), Bytes.of("GET")),
    new CallHeader(Bytes.of("accept"), Bytes.of("application/json")),
    new CallHeader(Bytes.of("user-agent"), Bytes.of("3scale-auth-wasm")),
  ];
}

/** Paths of 3scale's Account Management API. */
export class FetchPath {
  constructor(private readonly fetch: FetchSettings) {}

  /** Writes the path of the newest proxy configuration of a service in its environment. */
  write(service: i32, out: ByteWriter): void {
    const system = this.fetch.system;
    const settings = this.fetch.statics[service];
    out.clear();
    out.bytes(system.upstream.url.path);
    out.text("admin/api/services/");
    out.percentEncoded(settings.id);
    out.text("/proxy/configs/");
    out.bytes(settings.environment);
    out.text("/latest.json?access_token=");
    out.percentEncoded(system.token);
    if (system.upstream.url.query.isEmpty()) return;
    out.byte(0x26);
    out.bytes(system.upstream.url.query);
  }
}
