import { setTimeout as delay } from "node:timers/promises";
import { cluster, listener, wasmFilter, type WasmFilterOptions } from "../support/envoy-config.ts";
import { Envoy } from "../support/envoy.ts";
import { exchange, NoResponseError, request } from "../support/http-client.ts";
import { freePort } from "../support/ports.ts";
import { poll } from "../support/poll.ts";
import { RecordingServer, response, type RecordedRequest, type Reply } from "../support/recording-server.ts";
import { arrived, type Host, type Observation, type Place, type Send, visible } from "./step.ts";

/** How long a request that must stay without an answer is watched. */
const SILENCE_MS = 300;

/** Real Envoy with the probe at every place, an upstream and a backend for the probe's calls. */
export class EnvoyHost implements Host {
  readonly #envoy: Envoy;
  readonly #upstream: RecordingServer;
  readonly #backend: RecordingServer;
  readonly #held: (() => void)[];

  private constructor(envoy: Envoy, upstream: RecordingServer, backend: RecordingServer, held: (() => void)[]) {
    this.#envoy = envoy;
    this.#upstream = upstream;
    this.#backend = backend;
    this.#held = held;
  }

  /** Starts Envoy with the module at `probePath`. */
  static async start(probePath: string): Promise<EnvoyHost> {
    const held: (() => void)[] = [];
    const upstream = await RecordingServer.start(() => response(200, [["x-upstream", "1"]], "upstream"));
    const backend = await RecordingServer.start((received) => answer(received, held));
    const filter = (place: Place, options: Partial<WasmFilterOptions> = {}) =>
      listener(place, [
        wasmFilter({
          configuration: "plugin",
          plugin: probePath,
          vmId: place,
          rootId: "root",
          name: "probe",
          ...options,
        }),
      ]);
    const empty = { load_assignment: { cluster_name: "empty", endpoints: [] } };
    const envoy = await Envoy.start({
      listeners: [
        filter("probe"),
        filter("trap"),
        filter("trap-later"),
        filter("stop-iteration", { allowOnHeadersStopIteration: true }),
        filter("refused", { configuration: "refuse" }),
      ],
      clusters: [
        cluster("api", upstream.port),
        cluster("backend", backend.port),
        cluster("closed", await freePort()),
        cluster("empty", 1, empty),
      ],
      logLevel: "info",
    });
    return new EnvoyHost(envoy, upstream, backend, held);
  }

  /** Envoy's log so far. */
  log(): string {
    return this.#envoy.log();
  }

  /** Whether the filter's configuration was accepted. */
  accepted(place: Place): Promise<boolean> {
    return this.#envoy.listenerActive(place);
  }

  async send(send: Send): Promise<Observation> {
    this.#upstream.take();
    const logged = this.#envoy.accessLog().length;
    const port = await this.#envoy.port(send.place ?? "probe");
    const timeoutMs = send.silent === true ? SILENCE_MS : 10_000;
    const got = await request(port, { host: "api.test", ...send, timeoutMs }).catch((error: unknown) => {
      if (error instanceof NoResponseError) return undefined;
      throw error;
    });
    const entry = await poll("the access log's entry", () => this.#envoy.accessLog()[logged]);
    const [seen] = this.#upstream.take();
    return {
      status: got?.status ?? 0,
      body: got?.body ?? "",
      headers: visible(got?.headers ?? []),
      upstream: seen === undefined ? null : arrived(seen.method, seen.path, seen.headers, seen.body),
      details: entry.details ?? "",
    };
  }

  async leave(send: Send): Promise<void> {
    this.#backend.take();
    const going = exchange(await this.#envoy.port(send.place ?? "probe"), {
      host: "api.test",
      path: "/leave",
      ...send,
    });
    await this.#backend.waitFor(1);
    going.abort();
    await this.#envoy.waitForAccessLog("/leave");
  }

  async release(): Promise<void> {
    await poll("a held call", () => this.#held.length > 0);
    for (const go of this.#held.splice(0)) go();
  }

  async pass(ms: number): Promise<void> {
    await delay(ms);
  }

  /** Stops Envoy and the servers. */
  async stop(): Promise<void> {
    await this.#envoy.stop();
    await this.#upstream.close();
    await this.#backend.close();
  }
}

async function answer(received: RecordedRequest, held: (() => void)[]): Promise<Reply> {
  switch (received.path) {
    case "/ok":
      return response(
        200,
        [
          ["x-b", "1"],
          ["X-B", "2"],
          ["x-raw", "\xff"],
        ],
        "hello",
      );
    case "/empty":
      return response(204);
    case "/echo":
      return response(200, [], `${received.method} ${received.body} ${received.header("content-length") ?? "none"}`);
    case "/cut":
      return { send: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", then: "close" };
    case "/never":
      return { then: "hang" };
    case "/hold":
      await new Promise<void>((resolve) => held.push(resolve));
      return response(200, [], "late");
    default:
      return response(404);
  }
}
