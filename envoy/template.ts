import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";

/** The ports that envoy.yaml is written with. */
export const DEFAULT_PORTS = { gateway: 10000, admin: 9901, backend: 3000, system: 3001, api: 8081 };

export type Ports = typeof DEFAULT_PORTS;

/** The module `npm run build` makes. */
export const MODULE_PATH = fileURLToPath(new URL("../build/plugin.wasm", import.meta.url));

/**
 * The demo's Envoy configuration: envoy.yaml with `ports` in place of the default ones, wherever a `port_value` or a
 * `127.0.0.1:port` in a text names them, and with the module's absolute path. As JSON, which Envoy reads as well.
 */
export function renderEnvoyConfig(ports: Ports, modulePath = MODULE_PATH): string {
  const configuration = load(readFileSync(new URL("envoy.yaml", import.meta.url), "utf8"));
  const names = Object.keys(DEFAULT_PORTS) as (keyof Ports)[];
  const replacements = new Map(names.map((name) => [DEFAULT_PORTS[name], ports[name]]));
  const replaced = (port: number): number => replacements.get(port) ?? port;
  return JSON.stringify(configuration, (key, value: unknown) => {
    if (key === "port_value" && typeof value === "number") return replaced(value);
    if (key === "filename" && value === "build/plugin.wasm") return modulePath;
    if (typeof value !== "string") return value;
    return value.replace(/(?<=127\.0\.0\.1:)\d+/g, (port) => String(replaced(Number(port))));
  });
}
