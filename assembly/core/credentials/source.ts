import { Bytes } from "../bytes/bytes";
import { RequestSnapshot } from "../request/request-snapshot";
import { lookUp, LookupResult } from "../structured/lookup";
import { ProtobufFormat } from "../structured/protobuf-format";
import { Failure } from "./operations/failure";
import { Machine } from "./operations/machine";
import { Program } from "./operations/program";
import { StackSink } from "./operations/stack-sink";
import { findVerifiedClaim, NO_CLAIM } from "./verified-claim";

/** Where a lookup query looks. */
export const enum SourceKind {
  Header,
  QueryString,
  Filter,
  /** A claim of a token that Envoy's jwt_authn has verified: a service of which credentials were fetched. */
  VerifiedClaim,
}

/** How the lookup of a source ended. */
export const enum SourceResult {
  Found,
  /** No key is there with a value. */
  NoKey,
  /** An operation failed; the machine knows which. */
  OperationFailed,
  /** The operations succeeded, but the first value is empty. */
  EmptyValue,
  /** The metadata is there, but not where the path leads, or it is no string. */
  NotStrings,
  /** The metadata has more values, or more bytes in them, than a lookup may have. */
  LimitReached,
}

const value: Bytes = new Bytes();

/** What lookups work with; one serves all of a VM. */
export class Lookup {
  readonly machine: Machine = new Machine();
  readonly sink: StackSink = new StackSink(this.machine.stack);
  readonly protobuf: ProtobufFormat = new ProtobufFormat();
  /** Of the last source: the key that matched, -1 for none; the failure of its operations. */
  matchedKey: i32 = -1;
  failure: Failure = Failure.None;
}

/** A lookup query: keys to look for, in order, in one part of the request; then operations on what was found. */
export class Source {
  constructor(
    readonly kind: SourceKind,
    /** Header keys in lower case, as Envoy gives the names of headers; others as they are. */
    readonly keys: Bytes[],
    /** Of a filter: the name of its metadata, then the way into it. Of a claim: that name, then the tokens' issuer. */
    readonly path: Bytes[],
    readonly operations: Program | null,
  ) {}

  /**
   * Looks the values up onto the machine's stack. A success leaves at least one value there, and the lowest is not empty.
   */
  find(request: RequestSnapshot, lookup: Lookup): SourceResult {
    const stack = lookup.machine.stack;
    stack.reset();
    lookup.matchedKey = -1;
    const result = this.findValues(request, lookup);
    if (result != SourceResult.Found) return result;
    const operations = this.operations;
    if (operations != null) {
      lookup.failure = lookup.machine.run(operations);
      if (lookup.failure != Failure.None) return SourceResult.OperationFailed;
    }
    stack.at(0, value);
    return value.isEmpty() ? SourceResult.EmptyValue : SourceResult.Found;
  }

  private findValues(request: RequestSnapshot, lookup: Lookup): SourceResult {
    if (this.kind == SourceKind.Filter) return this.findMetadata(request, lookup);
    return this.kind == SourceKind.VerifiedClaim ? this.findClaim(request, lookup) : this.findPair(request, lookup);
  }

  /** Pushes the first value that is not empty: of the first key that has one, its first such duplicate. */
  private findPair(request: RequestSnapshot, lookup: Lookup): SourceResult {
    const pairs = this.kind == SourceKind.Header ? request.headers : request.parameters();
    for (let k = 0; k < this.keys.length; k++) {
      const key = this.keys[k];
      for (let i = pairs.find(key); i >= 0; i = pairs.find(key, i + 1)) {
        pairs.value(i, value);
        if (value.isEmpty()) continue;
        lookup.matchedKey = k;
        lookup.machine.stack.push(value.ptr, value.length);
        return SourceResult.Found;
      }
    }
    return SourceResult.NoKey;
  }

  /** Pushes the string, or the strings of a list, that path and keys lead to in Envoy's dynamic metadata. */
  private findMetadata(request: RequestSnapshot, lookup: Lookup): SourceResult {
    // The path has to lead into the metadata of a filter, as in threescale-wasm-auth.
    if (this.path.length < 2 || !request.metadata(this.path[0], value)) return SourceResult.NoKey;
    lookup.protobuf.wrap(value, value);
    switch (lookUp(lookup.protobuf, value, this.path, 1, this.keys, lookup.sink)) {
      case LookupResult.Found:
        return lookup.machine.stack.isEmpty() ? SourceResult.EmptyValue : SourceResult.Found;
      case LookupResult.NotStrings:
        return lookup.machine.stack.isExhausted ? SourceResult.LimitReached : SourceResult.NotStrings;
      default:
        return SourceResult.NoKey;
    }
  }

  /** Pushes the first of the claims that a verified token of the issuer has. */
  private findClaim(request: RequestSnapshot, lookup: Lookup): SourceResult {
    if (this.path.length < 2 || !request.metadata(this.path[0], value)) return SourceResult.NoKey;
    lookup.protobuf.wrap(value, value);
    const claim = findVerifiedClaim(lookup.protobuf, value, this.path[1], this.keys, lookup.sink.buffer);
    if (claim == NO_CLAIM) return SourceResult.NoKey;
    lookup.matchedKey = claim;
    return lookup.sink.take() ? SourceResult.Found : SourceResult.LimitReached;
  }
}
