import { AdminApi } from "./admin-api.ts";
import { cluster, type EnvoyObject, type WasmFilterOptions } from "./envoy-config.ts";
import { Gateway, pluginListeners, type PluginListener, type Sent } from "./gateway.ts";
import type { ClientRequest, ClientResponse } from "./http-client.ts";
import { poll } from "./poll.ts";
import { WorkerConnections, type WorkerRequest } from "./system-workers.ts";

export interface SystemGatewayOptions {
  /** The plugin's configuration: `systemConfiguration` makes one that fits. */
  configuration: string | object;
  /** Worker threads. Default 2. */
  concurrency?: number;
  /** What else is to be set of the filter. */
  filter?: Omit<WasmFilterOptions, "configuration">;
  /** The admin API, which its owner then closes. Default: one of the gateway's own. */
  admin?: AdminApi;
  /** Called before Envoy starts: the place to publish, and to fail. */
  prepare?: (admin: AdminApi) => void;
  /** Fields of the cluster "system" to replace or add. */
  cluster?: EnvoyObject;
  /** Further listeners with the plugin, and clusters. */
  listeners?: Record<string, PluginListener>;
  clusters?: readonly EnvoyObject[];
  logLevel?: string;
  componentLogLevel?: string;
}

const LISTENER = "gateway";

/**
 * A real Envoy whose plugin fetches from an admin API (cluster "system"), with the backend and the API of a `Gateway`, and a
 * way to each worker thread.
 *
 *     const gateway = await SystemGateway.start({ configuration: systemConfiguration(["1001"]), concurrency: 4 });
 *     gateway.admin.publish({ id: "1001", hosts: ["api.test"] });
 *     await gateway.waitForWorkers({ path: "/?user_key=a" }, ({ status }) => status === 200);
 *     await gateway.stop();
 */
export class SystemGateway {
  readonly gateway: Gateway;
  readonly admin: AdminApi;
  readonly #isOwnAdmin: boolean;
  readonly #options: SystemGatewayOptions;
  readonly #connections: WorkerConnections;

  private constructor(gateway: Gateway, admin: AdminApi, options: SystemGatewayOptions) {
    this.gateway = gateway;
    this.admin = admin;
    this.#isOwnAdmin = options.admin === undefined;
    this.#options = options;
    this.#connections = new WorkerConnections(gateway.envoy, LISTENER, options.concurrency ?? 2);
  }

  static async start(options: SystemGatewayOptions): Promise<SystemGateway> {
    const { concurrency = 2, logLevel, componentLogLevel, clusters = [] } = options;
    const admin = options.admin ?? (await AdminApi.start());
    try {
      options.prepare?.(admin);
      const gateway = await Gateway.start(listenersOf(options), {
        concurrency,
        clusters: [cluster("system", admin.port, options.cluster), ...clusters],
        ...(logLevel !== undefined && { logLevel }),
        ...(componentLogLevel !== undefined && { componentLogLevel }),
      });
      return new SystemGateway(gateway, admin, options);
    } catch (error) {
      if (options.admin === undefined) await admin.close();
      throw error;
    }
  }

  get envoy(): Gateway["envoy"] {
    return this.gateway.envoy;
  }

  get backend(): Gateway["backend"] {
    return this.gateway.backend;
  }

  get api(): Gateway["api"] {
    return this.gateway.api;
  }

  /** The numbers of the workers, from 0. */
  get workers(): number[] {
    return this.#connections.workers;
  }

  /** Sends a request on a connection of its own, to whichever worker, and tells what backend and API saw of it. */
  send(request: ClientRequest): Promise<Sent> {
    return this.gateway.send(LISTENER, request);
  }

  /** Sends a request to one worker. */
  request(worker: number, request: WorkerRequest): Promise<ClientResponse> {
    return this.#connections.request(worker, request);
  }

  /** Sends a request to each worker in turn; the answers in the order of the workers. */
  async requestAll(request: WorkerRequest): Promise<ClientResponse[]> {
    const answers: ClientResponse[] = [];
    for (const worker of this.workers) answers.push(await this.request(worker, request));
    return answers;
  }

  /** Repeats a request to each worker until `accepts` takes the answer of every one of them, in one round. */
  waitForWorkers(
    request: WorkerRequest,
    accepts: (answer: ClientResponse, worker: number) => boolean,
    { timeoutMs = 15_000, intervalMs = 50 } = {},
  ): Promise<ClientResponse[]> {
    let seen: string[] = [];
    const probe = async () => {
      const answers = await this.requestAll(request);
      seen = answers.map(({ status, body }) => `${String(status)} ${body.slice(0, 60).trimEnd()}`);
      return answers.every((answer, worker) => accepts(answer, worker)) && answers;
    };
    return poll("every worker to answer as wanted", probe, { timeoutMs, intervalMs }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}; last they answered ${JSON.stringify(seen)}`);
    });
  }

  /** Updates the plugin's configuration; fails if Envoy refuses it. */
  async configure(configuration: string | object): Promise<void> {
    const updated = pluginListeners(listenersOf({ ...this.#options, configuration }));
    const { accepted, rejected } = await this.envoy.updateListeners(updated);
    // Connections to the old listener stay with it until it has drained.
    this.#connections.close();
    if (!accepted) throw new Error(`refused: ${[...rejected.values()].join("; ")}`);
  }

  /** Stops Envoy and the servers; an admin API that was given stays. */
  async stop(): Promise<void> {
    this.#connections.close();
    await this.gateway.stop();
    if (this.#isOwnAdmin) await this.admin.close();
  }
}

function listenersOf({ configuration, filter, listeners }: SystemGatewayOptions): Record<string, PluginListener> {
  return { [LISTENER]: { configuration, ...(filter !== undefined && { filter }) }, ...listeners };
}
