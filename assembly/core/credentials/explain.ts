import { Bytes } from "../bytes/bytes";
import { RequestSnapshot } from "../request/request-snapshot";
import { Credentials } from "./credentials";
import { failureText } from "./operations/failure";
import { OPERATIONS } from "./operations/table";
import { Lookup, Source, SourceKind, SourceResult } from "./source";

const value: Bytes = new Bytes();

/**
 * Says of each source of a lookup that failed how it ended: which key matched, which operation failed and why. Values are
 * not shown, their lengths are. The lookup is that of `app_key` where an application id was found (`hasAppId`), else that
 * of `user_key` and `app_id`.
 */
export function explainLookup(
  credentials: Credentials,
  request: RequestSnapshot,
  lookup: Lookup,
  hasAppId: bool,
): string[] {
  const lines: string[] = [];
  // `log` and `values` have written their lines in the lookup that is explained.
  const log = lookup.machine.log;
  lookup.machine.log = null;
  if (hasAppId) explainSources("app_key", credentials.appKey, request, lookup, lines);
  else {
    explainSources("user_key", credentials.userKey, request, lookup, lines);
    explainSources("app_id", credentials.appId, request, lookup, lines);
  }
  lookup.machine.log = log;
  return lines;
}

function explainSources(
  name: string,
  sources: StaticArray<Source>,
  request: RequestSnapshot,
  lookup: Lookup,
  lines: string[],
): void {
  for (let i = 0; i < sources.length; i++) {
    const result = sources[i].find(request, lookup);
    lines.push(
      name + "[" + i.toString() + "]." + kindName(sources[i].kind) + ": " + ending(sources[i], result, lookup),
    );
  }
}

function kindName(kind: SourceKind): string {
  if (kind == SourceKind.Header) return "header";
  if (kind == SourceKind.VerifiedClaim) return "verified_claim";
  return kind == SourceKind.QueryString ? "query_string" : "filter";
}

function ending(source: Source, result: SourceResult, lookup: Lookup): string {
  const keys = source.keys;
  if (source.kind == SourceKind.VerifiedClaim && result == SourceResult.NoKey) return missingClaim(source);
  const path = source.path.length > 0 ? " below " + names(source.path, "/") : "";
  if (result == SourceResult.NoKey) return "none of the keys is there with a value: " + names(keys, ", ") + path;
  if (result == SourceResult.NotStrings) return "what is found is no string: " + names(keys, ", ") + path;
  if (result == SourceResult.LimitReached)
    return "what is found is more than a lookup may have: " + names(keys, ", ") + path;
  const matched = lookup.matchedKey;
  const found =
    matched >= 0 ? "key " + keys[matched].printable(60) + " matched" : names(keys, ", ") + path + " matched";
  if (result == SourceResult.OperationFailed) return found + ", then " + failedOperation(lookup);
  if (result == SourceResult.EmptyValue) return found + ", but the first value is empty";
  lookup.machine.stack.at(0, value);
  return found + ", and has a value of " + value.length.toString() + " bytes";
}

function missingClaim(source: Source): string {
  const issuer = source.path.length > 1 ? source.path[1].printable(200) : "(none)";
  return "no verified token of the issuer " + issuer + " has a claim with a value: " + names(source.keys, ", ");
}

/** `ops[4] (assert, in it glob) failed: the value does not match` */
function failedOperation(lookup: Lookup): string {
  const machine = lookup.machine;
  const outer = OPERATIONS[machine.failedTopOpcode].name;
  const inner = OPERATIONS[machine.failedOpcode].name;
  const name = outer == inner ? outer : outer + ", in it " + inner;
  return "ops[" + machine.failedIndex.toString() + "] (" + name + ") failed: " + failureText(lookup.failure);
}

function names(list: Bytes[], separator: string): string {
  let text = "";
  for (let i = 0; i < list.length; i++) text += (i == 0 ? "" : separator) + list[i].printable(60);
  return text.length == 0 ? "(none)" : text;
}
