import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { hasControls } from "../bytes/controls";
import { Backend, Service } from "../config/filter-config";
import { Application } from "../credentials/credentials";
import { Pairs } from "../request/pairs";
import { UsageSum } from "../usage/usage-sum";

const APP_ID: Bytes = Bytes.of("x-3scale-app-id");
const USER_KEY: Bytes = Bytes.of("x-3scale-user-key");
const CLUSTER_NAME: Bytes = Bytes.of("x-3scale-cluster-name");
const UPSTREAM_URL: Bytes = Bytes.of("x-3scale-upstream-url");
const TIMEOUT: Bytes = Bytes.of("x-3scale-timeout");
const SERVICE_ID: Bytes = Bytes.of("x-3scale-service-id");
const SERVICE_TOKEN: Bytes = Bytes.of("x-3scale-service-token");
const USAGES: Bytes = Bytes.of("x-3scale-usages");
const COLON: u8 = 0x3a;

const value: Bytes = new Bytes();

/**
 * What a following filter needs to ask 3scale itself (`passthrough_metadata`): headers with the credentials, the backend,
 * the service and the usages, as threescale-wasm-auth passes them on.
 */
export class Passthrough {
  readonly headers: Pairs = new Pairs();
  private readonly buffer: ByteWriter = new ByteWriter(1024);

  /**
   * Writes the headers. Returns false where the credentials have control characters: a header could not carry them, or
   * would become several.
   */
  write(backend: Backend, service: Service, application: Application, usages: UsageSum): bool {
    const headers = this.headers;
    const out = this.buffer;
    headers.clear();
    out.clear();
    // With this the spans stay valid while the buffer fills.
    out.reserve(application.length + 32 + usagesLength(service, usages));
    let start = 0;
    if (application.hasUserKey()) out.bytes(application.userKey);
    else {
      out.bytes(application.appId);
      if (application.hasAppKey()) {
        out.byte(COLON);
        out.bytes(application.appKey);
      }
    }
    out.viewInto(value, start);
    if (hasControls(value)) return false;
    this.add(application.hasUserKey() ? USER_KEY : APP_ID, value);
    this.add(CLUSTER_NAME, backend.cluster);
    this.add(UPSTREAM_URL, backend.url);
    start = out.length;
    out.decimal(backend.timeoutMs);
    out.viewInto(value, start);
    this.add(TIMEOUT, value);
    this.add(SERVICE_ID, service.id);
    const token = service.token;
    if (token != null) this.add(SERVICE_TOKEN, token);
    start = out.length;
    writeUsages(service, usages, out);
    out.viewInto(value, start);
    this.add(USAGES, value);
    return true;
  }

  private add(name: Bytes, headerValue: Bytes): void {
    this.headers.add(name.ptr, name.length, headerValue.ptr, headerValue.length);
  }
}

/** What `writeUsages` writes at most, in bytes. */
function usagesLength(service: Service, usages: UsageSum): i32 {
  let length = 2;
  for (let i = 0; i < usages.count; i++) length += 24 + 6 * service.metrics[usages.metric(i)].name.length;
  return length;
}

/** `{"hits":1,"products":2}` */
function writeUsages(service: Service, usages: UsageSum, out: ByteWriter): void {
  out.byte(0x7b);
  for (let i = 0; i < usages.count; i++) {
    if (i > 0) out.byte(0x2c);
    const metric = usages.metric(i);
    out.jsonString(service.metrics[metric].name);
    out.byte(COLON);
    out.decimal(usages.sum(metric));
  }
  out.byte(0x7d);
}
