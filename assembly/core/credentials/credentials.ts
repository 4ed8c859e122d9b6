import { Bytes } from "../bytes/bytes";
import { RequestSnapshot } from "../request/request-snapshot";
import { Source } from "./source";

/** Who asks: a user key, or an application id with or without its key. Spans of one request. */
export class Application {
  readonly userKey: Bytes = new Bytes();
  readonly appId: Bytes = new Bytes();
  readonly appKey: Bytes = new Bytes();

  hasUserKey(): bool {
    return !this.userKey.isEmpty();
  }

  hasAppKey(): bool {
    return !this.appKey.isEmpty();
  }
}

/** Where the credentials of a service are looked for. A list that is empty never resolves. */
export class Credentials {
  constructor(
    readonly userKey: Source[],
    readonly appId: Source[],
    readonly appKey: Source[],
  ) {}

  /**
   * Resolves the credentials of a request into `application`: `user_key` if one is found, else `app_id`, with `app_key`
   * where one is found. Returns false where neither a user key nor an application id is found.
   */
  resolve(request: RequestSnapshot, application: Application): bool {
    application.appId.clear();
    application.appKey.clear();
    if (findFirst(this.userKey, request, application.userKey)) return true;
    if (!findFirst(this.appId, request, application.appId)) return false;
    findFirst(this.appKey, request, application.appKey);
    return true;
  }
}

/** Asks the sources in order. Leaves `found` empty where none has a value. */
function findFirst(sources: Source[], request: RequestSnapshot, found: Bytes): bool {
  for (let i = 0; i < sources.length; i++) {
    if (sources[i].find(request, found)) return true;
  }
  found.clear();
  return false;
}
