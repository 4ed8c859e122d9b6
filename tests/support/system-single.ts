import type { EmulatedSystem } from "./system-emulator.ts";
import { ask } from "./system-asks.ts";
import { systemConfiguration, type ProxyRule, type SystemService } from "./system-config.ts";
import { startEmulatedSystem } from "./system-emulator.ts";

export interface SingleService {
  /** Configured of the service. */
  statics?: object;
  fetched?: Omit<SystemService, "id">;
  options?: Partial<Parameters<typeof startEmulatedSystem>[0]>;
}

/** Starts an emulated Envoy with one service, 1001 at `api.test`, and lets it be fetched. The ttl is 2 s. */
export async function startSingle({
  statics = {},
  fetched = {},
  options = {},
}: SingleService): Promise<EmulatedSystem> {
  const system = await startEmulatedSystem({
    configuration: systemConfiguration([{ id: "1001", ...statics }], { system: { ttl: 2 } }),
    prepare: (admin) =>
      admin.publish({
        id: "1001",
        token: "fetched-token",
        hosts: ["api.test"],
        endpoint: "https://api.test",
        otherRules: 0,
        ...fetched,
      }),
    ...options,
  });
  system.envoy.advance(200);
  return system;
}

/** A rule as 3scale gives it. */
export const fetchedRule = (
  method: string,
  pattern: string,
  metric: string | null,
  more: Partial<ProxyRule> = {},
): ProxyRule => {
  return { method, pattern, metric, ...more };
};
/** A rule as it is configured. */
export const staticRule = (method: string, pattern: string, name: string, delta: number, last = false) => {
  return { method, pattern, usages: [{ name, delta }], last };
};

/** The usages that a request counts, by metric; the answer where it does not pass. */
export function usages(system: EmulatedSystem, path: string, method = "GET"): string {
  const [address = "", query] = path.split("?");
  const asked = ask(system, { path: `${address}?user_key=a${query === undefined ? "" : `&${query}`}`, method });
  return asked.startsWith("service_id=")
    ? asked
        .split("&")
        .filter((one) => one.startsWith("usage["))
        .join(" ")
    : asked;
}
