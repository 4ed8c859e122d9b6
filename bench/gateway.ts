import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../envoy/ports.ts";
import { EnvoyProcess } from "../envoy/process.ts";
import { listener, type EnvoyObject } from "../tests/support/envoy-config.ts";
import { NoResponseError, get } from "../tests/support/http-client.ts";
import { poll } from "../tests/support/poll.ts";

export interface GatewayOptions {
  /** The filters before the router, of each listener. */
  listeners: readonly (readonly EnvoyObject[])[];
  clusters: readonly EnvoyObject[];
  workers: number;
}

/** An Envoy to measure: its listeners from the start, no access log, no dynamic resources. */
export class Gateway {
  /** Of the listeners, in their order. */
  readonly ports: readonly number[];
  /** From the start of the process to the answer of the first request, in seconds. */
  readonly readySeconds: number;
  readonly #process: EnvoyProcess;
  readonly #directory: string;

  private constructor(process: EnvoyProcess, directory: string, ports: readonly number[], readySeconds: number) {
    this.#process = process;
    this.#directory = directory;
    this.ports = ports;
    this.readySeconds = readySeconds;
  }

  /** Fails with the end of Envoy's log where a configuration is refused. */
  static async start({ listeners, clusters, workers }: GatewayOptions): Promise<Gateway> {
    const ports: number[] = [];
    while (ports.length < listeners.length) ports.push(await freePort());
    const directory = mkdtempSync(join(tmpdir(), "bench-envoy-"));
    const configPath = join(directory, "bootstrap.json");
    const listenerOf = (filters: readonly EnvoyObject[], i: number) => {
      // The type's name is for lists of any resources only.
      const { name, address, filter_chains } = listener(`bench-${String(i)}`, filters, { port: ports[i]! });
      return { name, address, filter_chains };
    };
    const bootstrap = {
      admin: { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } },
      static_resources: { listeners: listeners.map(listenerOf), clusters },
    };
    writeFileSync(configPath, JSON.stringify(bootstrap));
    const started = performance.now();
    try {
      const options = { configPath, workDirectory: directory, concurrency: workers, logLevel: "error" };
      const process = await EnvoyProcess.start(options);
      for (const port of ports) {
        await poll("Envoy to answer", () => answers(port), { timeoutMs: 60_000, intervalMs: 5 });
      }
      return new Gateway(process, directory, ports, (performance.now() - started) / 1000);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The value of a counter or gauge by its full name. */
  async stat(name: string): Promise<number> {
    const text = await this.#process.admin(`/stats?filter=${encodeURIComponent(`^${name}$`)}`);
    return Number(/: (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  /** Bytes that Envoy's allocator has handed out; the memory of Wasm VMs is not among them. */
  async allocatedMiB(): Promise<number> {
    const { allocated } = JSON.parse(await this.#process.admin("/memory")) as { allocated: string };
    return Number(allocated) / 1024 / 1024;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Whatever the answer: it comes from a worker that has taken its configuration. */
async function answers(port: number): Promise<boolean> {
  try {
    await get(port, "ready.example.com", "/");
    return true;
  } catch (error) {
    if (error instanceof NoResponseError) return false;
    throw error;
  }
}
