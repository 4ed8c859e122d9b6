import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { Credentials } from "../credentials/credentials";
import { MappingRule } from "../usage/mapping-rule";
import { Backend, CallHeader, FilterConfig, Service } from "./filter-config";
import { BackendSettings, ServiceSettings, Settings } from "./model";

const AUTHREP: string = "transactions/authrep.xml?service_id=";
const OPTIONS: string = "no_body=1&rejection_reason_header=1";
const USER_AGENT: string = "3scale-auth-wasm";
const AMPERSAND: u8 = 0x26;

/** Compiles settings that `validate` has found no fault in. */
export function compile(settings: Settings): FilterConfig {
  const backend = settings.backend;
  const services: Service[] = [];
  for (let i = 0; i < settings.services.length; i++) services.push(compileService(settings.services[i], backend));
  return new FilterConfig(services, settings.hasServices, backend == null ? null : compileBackend(backend));
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
  const suffix = new ByteWriter(64);
  if (!url.query.isEmpty()) {
    suffix.byte(AMPERSAND);
    suffix.bytes(url.query);
  }
  const querySuffix = suffix.copy();
  suffix.free();
  return new Backend(
    backend.upstream.cluster,
    backend.upstream.timeoutMs,
    headers,
    querySuffix,
    backend.onFailure.allow,
    backend.onFailure.status,
  );
}

function compileOptions(extensions: Bytes[]): Bytes {
  const out = new ByteWriter(64);
  out.text(OPTIONS);
  for (let i = 0; i < extensions.length; i++) {
    out.byte(AMPERSAND);
    out.bytes(extensions[i]);
  }
  const options = out.copy();
  out.free();
  return options;
}

function compileService(service: ServiceSettings, backend: BackendSettings | null): Service {
  const usageNames: Bytes[] = [];
  for (let i = 0; i < service.metrics.values.length; i++) usageNames.push(usageName(service.metrics.values[i]));
  const token = service.token;
  let prefix: Bytes | null = null;
  if (token != null && backend != null) prefix = authRepPrefix(backend, service.id, token);
  const credentials = service.credentials;
  return new Service(
    service.authorities,
    credentials == null ? new Credentials([], [], []) : credentials,
    service.rules,
    usageNames,
    prefix,
    anyCondition(service.rules),
  );
}

function usageName(metric: Bytes): Bytes {
  const out = new ByteWriter(32);
  out.text("&usage%5B");
  out.percentEncoded(metric);
  out.text("%5D=");
  const name = out.copy();
  out.free();
  return name;
}

function authRepPrefix(backend: BackendSettings, id: Bytes, token: Bytes): Bytes {
  const out = new ByteWriter(128);
  out.bytes(backend.upstream.url.path);
  out.text(AUTHREP);
  out.percentEncoded(id);
  out.text("&service_token=");
  out.percentEncoded(token);
  const prefix = out.copy();
  out.free();
  return prefix;
}

function anyCondition(rules: MappingRule[]): bool {
  for (let i = 0; i < rules.length; i++) if (rules[i].pattern.hasConditions()) return true;
  return false;
}
