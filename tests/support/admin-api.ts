import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { environmentOf, NOT_FOUND, readLatest, type AdminAnswer } from "../../envoy/demo-admin/latest.ts";
import type { Fault } from "./admin-faults.ts";
import { AdminDouble } from "./admin-double.ts";
import { poll } from "./poll.ts";

/** A request for a configuration, as it arrived. */
export interface Fetch {
  /** When it arrived, in ms since 1970. */
  atMs: number;
  serviceId: string;
  /** As in the path. */
  environment: string;
  token: string | undefined;
  /** Method, path and query, and headers as they came. */
  method: string;
  target: string;
  headers: IncomingMessage["headers"];
  /** The client's port: fetches over one connection have one. */
  clientPort: number;
  /** The version in the answer; undefined when it is not a whole, unspoilt document. */
  version: number | undefined;
  /** The status of the answer; undefined where a fault answers instead. */
  status: number | undefined;
  /** Settles when the answer is sent, or the connection has ended. */
  ended: Promise<void>;
}

/**
 * The 3scale admin API for tests: `GET /admin/api/services/<id>/proxy/configs/<environment>/latest.json`, with 3scale's own
 * refusals. It listens on 127.0.0.1, remembers every fetch, and misbehaves when told to.
 *
 *     const admin = await AdminApi.start();
 *     admin.publish({ id: "1001", hosts: ["api.test"] });
 *     await admin.nextFetch("1001");
 *     admin.fail(HANG, "1001"); … admin.heal();
 *     await admin.kill(); … await admin.revive();
 *     await admin.close();
 */
export class AdminApi extends AdminDouble<Fetch, Fault> {
  readonly port: number;
  /** Requests that are no fetch: what a client should not send. Answered 404. */
  readonly strays: string[] = [];
  readonly #waiting = new Set<(fetch: Fetch) => void>();
  #server: Server;

  private constructor(server: Server, port: number) {
    super();
    this.#server = server;
    this.port = port;
  }

  /** Starts on a free port, with one access token (`ADMIN_TOKEN`) and no services. */
  static async start(): Promise<AdminApi> {
    const server = await listen(0);
    const admin = new AdminApi(server, (server.address() as AddressInfo).port);
    admin.#serveFrom(server);
    return admin;
  }

  /** Ends all connections and closes the port: connections are refused until {@link revive}. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the same port. */
  async revive(): Promise<void> {
    this.#server = await listen(this.port);
    this.#serveFrom(this.#server);
  }

  /** Waits for the next fetch of a service (default: any) that arrives from now on. */
  nextFetch(serviceId?: string, timeoutMs = 10_000): Promise<Fetch> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(onFetch);
        settle();
      };
      const onFetch = (fetch: Fetch) => {
        if (serviceId !== undefined && fetch.serviceId !== serviceId) return;
        end(() => {
          resolve(fetch);
        });
      };
      const timer = setTimeout(() => {
        const what = serviceId === undefined ? "a fetch" : `a fetch of service ${serviceId}`;
        end(() => {
          reject(new Error(`waited ${String(timeoutMs)} ms in vain for ${what}`));
        });
      }, timeoutMs);
      this.#waiting.add(onFetch);
    });
  }

  /** Waits until a service (default: any) was fetched at least `count` times since the start or the last `take()`. */
  async waitForFetches(count: number, serviceId?: string, timeoutMs = 10_000): Promise<void> {
    const what = `${String(count)} fetches${serviceId === undefined ? "" : ` of service ${serviceId}`}`;
    await poll(what, () => this.count(serviceId) >= count, { timeoutMs });
  }

  /** Stops for good. */
  async close(): Promise<void> {
    if (this.#server.listening) await this.kill();
  }

  #serveFrom(server: Server): void {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: target = "", headers, socket } = request;
    const wanted = method === "GET" ? readLatest(target, headers) : undefined;
    if (wanted === undefined) {
      this.strays.push(`${method} ${target}`);
      send(response, NOT_FOUND);
      return;
    }
    const { serviceId, environment, token } = wanted;
    const fault = this.faultOf(serviceId);
    const answer = this.answer(wanted);
    const isDocument = fault === undefined && answer.status === 200;
    const fetch: Fetch = {
      ...{ atMs: Date.now(), serviceId, environment, token, method, target, headers },
      clientPort: socket.remotePort ?? 0,
      version: isDocument ? this.version(serviceId, environmentOf(environment)) : undefined,
      status: fault === undefined ? answer.status : undefined,
      ended: new Promise((resolve) => response.once("close", resolve)),
    };
    this.fetches.push(fetch);
    for (const onFetch of [...this.#waiting]) onFetch(fetch);
    if (fault === undefined) send(response, answer);
    else await fault(response, answer.status === 200 ? answer.body : undefined);
  }
}

function send(response: ServerResponse, { status, headers, body }: AdminAnswer): void {
  response.writeHead(status, headers);
  response.end(body);
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}
