import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { headerValue, readMessage, type Header } from "./http-message.ts";
import { poll } from "./poll.ts";

/** A request as it arrived: strings are latin-1, headers in their order with their case. */
export interface RecordedRequest {
  startLine: string;
  method: string;
  /** The request target as sent: path and query, or the authority of a CONNECT. */
  path: string;
  headers: Header[];
  body: string;
  /** The first value of a header, whatever its case. */
  header(name: string): string | undefined;
  /** Query parameters, decoded as a form, in their order. */
  query(): Header[];
}

/**
 * What the server does with a request: sends bytes (latin-1 if a string), then keeps the connection, closes it,
 * resets it, or leaves it open without ever reading or answering again.
 */
export interface ScriptedReply {
  send?: Buffer | string;
  then?: "keep" | "close" | "reset" | "hang";
}

export type Handler = (request: RecordedRequest) => Reply | Promise<Reply>;
export type Reply = ScriptedReply | Buffer | string;

/** Closes the connection without an answer. */
export const CLOSE: ScriptedReply = { then: "close" };
/** Resets the connection (RST) without an answer. */
export const RESET: ScriptedReply = { then: "reset" };
/** Never answers; the connection stays open until the peer or `close()` ends it. */
export const NEVER: ScriptedReply = { then: "hang" };
/** Answers with what is not HTTP. */
export const GARBAGE: ScriptedReply = { send: "this is not http\r\n\r\n" };

/** The bytes of an HTTP/1.1 response with a `content-length`; `status` is a code, or code and reason. */
export function response(status: number | string, headers: readonly Header[] = [], body: Buffer | string = ""): Buffer {
  const payload = typeof body === "string" ? Buffer.from(body, "latin1") : body;
  const line = typeof status === "string" ? status : `${String(status)} Status`;
  // 204 and 304 have no body: RFC 9110 forbids a content-length with 204.
  const length = /^(204|304)/.test(line) ? "" : `content-length: ${String(payload.length)}\r\n`;
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${line}\r\n${head}${length}\r\n`, "latin1"), payload]);
}

/**
 * A raw HTTP/1.1 server on 127.0.0.1 that records every request byte for byte and answers as `handler` says.
 *
 *     const backend = await RecordingServer.start(() => response(200));
 *     … backend.port … backend.take() … await backend.close()
 */
export class RecordingServer {
  readonly port: number;
  /** May be replaced at any time; it holds for requests read from then on. */
  handler: Handler;
  #requests: RecordedRequest[] = [];
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>, handler: Handler) {
    this.#server = server;
    this.#sockets = sockets;
    this.handler = handler;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Starts on a free port, or on `port`; `handler` answers 200 with an empty body unless given. */
  static async start(handler: Handler = () => response(200), port = 0): Promise<RecordingServer> {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    const recording = new RecordingServer(server, sockets, handler);
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      void recording.#serve(socket);
    });
    return recording;
  }

  /** The requests recorded since the start or the last `take()`. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** The requests recorded so far, and forgets them. */
  take(): RecordedRequest[] {
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }

  /** Waits until at least `count` requests are recorded (since the last `take()`), and returns them. */
  waitFor(count: number, timeoutMs = 5_000): Promise<readonly RecordedRequest[]> {
    const what = `${String(count)} requests at port ${String(this.port)}`;
    return poll(what, () => this.#requests.length >= count && this.#requests, { timeoutMs });
  }

  /** The connections open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Stops listening and ends all connections. */
  async close(): Promise<void> {
    const ended = [...this.#sockets].map((socket) => {
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.destroy();
      return closed;
    });
    await Promise.all([...ended, new Promise((resolve) => this.#server.close(resolve))]);
  }

  async #serve(socket: Socket): Promise<void> {
    let unread: Buffer = Buffer.alloc(0);
    try {
      for await (const chunk of socket) {
        unread = Buffer.concat([unread, chunk as Buffer]);
        for (;;) {
          const read = readMessage(unread, () => "framed");
          if (read === undefined) break;
          unread = unread.subarray(read.consumed);
          if (!(await this.#answer(socket, toRecorded(read.message)))) return;
        }
      }
    } catch {
      // A client that leaves, or does not speak HTTP, is no failure of the server.
      socket.destroy();
    }
  }

  /** Answers one request; false when nothing more is to be read from the connection. */
  async #answer(socket: Socket, request: RecordedRequest): Promise<boolean> {
    this.#requests.push(request);
    const reply = await this.handler(request);
    const { send, then = "keep" } = typeof reply === "string" || Buffer.isBuffer(reply) ? { send: reply } : reply;
    const bytes = typeof send === "string" ? Buffer.from(send, "latin1") : send;
    if (bytes !== undefined && !socket.destroyed) {
      await new Promise<void>((resolve) => {
        socket.write(bytes, () => {
          resolve();
        });
      });
    }
    if (then === "close") socket.end();
    if (then === "reset") socket.resetAndDestroy();
    // Leaving the read loop would destroy the socket: wait with it instead.
    if (then === "hang" && !socket.destroyed) await new Promise((resolve) => socket.once("close", resolve));
    return then === "keep";
  }
}

function toRecorded(message: { startLine: string; headers: Header[]; body: string }): RecordedRequest {
  const { startLine, headers, body } = message;
  const [method = "", path = ""] = startLine.split(" ");
  const queryText = path.includes("?") ? path.slice(path.indexOf("?") + 1) : "";
  return {
    startLine,
    method,
    path,
    headers,
    body,
    header: (name) => headerValue(headers, name),
    query: () => [...new URLSearchParams(queryText)],
  };
}
