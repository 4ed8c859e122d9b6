import {
  ACCESS_DENIED,
  documentAnswer,
  environmentOf,
  INVALID_ENVIRONMENT,
  NO_PERMISSION,
  NOT_FOUND,
  type AdminAnswer,
  type LatestRequest,
} from "../../envoy/demo-admin/latest.ts";
import { ADMIN_TOKEN, systemDocument, type Environment, type SystemService } from "./system-config.ts";

/** Which services an access token may read; "none": it has no permission to read configurations at all. */
type Permission = "all" | "none" | ReadonlySet<string>;

interface Published {
  version: number;
  json: string;
}

/** What an admin API for tests knows, and what it answers: configurations by service and environment, and access tokens. */
export class AdminRegister {
  readonly #published = new Map<string, Published>();
  readonly #tokens = new Map<string, Permission>([[ADMIN_TOKEN, "all"]]);

  /**
   * Gives a service a new configuration; the next one has the version after (in an environment of its own, the first has 1,
   * unless `version` says otherwise). Returns the version.
   */
  publish(service: SystemService): number {
    const { id, environment = "production" } = service;
    const version = service.version ?? (this.version(id, environment) ?? 0) + 1;
    return this.publishJson(id, JSON.stringify(systemDocument({ ...service, version })), { environment, version });
  }

  /** As {@link publish}, with any body in place of a document. */
  publishJson(id: string, json: string, options: { environment?: Environment; version?: number } = {}): number {
    const { environment = "production", version = (this.version(id, environment) ?? 0) + 1 } = options;
    this.#published.set(keyOf(id, environment), { version, json });
    return version;
  }

  /** The version a service is at; undefined if it has no configuration there. */
  version(id: string, environment: Environment = "production"): number | undefined {
    return this.#published.get(keyOf(id, environment))?.version;
  }

  /** Takes a service away, in all environments: 404. */
  withdraw(id: string): void {
    for (const environment of ["production", "sandbox"] as const) this.#published.delete(keyOf(id, environment));
  }

  /** Adds an access token, or changes what it may read: all services, some (others are 404 to it), or none at all (403). */
  allow(token: string, permission: "all" | "none" | readonly string[] = "all"): void {
    this.#tokens.set(token, typeof permission === "string" ? permission : new Set(permission));
  }

  /** Takes an access token away: 403. */
  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  /** The answer of an admin API that is well. */
  answer({ serviceId, environment, token, ifNoneMatch }: LatestRequest): AdminAnswer {
    const permission = this.#tokens.get(token ?? "");
    if (permission === undefined) return ACCESS_DENIED;
    if (permission === "none") return NO_PERMISSION;
    const isReadable = permission === "all" || permission.has(serviceId);
    const isKnown = (["production", "sandbox"] as const).some((one) => this.#published.has(keyOf(serviceId, one)));
    if (!isReadable || !isKnown) return NOT_FOUND;
    const known = environmentOf(environment);
    if (known === undefined) return INVALID_ENVIRONMENT;
    const published = this.#published.get(keyOf(serviceId, known));
    return published === undefined ? NOT_FOUND : documentAnswer(published.json, ifNoneMatch);
  }
}

function keyOf(id: string, environment: Environment): string {
  return `${environment} ${id}`;
}
