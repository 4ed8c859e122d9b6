import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The API behind the gateway: answers 200 with what it received, as JSON. */
export class DemoApi {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Starts on 127.0.0.1, on `port` or (0) any free one. */
  static async start(port = 0): Promise<DemoApi> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const { method, url: path, headers } = request;
        const body = Buffer.concat(pieces).toString();
        response.writeHead(200, { "content-type": "application/json" });
        response.end(`${JSON.stringify({ received: { method, path, headers, body } }, null, 2)}\n`);
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    return new DemoApi(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
