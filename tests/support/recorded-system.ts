import { proxyConfig } from "../../envoy/demo-admin/proxy-config.ts";
import { response, type Handler } from "./recording-server.ts";

/** The recorded configuration that has a `system`. */
export const SYSTEM = "system";

const RULES: readonly [pattern: string, metric: string | null, delta: number, last: boolean][] = [
  ["/remote", "rem", 2, false],
  ["/r/{id}", null, 1, false],
  ["/last", "la", 1, true],
  ["/last/x", "lx", 1, false],
];

/** The admin API of the recordings: it knows the services 101 and 102, not 103, and of any other gives garbage. */
export const recordedAdmin: Handler = ({ path }) => {
  const id = /^\/admin\/api\/services\/(\d+)\/proxy\/configs\/\w+\/latest\.json/.exec(path)?.[1];
  if (id === "103") return response(404, [], '{"status":"Not found"}');
  if (id !== "101" && id !== "102") return response(200, [], "garbage");
  const document = proxyConfig({
    serviceId: id,
    token: `remote-token-${id}`,
    rules: RULES.map(([pattern, metric, delta, last]) => ({ method: "GET", pattern, metric, delta, last })),
  });
  return response(200, [["content-type", "application/json"]], JSON.stringify(document));
};

/**
 * The recorded configuration without the environment "weird" of one of its services: this filter refuses an environment
 * that 3scale does not have, and with it the whole configuration.
 */
export function withKnownEnvironments(plugin: object): object {
  const { services } = plugin as { services: Record<string, unknown>[] };
  return {
    ...plugin,
    services: services.map((service) => {
      const { environment, ...others } = service;
      return environment === "weird" ? others : service;
    }),
  };
}
