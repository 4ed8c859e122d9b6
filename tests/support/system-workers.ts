import { connect, type Socket } from "node:net";
import type { Envoy } from "./envoy.ts";
import type { ClientResponse } from "./http-client.ts";
import { headerValue, readMessage, type Header } from "./http-message.ts";
import { poll } from "./poll.ts";

/** A request over a connection that is kept. */
export interface WorkerRequest {
  method?: string;
  path?: string;
  host?: string;
  headers?: readonly Header[];
}

const ATTEMPTS = 500;

/**
 * A connection to each worker thread of an Envoy. A connection stays with the worker that has accepted it, and so do its
 * requests; which one that is, the worker's own counter of connections tells.
 */
export class WorkerConnections {
  readonly #envoy: Envoy;
  readonly #listener: string;
  readonly #concurrency: number;
  readonly #sockets = new Map<number, Socket>();

  constructor(envoy: Envoy, listener: string, concurrency: number) {
    this.#envoy = envoy;
    this.#listener = listener;
    this.#concurrency = concurrency;
  }

  /** The numbers of the workers, from 0. */
  get workers(): number[] {
    return Array.from({ length: this.#concurrency }, (_, index) => index);
  }

  /** Sends a request to a worker and returns the answer. Requests to one worker have to wait for each other. */
  async request(worker: number, request: WorkerRequest): Promise<ClientResponse> {
    await this.#connect();
    const socket = this.#sockets.get(worker);
    if (socket === undefined) throw new Error(`there is no worker ${String(worker)}`);
    return exchange(socket, request);
  }

  /** Ends all connections; the next request makes new ones. */
  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
  }

  async #connect(): Promise<void> {
    for (const [worker, socket] of this.#sockets) if (!socket.writable) this.#sockets.delete(worker);
    const port = await this.#envoy.port(this.#listener);
    for (let attempt = 0; this.#sockets.size < this.#concurrency; attempt++) {
      if (attempt === ATTEMPTS) throw new Error(`${String(ATTEMPTS)} connections have not reached every worker`);
      const before = await this.#accepted(port);
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      // A connection that Envoy ends shows as one that cannot be written to.
      socket.on("error", () => socket.destroy());
      const worker = await poll("a worker to accept a connection", async () => {
        const now = await this.#accepted(port);
        const index = now.findIndex((count, one) => count > (before[one] ?? 0));
        return index >= 0 && { index };
      });
      if (this.#sockets.has(worker.index)) socket.destroy();
      else this.#sockets.set(worker.index, socket);
    }
  }

  /** How many connections each worker has accepted so far. */
  async #accepted(port: number): Promise<number[]> {
    const stats = await this.#envoy.stats(
      `^listener\\.127\\.0\\.0\\.1_${String(port)}\\.worker_\\d+\\.downstream_cx_total$`,
    );
    return this.workers.map((worker) => {
      return stats.get(`listener.127.0.0.1_${String(port)}.worker_${String(worker)}.downstream_cx_total`) ?? 0;
    });
  }
}

/** Sends a request over a connection, and reads its answer. */
function exchange(socket: Socket, request: WorkerRequest, timeoutMs = 10_000): Promise<ClientResponse> {
  const { method = "GET", path = "/", host = "api.test", headers = [] } = request;
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...headers.map((header) => header.join(": "))];
  return new Promise((resolve, reject) => {
    let unread: Buffer = Buffer.alloc(0);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      socket.off("data", onData);
      socket.off("close", onClose);
      settle();
    };
    const fail = (why: string) => {
      end(() => {
        socket.destroy();
        reject(new Error(`${why} after ${JSON.stringify(unread.toString("latin1"))}`));
      });
    };
    const onClose = () => {
      fail("the connection has ended");
    };
    const onData = (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      const isBodiless = ({ startLine }: { startLine: string }) =>
        method === "HEAD" || / (1\d\d|204|304) /.test(startLine);
      const read = readMessage(unread, (head) => (isBodiless(head) ? "none" : "framed-or-end"));
      if (read === undefined) return;
      const { startLine, headers: got, body } = read.message;
      const [, status = "", ...reason] = startLine.split(" ");
      end(() => {
        // An answer that ends the connection: the next request is to find no connection rather than a dying one.
        if (headerValue(got, "connection") === "close") socket.destroy();
        resolve({
          ...{ status: Number(status), reason: reason.join(" "), headers: got, body },
          header: (name) => headerValue(got, name),
        });
      });
    };
    const timer = setTimeout(() => {
      fail(`no answer in ${String(timeoutMs)} ms`);
    }, timeoutMs);
    socket.on("data", onData);
    socket.once("close", onClose);
    socket.write(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
  });
}
