import { Code } from "./diagnostics";
import { ConfigDocument, Unknown } from "./config-document";
import { SystemSettings } from "./model";
import { readUpstream } from "./read-upstream";
import * as wording from "./wording";

const NAMES: StaticArray<string> = ["name", "upstream", "token", "ttl"];
const enum Field {
  Name,
  Upstream,
  Token,
  Ttl,
}

/** The largest integer that JSON readers agree on, 2^53 - 1. */
const MAX_TTL_SECONDS: i64 = 9007199254740991;

/** Reads the `system`. */
export function readSystem(document: ConfigDocument): SystemSettings | null {
  const fields = document.object(NAMES, Unknown.Warn);
  if (fields == null) return null;
  const system = new SystemSettings();
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    switch (field) {
      case Field.Name:
        document.string();
        break;
      case Field.Upstream:
        system.upstream = readUpstream(document);
        break;
      case Field.Token: {
        const token = document.string(wording.STRING, true);
        if (token != null) system.token = token;
        break;
      }
      case Field.Ttl: {
        system.ttlSeconds = document.integer(0, MAX_TTL_SECONDS, wording.TTL, system.ttlSeconds);
        if (system.ttlSeconds == 0) {
          document.report(false, Code.Suspicious, "0", wording.TTL_ZERO);
          system.ttlSeconds = 1;
        }
        break;
      }
    }
    document.endField();
  }
  document.require(fields, Field.Upstream, wording.UPSTREAM);
  document.require(fields, Field.Token, wording.SYSTEM_TOKEN);
  return system;
}
