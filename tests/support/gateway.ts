import { Envoy, type EnvoyOptions } from "./envoy.ts";
import {
  cluster,
  listener,
  wasmFilter,
  type EnvoyObject,
  type ListenerOptions,
  type WasmFilterOptions,
} from "./envoy-config.ts";
import { request, type ClientRequest, type ClientResponse } from "./http-client.ts";
import { freePort } from "./ports.ts";
import { RecordingServer, response, type RecordedRequest } from "./recording-server.ts";

const COUNTER = "wasmcustom.threescale_auth_";

/** A listener with the plugin: its configuration, and what else is to be set of filter and listener. */
export interface PluginListener {
  configuration: string | object;
  filter?: Omit<WasmFilterOptions, "configuration">;
  listener?: ListenerOptions;
  /** HTTP filters in front of the plugin, and behind it. */
  before?: readonly EnvoyObject[];
  after?: readonly EnvoyObject[];
}

/** What came of one request: the answer, the calls the backend saw, the requests the API saw. */
export interface Sent {
  answer: ClientResponse;
  calls: RecordedRequest[];
  passed: RecordedRequest[];
}

/** A service with the user key in the query and a rule for everything; `fields` replace or add. */
export function service(fields: EnvoyObject = {}): EnvoyObject {
  return {
    id: "service-1",
    token: "token-1",
    authorities: ["api.test"],
    credentials: { user_key: [{ query_string: { keys: ["user_key"] } }] },
    mapping_rules: [{ method: "any", pattern: "/", usages: [{ name: "hits", delta: 1 }] }],
    ...fields,
  };
}

/** A plugin configuration whose backend is the gateway's; `backend` and `upstream` replace or add fields of theirs. */
export function configuration(
  services: readonly EnvoyObject[] = [service()],
  { backend = {}, upstream = {} }: { backend?: EnvoyObject; upstream?: EnvoyObject } = {},
): EnvoyObject {
  const target = { name: "backend", url: "http://backend.test", timeout: 500, ...upstream };
  return { api: "v1", backend: { name: "3scale", upstream: target, ...backend }, services };
}

/** A real Envoy with the plugin in each listener, a backend and an API that record, and a cluster `dead` that refuses. */
export class Gateway {
  readonly envoy: Envoy;
  readonly api: RecordingServer;
  readonly backend: RecordingServer;

  private constructor(envoy: Envoy, api: RecordingServer, backend: RecordingServer) {
    this.envoy = envoy;
    this.api = api;
    this.backend = backend;
  }

  /** Starts all three; the API answers "from the API", the backend 200. */
  static async start(listeners: Record<string, PluginListener>, options: Partial<EnvoyOptions> = {}): Promise<Gateway> {
    const api = await RecordingServer.start(() => response("200 OK", [], "from the API"));
    const backend = await RecordingServer.start();
    const clusters = [
      cluster("api", api.port),
      cluster("backend", backend.port),
      cluster("dead", await freePort()),
      ...(options.clusters ?? []),
    ];
    try {
      const envoy = await Envoy.start({ ...options, listeners: pluginListeners(listeners), clusters });
      return new Gateway(envoy, api, backend);
    } catch (error) {
      await Promise.all([api.close(), backend.close()]);
      throw error;
    }
  }

  /** Sends a request to a listener, to `api.test` unless it says otherwise. */
  async send(name: string, options: ClientRequest): Promise<Sent> {
    this.api.take();
    this.backend.take();
    const answer = await request(await this.envoy.port(name), { host: "api.test", ...options });
    return { answer, calls: this.backend.take(), passed: this.api.take() };
  }

  /** Sends a GET of `path` with the user key that most configurations take. */
  get(name: string, path: string, headers: ClientRequest["headers"] = []): Promise<Sent> {
    return this.send(name, { path, headers });
  }

  /** How often each outcome has been counted so far. */
  async outcomes(): Promise<Map<string, number>> {
    const stats = await this.envoy.stats(`^${COUNTER.replace(".", "\\.")}`);
    return new Map([...stats].map(([name, value]) => [name.slice(COUNTER.length), value]));
  }

  /** The outcomes that `action` adds to the counters, and how often. */
  async outcomesOf(action: () => Promise<unknown>): Promise<Record<string, number>> {
    const before = await this.outcomes();
    await action();
    const added = [...(await this.outcomes())].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
    return Object.fromEntries(added.filter(([, count]) => count > 0));
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    await this.api.close();
    await this.backend.close();
  }
}

/** The listeners of a gateway as Envoy takes them. */
export function pluginListeners(listeners: Record<string, PluginListener>): ReturnType<typeof listener>[] {
  return Object.entries(listeners).map(([name, { configuration: plugin, filter, listener: options, before, after }]) =>
    listener(name, [...(before ?? []), wasmFilter({ configuration: plugin, ...filter }), ...(after ?? [])], options),
  );
}
