import { connect, type Socket } from "node:net";
import { headerValue, readMessage, type BodyRule, type Header } from "./http-message.ts";

/** A request to send byte for byte: strings are latin-1, nothing is encoded, checked or reordered. */
export interface ClientRequest {
  method?: string;
  /** The request target as it is to stand in the start line. */
  path?: string;
  /** The value of the Host header; null sends none. */
  host?: string | null;
  headers?: readonly Header[];
  /** Sent with a `content-length`, unless `headers` frame it already. */
  body?: Buffer | string;
  /** Instead of all of the above: the very bytes. */
  raw?: Buffer | string;
  /** Whether the answer has no body; needed beside `raw` only. */
  head?: boolean;
  timeoutMs?: number;
}

export interface ClientResponse {
  status: number;
  reason: string;
  headers: Header[];
  body: string;
  /** The first value of a header, whatever its case. */
  header(name: string): string | undefined;
}

/** Why no response came: the peer closed or reset the connection, the time was up, or `abort()` was called. */
export class NoResponseError extends Error {
  readonly why: "closed" | "timeout" | "aborted";
  constructor(why: "closed" | "timeout" | "aborted", detail: string) {
    super(`no response (${why}): ${detail}`);
    this.why = why;
  }
}

/** A request under way. */
export interface Exchange {
  /** Fails with {@link NoResponseError}. */
  response: Promise<ClientResponse>;
  /** Settles once all bytes of the request are handed to the kernel. */
  sent: Promise<void>;
  /** Leaves: resets the connection. */
  abort(): void;
}

/** Sends one request on a connection of its own to 127.0.0.1 and returns the response; see {@link exchange}. */
export function request(port: number, options: ClientRequest = {}): Promise<ClientResponse> {
  return exchange(port, options).response;
}

/** A GET of `path` with `Host: host`: what most tests need. */
export function get(
  port: number,
  host: string,
  path: string,
  headers: readonly Header[] = [],
): Promise<ClientResponse> {
  return request(port, { host, path, headers });
}

/** Sends one request on a connection of its own to 127.0.0.1, and leaves the rest to the caller. */
export function exchange(port: number, options: ClientRequest = {}): Exchange {
  const { timeoutMs = 10_000 } = options;
  const bytes = toBytes(options);
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let aborted = false;
  const sent = new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.write(bytes, () => {
      resolve();
    });
  });
  sent.catch(() => undefined);
  const response = receive(socket, bodyRuleOf(options), timeoutMs, () => aborted);
  // Who only wants to abort does not look at the response: its failure is no unhandled rejection.
  response.catch(() => undefined);
  return {
    response,
    sent,
    abort: () => {
      aborted = true;
      socket.resetAndDestroy();
    },
  };
}

function receive(
  socket: Socket,
  bodyRule: (head: { startLine: string }) => BodyRule,
  timeoutMs: number,
  isAborted: () => boolean,
): Promise<ClientResponse> {
  return new Promise((resolve, reject) => {
    let unread: Buffer = Buffer.alloc(0);
    let failure = "";
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      settle();
      socket.destroy();
    };
    const timer = setTimeout(() => {
      finish(() => {
        reject(
          new NoResponseError(
            "timeout",
            `after ${String(timeoutMs)} ms; received ${JSON.stringify(unread.toString("latin1"))}`,
          ),
        );
      });
    }, timeoutMs);
    const tryRead = (ended: boolean) => {
      try {
        for (;;) {
          const read = readMessage(unread, bodyRule, ended);
          if (read === undefined) return;
          const answer = toResponse(read.message);
          unread = unread.subarray(read.consumed);
          if (answer.status >= 200 || answer.status === 101) {
            finish(() => {
              resolve(answer);
            });
            return;
          }
        }
      } catch (error) {
        finish(() => {
          reject(error as Error);
        });
      }
    };
    socket.on("data", (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      tryRead(false);
    });
    socket.on("error", (error) => {
      failure = error.message;
    });
    socket.on("close", () => {
      tryRead(true);
      finish(() => {
        const detail = failure || `received ${JSON.stringify(unread.toString("latin1"))}`;
        reject(new NoResponseError(isAborted() ? "aborted" : "closed", detail));
      });
    });
  });
}

function toBytes(options: ClientRequest): Buffer {
  const { method = "GET", path = "/", host = "localhost", headers = [], body, raw } = options;
  if (raw !== undefined) return typeof raw === "string" ? Buffer.from(raw, "latin1") : raw;
  const payload = typeof body === "string" ? Buffer.from(body, "latin1") : (body ?? Buffer.alloc(0));
  const lines = [`${method} ${path} HTTP/1.1`];
  if (host !== null) lines.push(`Host: ${host}`);
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  const isFramed = headerValue(headers, "content-length") ?? headerValue(headers, "transfer-encoding");
  if (body !== undefined && isFramed === undefined) lines.push(`Content-Length: ${String(payload.length)}`);
  if (headerValue(headers, "connection") === undefined) lines.push("Connection: close");
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), payload]);
}

/** RFC 9112, 6.3: answers to HEAD, 1xx, 204, 304 and a successful CONNECT have no body. */
function bodyRuleOf({ method, head }: ClientRequest): (head: { startLine: string }) => BodyRule {
  return ({ startLine }) => {
    const status = Number(startLine.split(" ")[1]);
    const isBodiless = status < 200 || status === 204 || status === 304;
    const isTunnel = method === "CONNECT" && status < 300;
    return isBodiless || isTunnel || method === "HEAD" || head === true ? "none" : "framed-or-end";
  };
}

function toResponse({
  startLine,
  headers,
  body,
}: {
  startLine: string;
  headers: Header[];
  body: string;
}): ClientResponse {
  const found = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(startLine);
  if (found === null) throw new Error(`not an HTTP/1.1 status line: ${JSON.stringify(startLine)}`);
  return {
    status: Number(found[1]),
    reason: found[2] ?? "",
    headers,
    body,
    header: (name) => headerValue(headers, name),
  };
}
