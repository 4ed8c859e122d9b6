import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { Credentials } from "../credentials/credentials";
import { MappingRule } from "../usage/mapping-rule";
import { Backend, CallHeader, FetchSettings, FilterConfig, Service, ServiceState } from "./filter-config";
import { Url } from "./url";
import { BackendSettings, ServiceSettings, Settings } from "./model";

const AUTHREP: string = "transactions/authrep.xml?service_id=";
const OPTIONS: string = "no_body=1&rejection_reason_header=1";
const USER_AGENT: string = "3scale-auth-wasm";
const AMPERSAND: u8 = 0x26;

const NO_CREDENTIALS: Credentials = new Credentials([], [], []);

/** Every value is put together here, so that a large configuration leaves no writers behind. */
const out: ByteWriter = new ByteWriter(256);

/** Compiles settings that `validate` has found no fault in. */
export function compile(settings: Settings): FilterConfig {
  const backend = settings.backend;
  const system = settings.system;
  const services: Service[] = [];
  for (let i = 0; i < settings.services.length; i++) {
    const service = compileService(settings.services[i], backend);
    if (system != null) service.state = stateBeforeFetch(settings.services[i]);
    services.push(service);
  }
  return new FilterConfig(
    services,
    settings.hasServices,
    backend == null ? null : compileBackend(backend),
    settings.passthroughMetadata,
    system == null ? null : new FetchSettings(system, settings.services, backend, settings.metrics),
  );
}

function compileBackend(backend: BackendSettings): Backend {
  const url = backend.upstream.url;
  const headers: CallHeader[] = [
    new CallHeader(Bytes.of(":authority"), url.authority),
    new CallHeader(Bytes.of(":scheme"), Bytes.of(url.isHttps ? "https" : "http")),
    new CallHeader(Bytes.of(":method"), Bytes.of("GET")),
    new CallHeader(Bytes.of("user-agent"), Bytes.of(USER_AGENT)),
    new CallHeader(Bytes.of("3scale-options"), compileOptions(backend.extensions)),
  ];
  out.clear();
  if (!url.query.isEmpty()) {
    out.byte(AMPERSAND);
    out.bytes(url.query);
  }
  const querySuffix = out.copy();
  return new Backend(
    backend.upstream.cluster,
    wholeUrl(url),
    backend.upstream.timeoutMs,
    headers,
    querySuffix,
    backend.onFailure.allow,
    backend.onFailure.status,
  );
}

function compileOptions(extensions: Bytes[]): Bytes {
  out.clear();
  out.text(OPTIONS);
  for (let i = 0; i < extensions.length; i++) {
    out.byte(AMPERSAND);
    out.bytes(extensions[i]);
  }
  return out.copy();
}

/** What serves without anything fetched: what has its authorities, credentials, mapping rules and token. */
function stateBeforeFetch(service: ServiceSettings): ServiceState {
  const isWhole = service.hasAuthorities && service.hasCredentials && service.hasRules && service.token != null;
  return isWhole ? ServiceState.Ready : ServiceState.Waiting;
}

/** Compiles one service. */
export function compileService(service: ServiceSettings, backend: BackendSettings | null): Service {
  const token = service.token;
  let prefix: Bytes | null = null;
  if (token != null && backend != null) prefix = authRepPrefix(backend, service.id, token);
  const credentials = service.credentials;
  return new Service(
    service.id,
    token,
    service.authorities,
    credentials == null ? NO_CREDENTIALS : credentials,
    service.rules,
    service.metrics,
    prefix,
    anyCondition(service.rules),
  );
}

function wholeUrl(url: Url): Bytes {
  out.clear();
  out.text(url.isHttps ? "https://" : "http://");
  out.bytes(url.authority);
  out.bytes(url.path);
  if (!url.query.isEmpty()) {
    out.byte(0x3f);
    out.bytes(url.query);
  }
  return out.copy();
}

function authRepPrefix(backend: BackendSettings, id: Bytes, token: Bytes): Bytes {
  out.clear();
  out.bytes(backend.upstream.url.path);
  out.text(AUTHREP);
  out.percentEncoded(id);
  out.text("&service_token=");
  out.percentEncoded(token);
  return out.copy();
}

function anyCondition(rules: StaticArray<MappingRule>): bool {
  for (let i = 0; i < rules.length; i++) if (rules[i].pattern.hasConditions()) return true;
  return false;
}
