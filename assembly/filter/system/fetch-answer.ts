import { Bytes } from "../../core/bytes/bytes";
import { Host } from "../../host/host";

/** A proxy configuration has a few hundred KiB at most; what is larger is none. */
export const MOST_BODY_BYTES: i32 = 4 * 1024 * 1024;

const STATUS: Bytes = Bytes.of(":status");
const status: Bytes = new Bytes();

/** What a fetch has brought. Statuses other than 200 are themselves, 100 to 999. */
export const enum FetchAnswer {
  /** A document. */
  Document,
  /** No answer, or one that was cut off or too long for Envoy. */
  None,
  /** No call could be made: no such cluster, or no endpoint in it. */
  NoCall,
  TooLong,
  /** A document that is no proxy configuration. */
  Senseless,
  Unauthorized = 401,
  Forbidden = 403,
  NotFound = 404,
}

/** Reads how a fetch was answered. */
export function readFetchAnswer(host: Host, headerCount: u32, bodyBytes: i32): FetchAnswer {
  if (headerCount == 0) return FetchAnswer.None;
  host.callResponseHeader(STATUS, status);
  let code: i32 = 0;
  for (let i = 0; i < status.length && i < 3; i++) code = code * 10 + (<i32>status.at(i) - 0x30);
  if (code != 200) return code >= 100 && code <= 999 ? <FetchAnswer>code : FetchAnswer.None;
  return bodyBytes > MOST_BODY_BYTES ? FetchAnswer.TooLong : FetchAnswer.Document;
}
