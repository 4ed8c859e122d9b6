import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvoyProcess } from "../../envoy/process.ts";
import { withAccessLog, type EnvoyObject } from "./envoy-config.ts";
import { poll } from "./poll.ts";
import { freePort } from "./ports.ts";

export type Listener = EnvoyObject & { name: string };

export interface EnvoyOptions {
  listeners: readonly Listener[];
  clusters: readonly EnvoyObject[];
  /** Worker threads, each with a Wasm VM of its own. Default 1. */
  concurrency?: number;
  /** Default "info". */
  logLevel?: string;
  /** As Envoy's option has it: `wasm:debug,http:trace`. */
  componentLogLevel?: string;
  /** Top-level fields of the bootstrap to replace or add. */
  bootstrap?: EnvoyObject;
  startTimeoutMs?: number;
}

/** What Envoy's access log says of one request; absent values are null. */
export interface AccessLogEntry {
  code: number;
  /** `response_code_details`: who answered and why. */
  details: string | null;
  flags: string | null;
  method: string | null;
  path: string | null;
  authority: string | null;
  durationMs: number;
  upstream: string | null;
}

/** The outcome of an update of listeners: names of refused ones and Envoy's reasons; those keep their old form. */
export interface UpdateResult {
  accepted: boolean;
  rejected: Map<string, string>;
}

/**
 * A real Envoy with listeners that can be changed while it runs. A listener with port 0 gets a free port and keeps it
 * over updates.
 *
 *     const envoy = await Envoy.start({
 *       listeners: [listener("gateway", [wasmFilter({ configuration })])],
 *       clusters: [cluster("api", api.port), cluster("backend", backend.port)],
 *     });
 *     const answer = await get(await envoy.port("gateway"), "api.example.com", "/");
 *     await envoy.stop();
 *
 * A listener whose plugin refuses its configuration is absent: `listenerActive(name)` tells.
 */
export class Envoy {
  readonly #process: EnvoyProcess;
  readonly #directory: string;
  readonly #concurrency: number;
  readonly #ports: Map<string, number>;
  /** The form of each listener that Envoy took last. */
  #taken = new Map<string, string>();
  #listeners: readonly Listener[];
  #version = 0;

  private constructor(started: {
    process: EnvoyProcess;
    directory: string;
    concurrency: number;
    listeners: readonly Listener[];
    ports: Map<string, number>;
  }) {
    this.#process = started.process;
    this.#directory = started.directory;
    this.#concurrency = started.concurrency;
    this.#listeners = started.listeners;
    this.#ports = started.ports;
  }

  /** Starts Envoy and waits until it is LIVE and has taken or refused its listeners. */
  static async start(options: EnvoyOptions): Promise<Envoy> {
    const { clusters, concurrency = 1, bootstrap = {} } = options;
    const ports = new Map<string, number>();
    const listeners = await withPorts(options.listeners, ports);
    const directory = mkdtempSync(join(tmpdir(), "envoy-"));
    const configPath = join(directory, "bootstrap.json");
    writeListeners(directory, listeners, 0);
    const lds = { resource_api_version: "V3", path_config_source: { path: join(directory, "lds.json") } };
    const complete = {
      admin: { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } },
      node: { id: "test", cluster: "test" },
      dynamic_resources: { lds_config: lds },
      static_resources: { clusters },
      ...bootstrap,
    };
    writeFileSync(configPath, JSON.stringify(complete));
    try {
      const process = await EnvoyProcess.start({ ...options, configPath, workDirectory: directory, concurrency });
      const envoy = new Envoy({ process, directory, concurrency, listeners, ports });
      await envoy.#settled(0, listeners.length);
      return envoy;
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  get adminPort(): number {
    return this.#process.adminPort;
  }

  /** Envoy's own process id. */
  get pid(): number {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  /** The body of an admin endpoint's answer. */
  admin(path: string, method: "GET" | "POST" = "GET"): Promise<string> {
    return this.#process.admin(path, method);
  }

  /** All that Envoy has logged so far, the plugin's lines among it. */
  log(): string {
    return this.#process.log();
  }

  /** Waits until the log (from the character `from` on) matches `pattern`, and returns the match. */
  waitForLog(pattern: RegExp, { from = 0, timeoutMs = 10_000 } = {}): Promise<RegExpExecArray> {
    const what = `${String(pattern)} in Envoy's log`;
    return poll(what, () => pattern.exec(this.log().slice(from)) ?? undefined, { timeoutMs });
  }

  /** The port an active listener is bound to; fails when there is no such listener. */
  async port(name: string): Promise<number> {
    const port = (await this.#process.listenerPorts()).get(name);
    if (port === undefined)
      throw new Error(`Envoy has no active listener ${name}; its log ends:\n${this.#process.logTail()}`);
    return port;
  }

  /** Whether the listener serves; not so if its (first) configuration was refused. */
  async listenerActive(name: string): Promise<boolean> {
    return (await this.#process.listenerPorts()).has(name);
  }

  /** Counters and gauges by name, of those whose name matches `filter` (a regular expression; default all). */
  async stats(filter = ""): Promise<Map<string, number>> {
    const query = filter === "" ? "" : `?filter=${encodeURIComponent(filter)}`;
    const values = new Map<string, number>();
    for (const line of (await this.admin(`/stats${query}`)).split("\n")) {
      const found = /^(.*): (\d+)$/.exec(line);
      if (found !== null) values.set(found[1]!, Number(found[2]));
    }
    return values;
  }

  /** The value of one counter or gauge by its full name; 0 while Envoy has none of that name. */
  async stat(name: string): Promise<number> {
    const exact = `^${name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`;
    return (await this.stats(exact)).get(name) ?? 0;
  }

  /** Waits until a counter or gauge is at least `least`, and returns its value. */
  waitForStat(name: string, least: number, timeoutMs = 10_000): Promise<number> {
    const probe = async () => {
      const value = await this.stat(name);
      return value >= least && { value };
    };
    return poll(`${name} >= ${String(least)}`, probe, { timeoutMs }).then(({ value }) => value);
  }

  /** The access log of all listeners so far, in the order the requests ended. */
  accessLog(): AccessLogEntry[] {
    const path = join(this.#directory, "access.log");
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, "utf8").split("\n");
    // The last piece is empty, or a line still being written.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as AccessLogEntry);
  }

  /** Waits for an access log entry that `match` accepts (or whose path is `match`), and returns the first. */
  waitForAccessLog(match: string | ((entry: AccessLogEntry) => boolean), timeoutMs = 5_000): Promise<AccessLogEntry> {
    const accepts = typeof match === "string" ? (entry: AccessLogEntry) => entry.path === match : match;
    return poll(`an access log entry for ${String(match)}`, () => this.accessLog().find(accepts), { timeoutMs });
  }

  /**
   * Replaces the listeners and waits until Envoy has taken or refused them on all workers. Connections of a replaced
   * listener drain for a second more.
   */
  async updateListeners(updated: readonly Listener[]): Promise<UpdateResult> {
    const listeners = await withPorts(updated, this.#ports);
    const before = await this.stats("^listener_manager\\.(lds\\.update_(success|rejected)|listener_create_success)$");
    const changed = listeners.filter((one) => this.#taken.get(one.name) !== JSON.stringify(one)).length;
    const updates = (stats: Map<string, number>) =>
      (stats.get("listener_manager.lds.update_success") ?? 0) +
      (stats.get("listener_manager.lds.update_rejected") ?? 0);
    this.#version += 1;
    this.#listeners = listeners;
    writeListeners(this.#directory, listeners, this.#version);
    await poll(
      "Envoy to read its listeners",
      async () => updates(await this.stats("^listener_manager\\.lds\\.update_")) > updates(before),
      { timeoutMs: 30_000 },
    );
    return this.#settled(before.get("listener_manager.listener_create_success") ?? 0, changed);
  }

  /** Ends the process by its id, waits for its exit and removes its files. */
  async stop(): Promise<void> {
    await this.#process.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Waits until no listener is warming and every one of `changed` not refused has reached all workers. */
  async #settled(createdBefore: number, changed: number): Promise<UpdateResult> {
    const rejected = await this.#rejections();
    const created = createdBefore + Math.max(0, changed - rejected.size) * this.#concurrency;
    await poll(
      "Envoy's listeners to settle",
      async () => {
        const stats = await this.stats("^listener_manager\\.(total_listeners_warming|listener_create_success)$");
        return (
          stats.get("listener_manager.total_listeners_warming") === 0 &&
          (stats.get("listener_manager.listener_create_success") ?? 0) >= created
        );
      },
      { timeoutMs: 60_000 },
    );
    for (const one of this.#listeners) {
      if (!rejected.has(one.name)) this.#taken.set(one.name, JSON.stringify(one));
    }
    const current = new Set(this.#listeners.map(({ name }) => name));
    this.#taken = new Map([...this.#taken].filter(([name]) => current.has(name)));
    return { accepted: rejected.size === 0, rejected };
  }

  async #rejections(): Promise<Map<string, string>> {
    interface Dump {
      configs?: { name?: string; error_state?: { details?: string } }[];
    }
    const dump = JSON.parse(await this.admin("/config_dump?resource=dynamic_listeners")) as Dump;
    const current = new Set(this.#listeners.map(({ name }) => name));
    return new Map(
      (dump.configs ?? [])
        .filter(({ name, error_state }) => error_state !== undefined && current.has(name ?? ""))
        .map(({ name, error_state }) => [name ?? "", error_state?.details ?? ""]),
    );
  }
}

/**
 * The listeners with a free port in place of 0, remembered by name in `ports`. Envoy's own choice will not do: asked
 * for port 0, it gives a new listener the socket of a listener that drains, and both then share one port.
 */
function withPorts(listeners: readonly Listener[], ports: Map<string, number>): Promise<Listener[]> {
  return Promise.all(
    listeners.map(async (one) => {
      const copy = structuredClone(one) as Listener & { address: { socket_address: { port_value: number } } };
      const address = copy.address.socket_address;
      if (address.port_value === 0) {
        const port = ports.get(one.name) ?? (await freePort());
        ports.set(one.name, port);
        address.port_value = port;
      }
      return copy;
    }),
  );
}

/** Puts the file in place by a rename: Envoy watches for moves, and never reads half a file. */
function writeListeners(directory: string, listeners: readonly Listener[], version: number): void {
  const resources = listeners.map((one) => withAccessLog(one, join(directory, "access.log")));
  const next = join(directory, "lds.next.json");
  writeFileSync(next, JSON.stringify({ version_info: String(version), resources }));
  renameSync(next, join(directory, "lds.json"));
}
