/** One header line as it was sent: the name's case kept, optional white space around the value removed. */
export type Header = [name: string, value: string];

/** An HTTP/1.1 message. Strings are latin-1: one character is one byte. */
export interface HttpMessage {
  startLine: string;
  headers: Header[];
  body: string;
}

/** What ends a message's body: the framing headers, or (a response only) the end of the connection too. */
export type BodyRule = "none" | "framed" | "framed-or-end";

/**
 * Reads one message from the start of `bytes`. `bodyRule` is told the head, since a response's framing depends on
 * its status and on the request. Returns the message and the bytes it took, or undefined while it is incomplete;
 * `ended` says that no more bytes will come. Throws on a head or a chunk size that is not HTTP/1.1.
 */
export function readMessage(
  bytes: Buffer,
  bodyRule: (head: { startLine: string; headers: Header[] }) => BodyRule,
  ended = false,
): { message: HttpMessage; consumed: number } | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [startLine = "", ...lines] = bytes.subarray(0, headEnd).toString("latin1").split("\r\n");
  const headers = lines.map((line): Header => {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`not a header line: ${JSON.stringify(line)}`);
    return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")];
  });
  const bodyStart = headEnd + 4;
  const body = readBody(bytes.subarray(bodyStart), headers, bodyRule({ startLine, headers }), ended);
  return body && { message: { startLine, headers, body: body.text }, consumed: bodyStart + body.consumed };
}

/** The first value of the header `name`, compared without regard to case. */
export function headerValue(headers: readonly Header[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

function readBody(
  rest: Buffer,
  headers: Header[],
  rule: BodyRule,
  ended: boolean,
): { text: string; consumed: number } | undefined {
  if (rule === "none") return { text: "", consumed: 0 };
  if (headerValue(headers, "transfer-encoding")?.toLowerCase().includes("chunked")) return readChunks(rest);
  const length = headerValue(headers, "content-length");
  if (length !== undefined) {
    const size = Number(length);
    return rest.length < size ? undefined : { text: rest.toString("latin1", 0, size), consumed: size };
  }
  if (rule === "framed") return { text: "", consumed: 0 };
  return ended ? { text: rest.toString("latin1"), consumed: rest.length } : undefined;
}

function readChunks(rest: Buffer): { text: string; consumed: number } | undefined {
  let text = "";
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const sizeText = rest.toString("latin1", at, lineEnd);
    if (!/^[0-9a-f]+/i.test(sizeText)) throw new Error(`not a chunk size: ${JSON.stringify(sizeText)}`);
    const size = parseInt(sizeText, 16);
    at = lineEnd + 2;
    if (size === 0) return readTrailers(rest, at, text);
    if (rest.length < at + size + 2) return undefined;
    text += rest.toString("latin1", at, at + size);
    at += size + 2;
  }
}

function readTrailers(rest: Buffer, start: number, text: string): { text: string; consumed: number } | undefined {
  let at = start;
  for (;;) {
    const lineEnd = rest.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    if (lineEnd === at) return { text, consumed: at + 2 };
    at = lineEnd + 2;
  }
}
