import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDemoAdmin, type DemoAdminOptions } from "./demo-admin/demo-admin.ts";
import { DemoApi } from "./demo-api.ts";
import { DemoBackend, type DemoBackendOptions } from "./demo-backend.ts";
import { portOr } from "./ports.ts";
import { EnvoyProcess } from "./process.ts";
import { MODULE_PATH, renderEnvoyConfig, type Ports } from "./template.ts";

export interface DemoOptions {
  /** Wanted ports; one that is taken is replaced by a free one, and 0 is any free one. */
  ports: Ports;
  concurrency: number;
  logLevel: string;
  /** The backend's clock, and who is told of the calls it answers. */
  backend?: Pick<DemoBackendOptions, "now" | "onCall">;
  /** Who is told of the calls that the admin API answers. */
  system?: Pick<DemoAdminOptions, "onCall">;
}

/** A running demo: Envoy with the plugin, the API it protects, and 3scale's backend and admin API in memory. */
export interface Demo {
  /** Where each of them really listens. */
  ports: Ports;
  envoy: EnvoyProcess;
  backend: DemoBackend;
  logPath: string;
  /** Ends all of it. */
  stop(): Promise<void>;
}

/** Starts the demo; ends what it has started when a part fails to start. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { ports, concurrency, logLevel } = options;
  if (!existsSync(MODULE_PATH)) throw new Error("build/plugin.wasm is missing: run `npm run build` first");
  const workDirectory = mkdtempSync(join(tmpdir(), "3scale-auth-demo-"));
  const running: (() => Promise<void> | void)[] = [
    () => {
      rmSync(workDirectory, { recursive: true, force: true });
    },
  ];
  const stop = async () => {
    for (const end of running.splice(0).reverse()) await end();
  };
  try {
    const api = await DemoApi.start(await portOr(ports.api));
    running.push(() => api.close());
    const backend = await DemoBackend.start({ ...options.backend, port: await portOr(ports.backend) });
    running.push(() => backend.close());
    const system = await startDemoAdmin({ ...options.system, port: await portOr(ports.system) });
    running.push(() => system.stop());
    const configPath = join(workDirectory, "envoy.json");
    const wanted = {
      gateway: await portOr(ports.gateway),
      admin: await portOr(ports.admin),
      backend: backend.port,
      system: system.port,
      api: api.port,
    };
    writeFileSync(configPath, renderEnvoyConfig(wanted));
    const envoy = await EnvoyProcess.start({ configPath, workDirectory, concurrency, logLevel });
    running.push(() => envoy.stop());
    return { ports: wanted, envoy, backend, logPath: envoy.logPath, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
