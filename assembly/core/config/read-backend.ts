import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { Code } from "./diagnostics";
import { ConfigDocument, shown, Unknown } from "./config-document";
import { BackendSettings, OnFailure } from "./model";
import { readUpstream } from "./read-upstream";
import * as wording from "./wording";

const NAMES: StaticArray<string> = ["name", "upstream", "extensions", "on_failure"];
const enum Field {
  Name,
  Upstream,
  Extensions,
  OnFailure,
}

const FAILURE_NAMES: StaticArray<string> = ["mode", "status"];
const enum FailureField {
  Mode,
  Status,
}

const EQUALS: u8 = 0x3d;
const DENY: Bytes = Bytes.of("deny");
const ALLOW: Bytes = Bytes.of("allow");
const NO_BODY: Bytes = Bytes.of("no_body");
const REJECTION_REASON_HEADER: Bytes = Bytes.of("rejection_reason_header");
const ONE: Bytes = Bytes.of("1");

/** Reads the `backend`. */
export function readBackend(document: ConfigDocument): BackendSettings | null {
  const fields = document.object(NAMES, Unknown.Warn);
  if (fields == null) return null;
  const backend = new BackendSettings();
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    switch (field) {
      case Field.Name:
        document.string();
        break;
      case Field.Upstream:
        backend.upstream = readUpstream(document);
        break;
      case Field.Extensions:
        readExtensions(document, backend.extensions);
        break;
      case Field.OnFailure:
        readOnFailure(document, backend.onFailure);
        break;
    }
    document.endField();
  }
  document.require(fields, Field.Upstream, wording.UPSTREAM);
  return backend;
}

/**
 * Reads the extensions, each `name` (sent as `name=1`) or `name=value`. The two that the filter needs are left out, as it
 * sends them itself.
 */
function readExtensions(document: ConfigDocument, extensions: Bytes[]): void {
  if (!document.array(wording.STRINGS)) return;
  for (let i = 0; document.nextElement(i); i++) {
    const text = document.string();
    if (text != null && !text.isEmpty()) {
      const equals = text.indexOf(EQUALS);
      const name = Bytes.view(text.ptr, equals < 0 ? text.length : equals);
      const value = equals < 0 ? ONE : Bytes.view(text.ptr + <usize>(equals + 1), text.length - equals - 1);
      if (name.equals(NO_BODY) || name.equals(REJECTION_REASON_HEADER)) {
        if (!value.equals(ONE)) document.report(false, Code.Suspicious, shown(text), wording.EXTENSION_OWN);
      } else extensions.push(encodedOption(name, value));
    }
    document.endField();
  }
}

function encodedOption(name: Bytes, value: Bytes): Bytes {
  const out = new ByteWriter(name.length + value.length + 8);
  out.percentEncoded(name);
  out.byte(EQUALS);
  out.percentEncoded(value);
  const option = out.copy();
  out.free();
  return option;
}

function readOnFailure(document: ConfigDocument, onFailure: OnFailure): void {
  const fields = document.object(FAILURE_NAMES, Unknown.Warn);
  if (fields == null) return;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    if (field == FailureField.Mode) {
      const mode = document.string(wording.MODE);
      if (mode != null) {
        onFailure.allow = mode.equals(ALLOW);
        if (!onFailure.allow && !mode.equals(DENY)) {
          document.report(true, Code.InvalidValue, shown(mode), wording.MODE);
        }
      }
    } else {
      onFailure.status = <i32>document.integer(400, 599, wording.STATUS, onFailure.status);
    }
    document.endField();
  }
}
