import type { EnvoyObject } from "../tests/support/envoy-config.ts";

/** What a request looks like and what becomes of it. */
export interface BenchRequest {
  host: string;
  path: string;
  /** Besides Host. */
  headers?: Record<string, string>;
  /** What the client gets. Default 200. */
  status?: number;
  /** Calls that the filter makes for it. */
  calls: number;
}

/** What is measured of Envoy; scenarios with the same `gateway` object share a listener. */
export interface GatewaySpec {
  /** The filters before the router. */
  filters: readonly EnvoyObject[];
  /** Clusters besides `api` and `backend`. */
  clusters?: readonly EnvoyObject[];
  workers: number;
}

/** A Wasm module with its configuration, for what the emulator counts. */
export interface Plugin {
  path: string;
  configuration: string;
  /** Dynamic metadata by filter. */
  metadata?: Record<string, Record<string, unknown>>;
}

/** One thing to measure. */
export interface Scenario {
  name: string;
  gateway: GatewaySpec;
  request: BenchRequest;
  plugin?: Plugin;
  /** What others are compared with, no module of the v1 configuration. */
  isBaseline?: boolean;
}

/** Scenarios that are measured one right after the other in each round, with what they are compared with. */
export interface Group {
  name: string;
  noFilter: Scenario;
  extAuthz: Scenario;
  /** Where there are these for the group. */
  fixedCall?: Scenario;
  readAndCall?: Scenario;
  scenarios: readonly Scenario[];
}

/** All of a group's scenarios, baselines first. */
export function membersOf({ noFilter, extAuthz, fixedCall, readAndCall, scenarios }: Group): Scenario[] {
  const bare = [fixedCall, readAndCall].filter((one) => one !== undefined);
  return [noFilter, extAuthz, ...bare, ...scenarios];
}
