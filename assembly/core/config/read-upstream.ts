import { Code } from "./diagnostics";
import { ConfigDocument, Unknown } from "./config-document";
import { DEFAULT_TIMEOUT_MS, Upstream } from "./model";
import { parseUrl } from "./url";
import * as wording from "./wording";

const NAMES: StaticArray<string> = ["name", "url", "timeout"];
const enum Field {
  Name,
  Url,
  Timeout,
}

/** Reads an `upstream`. */
export function readUpstream(document: ConfigDocument): Upstream {
  const upstream = new Upstream();
  const fields = document.object(NAMES, Unknown.Refuse);
  if (fields == null) return upstream;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    switch (field) {
      case Field.Name: {
        const name = document.string();
        if (name != null) upstream.cluster = name;
        break;
      }
      case Field.Url:
        readUrl(document, upstream);
        break;
      case Field.Timeout:
        readTimeout(document, upstream);
        break;
    }
    document.endField();
  }
  document.require(fields, Field.Name, wording.CLUSTER);
  document.require(fields, Field.Url, wording.URL);
  return upstream;
}

function readUrl(document: ConfigDocument, upstream: Upstream): void {
  const text = document.string(wording.URL);
  if (text == null) return;
  const result = parseUrl(text);
  const url = result.url;
  if (url == null) document.report(true, Code.InvalidUrl, result.found, result.fault);
  else {
    upstream.url = url;
    if (result.warning.length > 0) document.report(false, Code.InvalidUrl, result.found, result.warning);
  }
}

function readTimeout(document: ConfigDocument, upstream: Upstream): void {
  const timeoutMs = document.integer(0, u32.MAX_VALUE, wording.TIMEOUT, DEFAULT_TIMEOUT_MS);
  if (timeoutMs == 0) {
    document.report(false, Code.Suspicious, "0", wording.TIMEOUT_ZERO);
    upstream.timeoutMs = DEFAULT_TIMEOUT_MS;
  } else upstream.timeoutMs = <u32>timeoutMs;
}
