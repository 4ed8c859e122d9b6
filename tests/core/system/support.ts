import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { Application, Credentials } from "../../../assembly/core/credentials/credentials";
import { Lookup } from "../../../assembly/core/credentials/source";
import { MemorySource } from "../../../assembly/core/json/byte-source";
import { MetadataSource } from "../../../assembly/core/request/filter-metadata";
import { RequestSnapshot } from "../../../assembly/core/request/request-snapshot";
import { ProxyConfig } from "../../../assembly/core/system/proxy-config";
import { ProxyConfigResult, readProxyConfig } from "../../../assembly/core/system/read-proxy-config";
import { writeProxyConfig } from "../../../assembly/core/system/write-proxy-config";
import { SpecRequest } from "../support";

/** Returns a `latest.json` with fields of `content` and of `content.proxy`, both as JSON without braces. */
export function documentOf(content: string, proxy: string): string {
  const between = content.length > 0 ? content + "," : "";
  return (
    '{"proxy_config":{"id":7,"version":3,"environment":"production","content":{"id":1,' +
    between +
    '"proxy":{' +
    proxy +
    "}}}}"
  );
}

/** Reads a document by windows of a few bytes. */
export function read(json: string): ProxyConfigResult {
  return readProxyConfig(new MemorySource(Bytes.of(json), 7));
}

/** Reads a document without a fault; an empty configuration where it has one. */
export function configOf(json: string): ProxyConfig {
  const result = read(json);
  expect(result.fault).toBe("");
  const config = result.config;
  return config == null ? new ProxyConfig() : config;
}

/** Expects a text to have a part. */
export function expectPart(text: string, part: string): void {
  expect(text.includes(part)).toBe(true, part + " is in " + text);
}

/** Expects a text not to have a part. */
export function expectNoPart(text: string, part: string): void {
  expect(text.includes(part)).toBe(false, part + " is not in " + text);
}

/** Returns what `writeProxyConfig` writes of a configuration. */
export function compact(config: ProxyConfig): Bytes {
  const out = new ByteWriter(64);
  writeProxyConfig(config, out);
  const text = out.copy();
  out.free();
  return text;
}

/** Returns all that a configuration holds, to compare it by. */
export function summary(config: ProxyConfig): string {
  let text =
    "version " +
    config.version.toString() +
    " environment " +
    config.environment.printable() +
    " token " +
    orNull(config.token) +
    (config.hasProviderKey ? " provider key" : "") +
    " authentication " +
    (<i32>config.authentication).toString() +
    " location " +
    (<i32>config.credentialsLocation).toString() +
    " names " +
    [config.userKeyName.printable(), config.appIdName.printable(), config.appKeyName.printable()].join(",") +
    " endpoint " +
    orNull(config.endpoint) +
    " issuer " +
    orNull(config.oidcIssuer) +
    " claim " +
    config.clientIdClaim.printable() +
    (config.isClaimPlain ? " plain" : " template") +
    " hosts";
  for (let i = 0; i < config.hosts.length; i++) text += " " + config.hosts[i].printable();
  for (let i = 0; i < config.rules.length; i++) {
    const rule = config.rules[i];
    text += "; " + rule.method.printable() + " " + rule.pattern.printable() + " " + rule.metric.printable();
    text += " " + rule.delta.toString() + " at " + rule.owner.toString() + "/" + rule.position.toString();
    if (rule.last) text += " last";
  }
  return text;
}

function orNull(value: Bytes | null): string {
  return value == null ? "null" : value.printable();
}

/** Metadata that a filter has left, as a spec sets it. */
class SetMetadata extends MetadataSource {
  bytes: Bytes = new Bytes();

  read(metadata: Bytes): void {
    metadata.set(this.bytes.ptr, this.bytes.length);
  }
}

const metadata: SetMetadata = new SetMetadata();
const request: SpecRequest = new SpecRequest(metadata);
const lookup: Lookup = new Lookup();
const application: Application = new Application();

/** Sets the metadata of all requests from now on: an encoded envoy.config.core.v3.Metadata. */
export function setMetadata(bytes: Bytes): void {
  metadata.bytes = bytes;
}

/** Returns a request with a path and `name: value` headers. */
export function requestOf(path: string, headers: string[] = []): RequestSnapshot {
  request.clear();
  request.header(":method", "GET");
  request.header(":path", path);
  for (let i = 0; i < headers.length; i++) {
    const colon = headers[i].indexOf(": ");
    request.header(headers[i].substring(0, colon), headers[i].substring(colon + 2));
  }
  request.snapshot.read();
  return request.snapshot;
}

/** Returns what credentials find in a request: `user_key=k`, `app_id=i app_key=k`, or `nothing`. */
export function resolve(credentials: Credentials | null, path: string, headers: string[] = []): string {
  if (credentials == null) return "no credentials";
  if (!credentials.resolve(requestOf(path, headers), lookup, application)) return "nothing";
  if (application.hasUserKey()) return "user_key=" + application.userKey.printable();
  const appId = "app_id=" + application.appId.printable();
  return application.hasAppKey() ? appId + " app_key=" + application.appKey.printable() : appId;
}

/** Returns the lookup that `resolve` uses. */
export function lookupOfSpecs(): Lookup {
  return lookup;
}
