import { connect, type Socket } from "node:net";
import { readMessage } from "./http-message.ts";

/** What came of a load. */
export interface LoadResult {
  answered: number;
  /** How often each answer other than 200 came, and each connection that ended. */
  failures: Record<string, number>;
}

export interface LoadOptions {
  port: number;
  /** Requests a second. */
  rate: number;
  /** The hosts to ask, in turn. */
  hosts: readonly string[];
  path: string;
  connections?: number;
}

const STEP_MS = 10;

/** GETs over connections that are kept, at a steady rate, until it is stopped. */
export class Load {
  readonly #options: LoadOptions;
  readonly #sockets: Socket[];
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #sent = 0;
  #answered = 0;
  #failures: Record<string, number> = {};
  #isStopping = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    const { port, connections = 16 } = options;
    this.#sockets = Array.from({ length: connections }, () => this.#connect(port));
    this.#timer = setInterval(() => {
      this.#send();
    }, STEP_MS);
  }

  get answered(): number {
    return this.#answered;
  }

  /** Sends no more, waits for what is out, and tells what came of it. Requests that are never answered are failures. */
  async stop(timeoutMs = 10_000): Promise<LoadResult> {
    clearInterval(this.#timer);
    this.#isStopping = true;
    const deadline = performance.now() + timeoutMs;
    while (this.#done < this.#sent && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
    if (this.#done < this.#sent) this.#failures["no answer"] = this.#sent - this.#done;
    for (const socket of this.#sockets) socket.destroy();
    return { answered: this.#answered, failures: this.#failures };
  }

  get #done(): number {
    return this.#answered + Object.values(this.#failures).reduce((sum, count) => sum + count, 0);
  }

  #connect(port: number): Socket {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let unread: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
      for (
        let read = readMessage(unread, () => "framed");
        read !== undefined;
        read = readMessage(unread, () => "framed")
      ) {
        unread = unread.subarray(read.consumed);
        this.#count(read.message.startLine, read.message.body);
      }
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (!this.#isStopping) this.#fail("a connection has ended");
    });
    return socket;
  }

  #send(): void {
    const due = Math.floor(((performance.now() - this.#startedAt) / 1000) * this.#options.rate) - this.#sent;
    const { hosts, path } = this.#options;
    for (let i = 0; i < due; i++) {
      const host = hosts[this.#sent % hosts.length]!;
      // Neighbours go to different connections, and a host to all of them.
      const at = (this.#sent + Math.floor(this.#sent / this.#sockets.length)) % this.#sockets.length;
      this.#sockets[at]!.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      this.#sent++;
    }
  }

  #count(startLine: string, body: string): void {
    if (startLine.startsWith("HTTP/1.1 200")) this.#answered++;
    else this.#fail(`${startLine} ${body.trimEnd()}`);
  }

  #fail(what: string): void {
    this.#failures[what] = (this.#failures[what] ?? 0) + 1;
  }
}
