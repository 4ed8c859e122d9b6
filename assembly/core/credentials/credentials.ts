import { Bytes } from "../bytes/bytes";
import { ByteWriter } from "../bytes/byte-writer";
import { RequestSnapshot } from "../request/request-snapshot";
import { ValueStack } from "./operations/value-stack";
import { Lookup, Source, SourceResult } from "./source";

const value: Bytes = new Bytes();

/** Who asks: a user key, or an application id with or without its key. Valid until the next request is resolved. */
export class Application {
  readonly userKey: Bytes = new Bytes();
  readonly appId: Bytes = new Bytes();
  readonly appKey: Bytes = new Bytes();
  /** Whether a key was looked for besides the application id, and not found. */
  lacksAppKey: bool = false;
  private readonly buffer: ByteWriter = new ByteWriter(1024);

  /** Of all together, in bytes. */
  get length(): i32 {
    return this.userKey.length + this.appId.length + this.appKey.length;
  }

  hasUserKey(): bool {
    return !this.userKey.isEmpty();
  }

  hasAppKey(): bool {
    return !this.appKey.isEmpty();
  }

  clear(): void {
    this.userKey.clear();
    this.appId.clear();
    this.appKey.clear();
    this.lacksAppKey = false;
  }

  /** Keeps the lowest value of the stack as the user key. */
  keepUserKey(stack: ValueStack): void {
    stack.at(0, this.userKey);
  }

  /** Keeps the lowest value of the stack as the application id, the next one, if there is one, as its key. */
  keepAppId(stack: ValueStack): void {
    // The lookup of the key uses the stack's memory again.
    stack.at(0, value);
    const idLength = value.length;
    this.buffer.clear();
    this.buffer.bytes(value);
    stack.at(1, value);
    this.buffer.bytes(value);
    this.appId.set(this.buffer.ptr, idLength);
    this.appKey.set(this.buffer.ptr + <usize>idLength, value.length);
  }

  keepAppKey(stack: ValueStack): void {
    stack.at(0, this.appKey);
  }
}

/** Where the credentials of a service are looked for. A list that is empty never resolves. */
export class Credentials {
  constructor(
    readonly userKey: StaticArray<Source>,
    readonly appId: StaticArray<Source>,
    readonly appKey: StaticArray<Source>,
  ) {}

  /**
   * Resolves the credentials of a request into `application`: `user_key` if one is found, else `app_id`, whose lookup may
   * give its key too, else with `app_key` where one is found. Returns false where neither a user key nor an application id
   * is found.
   */
  resolve(request: RequestSnapshot, lookup: Lookup, application: Application): bool {
    const stack = lookup.machine.stack;
    application.clear();
    if (findFirst(this.userKey, request, lookup)) {
      application.keepUserKey(stack);
      return true;
    }
    if (!findFirst(this.appId, request, lookup)) return false;
    application.keepAppId(stack);
    if (application.hasAppKey() || this.appKey.length == 0) return true;
    if (findFirst(this.appKey, request, lookup)) application.keepAppKey(stack);
    else application.lacksAppKey = true;
    return true;
  }
}

/** Asks the sources in order, up to the first that has a value. */
function findFirst(sources: StaticArray<Source>, request: RequestSnapshot, lookup: Lookup): bool {
  for (let i = 0; i < sources.length; i++) {
    if (sources[i].find(request, lookup) == SourceResult.Found) return true;
  }
  return false;
}
