import { lowerCase } from "../bytes/ascii";
import { Bytes } from "../bytes/bytes";
import { Credentials } from "../credentials/credentials";
import { Program } from "../credentials/operations/program";
import { Source, SourceKind } from "../credentials/source";
import { Code } from "./diagnostics";
import { ConfigDocument, Unknown } from "./config-document";
import { readOperations } from "./read-operations";
import * as wording from "./wording";

const NAMES: StaticArray<string> = ["user_key", "app_id", "app_key"];
const enum Field {
  UserKey,
  AppId,
  AppKey,
}

const KIND_NAMES: StaticArray<string> = ["header", "query_string", "filter"];
const enum KindField {
  Header,
  QueryString,
  Filter,
}

const SOURCE_NAMES: StaticArray<string> = ["keys", "ops"];
const FILTER_NAMES: StaticArray<string> = ["keys", "ops", "path"];
const enum SourceField {
  Keys,
  Ops,
  Path,
}

// What is left out is shared: a configuration may have very many services.
const NO_SOURCES: StaticArray<Source> = [];
const NO_STRINGS: Bytes[] = [];

/** Reads the `credentials` of a service. */
export function readCredentials(document: ConfigDocument): Credentials | null {
  const fields = document.object(NAMES, Unknown.Refuse);
  if (fields == null) return null;
  let userKey = NO_SOURCES;
  let appId = NO_SOURCES;
  let appKey = NO_SOURCES;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    const sources = readSources(document);
    if (field == Field.UserKey) userKey = sources;
    else if (field == Field.AppId) appId = sources;
    else appKey = sources;
    document.endField();
  }
  // A misspelled name has been reported already.
  if (!fields.has(Field.UserKey) && !fields.has(Field.AppId) && !fields.hadUnknown) {
    document.reportAt(
      true,
      Code.MissingField,
      fields.line,
      fields.column,
      fields.has(Field.AppKey) ? "app_key alone" : "neither",
      wording.CREDENTIALS_KIND,
    );
  }
  return new Credentials(userKey, appId, appKey);
}

function readSources(document: ConfigDocument): StaticArray<Source> {
  if (!document.array()) return NO_SOURCES;
  const sources: Source[] = [];
  for (let i = 0; document.nextElement(i); i++) {
    const source = readSource(document);
    if (source != null) sources.push(source);
    document.endField();
  }
  return StaticArray.fromArray(sources);
}

/** Reads `{KIND: {keys, ops}}`, a lookup query. */
function readSource(document: ConfigDocument): Source | null {
  const fields = document.object(KIND_NAMES, Unknown.Refuse);
  if (fields == null) return null;
  let source: Source | null = null;
  let count = 0;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    count++;
    source = readLookup(document, kindOf(field));
    document.endField();
  }
  if (count != 1 && !(count == 0 && fields.hadUnknown)) {
    const found = count == 0 ? "none of them" : count.toString() + " of them";
    document.reportAt(true, Code.InvalidValue, fields.line, fields.column, found, wording.SOURCE_KIND);
  }
  return source;
}

function kindOf(field: i32): SourceKind {
  if (field == KindField.Header) return SourceKind.Header;
  return field == KindField.QueryString ? SourceKind.QueryString : SourceKind.Filter;
}

function readLookup(document: ConfigDocument, kind: SourceKind): Source | null {
  const isFilter = kind == SourceKind.Filter;
  const fields = document.object(isFilter ? FILTER_NAMES : SOURCE_NAMES, Unknown.Warn);
  if (fields == null) return null;
  const faultsBefore = document.diagnostics.errorCount;
  let keys = NO_STRINGS;
  let path = NO_STRINGS;
  let operations: Program | null = null;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    if (field == SourceField.Keys) keys = document.strings();
    else if (field == SourceField.Path) path = document.strings();
    else operations = readOperations(document);
    document.endField();
  }
  if (!isFilter) document.require(fields, SourceField.Keys, wording.STRINGS);
  else if (path.length < 2) {
    const found = path.length == 0 ? "none" : "one segment";
    document.reportAt(false, Code.Suspicious, fields.line, fields.column, found, wording.FILTER_PATH);
  }
  const hasFaults = document.diagnostics.errorCount > faultsBefore;
  if (!isFilter && !hasFaults && keys.length == 0 && fields.has(SourceField.Keys)) {
    document.reportAt(false, Code.Suspicious, fields.line, fields.column, "no keys", wording.KEYS_EMPTY);
  }
  if (kind == SourceKind.Header) {
    for (let i = 0; i < keys.length; i++) lowerInPlace(keys[i]);
  }
  if (!isFilter && operations != null && operations.readsStructure) {
    const found = kind == SourceKind.Header ? "a header read as JSON" : "a query parameter read as JSON";
    document.reportAt(false, Code.Suspicious, fields.line, fields.column, found, wording.NOT_VERIFIED);
  }
  return new Source(kind, keys, path, operations);
}

function lowerInPlace(key: Bytes): void {
  for (let i = 0; i < key.length; i++) store<u8>(key.ptr + <usize>i, lowerCase(key.at(i)));
}
