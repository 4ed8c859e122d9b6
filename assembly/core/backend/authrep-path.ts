import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { Service } from "../config/filter-config";
import { Application } from "../credentials/credentials";
import { UsageSum } from "../usage/usage-sum";

/** Longer paths are refused before the call: a client must not be able to make the backend's refusal look like an outage. */
export const MAX_PATH_BYTES: i32 = 8192;

const USER_KEY: Bytes = Bytes.of("&user_key=");
const APP_ID: Bytes = Bytes.of("&app_id=");
const APP_KEY: Bytes = Bytes.of("&app_key=");

/**
 * Writes the path of an AuthRep call: the service's constant part, who asks, and what for; every value percent-encoded.
 * Returns false where it would be longer than MAX_PATH_BYTES.
 */
export function writeAuthRepPath(
  prefix: Bytes,
  application: Application,
  service: Service,
  usages: UsageSum,
  querySuffix: Bytes,
  out: ByteWriter,
): bool {
  out.clear();
  out.bytes(prefix);
  if (application.hasUserKey()) {
    out.bytes(USER_KEY);
    out.percentEncoded(application.userKey);
  } else {
    out.bytes(APP_ID);
    out.percentEncoded(application.appId);
    if (application.hasAppKey()) {
      out.bytes(APP_KEY);
      out.percentEncoded(application.appKey);
    }
  }
  for (let i = 0; i < usages.count; i++) {
    const metric = usages.metric(i);
    out.bytes(service.metrics[metric].usageName);
    out.decimal(usages.sum(metric));
  }
  out.bytes(querySuffix);
  return out.length <= MAX_PATH_BYTES;
}
