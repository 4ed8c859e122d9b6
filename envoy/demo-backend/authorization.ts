import type { Account, Application, Period, Service } from "./account.ts";
import { text, type Parameters } from "./parameters.ts";
import { periodBounds, withParents, type Usage, type UsageCounters } from "./usage.ts";

/** A call that is answered with an `<error>`: who or what it names does not exist, or it is malformed. */
export class BackendError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The answer to an authorization: a `<status>`, authorized or not. */
export interface Status {
  service: Service;
  application: Application;
  rejection?: { code: string; reason: string };
  reports: UsageReport[];
}

export interface UsageReport {
  metric: string;
  period: Period;
  bounds: { startMs: number; endMs: number } | undefined;
  max: number;
  current: number;
  /** How many more calls like this one are allowed; -1 when it does not touch the metric. */
  remainingCalls: number;
}

/** The service a call is about; fails as the backend does for a wrong or missing token, key or id. */
export function findService(account: Account, parameters: Parameters): Service {
  const providerKey = text(parameters, "provider_key");
  const token = text(parameters, "service_token");
  const id = text(parameters, "service_id");
  if (providerKey === undefined && token === undefined) {
    const message = "Provider key or service token are required";
    throw new BackendError(403, "provider_key_or_service_token_required", message);
  }
  if (providerKey !== undefined && providerKey !== account.providerKey) {
    throw new BackendError(403, "provider_key_invalid", `provider key "${providerKey}" is invalid`);
  }
  if (id === undefined && providerKey === undefined) {
    throw new BackendError(422, "service_id_missing", "Service ID is missing");
  }
  const service = account.services.find((one) => one.id === (id ?? account.services[0]?.id));
  if (providerKey !== undefined) {
    if (service === undefined) throw new BackendError(403, "service_id_invalid", `service id "${id ?? ""}" is invalid`);
    return service;
  }
  if (service === undefined || token === undefined || !service.tokens.includes(token)) {
    const message = `service token "${token ?? ""}" or service id "${id ?? ""}" is invalid`;
    throw new BackendError(403, "service_token_invalid", message);
  }
  return service;
}

/** The application a call or a reported transaction names, by the kind of credentials its service has. */
export function findApplication(service: Service, parameters: Parameters): Application {
  const userKey = text(parameters, "user_key");
  const appId = text(parameters, "app_id");
  if (userKey !== undefined && appId !== undefined) {
    throw new BackendError(403, "authentication_error", "either app_id or user_key is allowed, not both");
  }
  if (service.mode === "user_key") {
    if (userKey === undefined) throw new BackendError(403, "user_key_invalid", "user key is missing");
    const found = service.applications.find((one) => one.userKey === userKey);
    if (found === undefined) throw new BackendError(403, "user_key_invalid", `user key "${userKey}" is invalid`);
    return found;
  }
  if (appId === undefined) throw new BackendError(404, "application_not_found", "application id is missing");
  const found = service.applications.find((one) => one.id === appId);
  if (found === undefined) {
    throw new BackendError(404, "application_not_found", `application with id="${appId}" was not found`);
  }
  return found;
}

/** The usage a call asks for; fails for metrics the service has not and for values that are no numbers. */
export function readUsage(service: Service, parameters: Parameters): Usage {
  const usage: Usage = new Map();
  const given = parameters.get("usage");
  if (!(given instanceof Map)) return usage;
  for (const [metric, value] of given) {
    if (!service.metrics.some(({ name }) => name === metric)) {
      throw new BackendError(404, "metric_invalid", `metric "${metric}" is invalid`);
    }
    if (value === "") {
      throw new BackendError(403, "usage_value_invalid", `usage value for metric "${metric}" can not be empty`);
    }
    if (typeof value !== "string" || !/^#?\d+$/.test(value)) {
      const shown = typeof value === "string" ? value : "";
      throw new BackendError(403, "usage_value_invalid", `usage value "${shown}" for metric "${metric}" is invalid`);
    }
    usage.set(metric, { value: Number(value.replace("#", "")), set: value.startsWith("#") });
  }
  return usage;
}

/**
 * Decides on one call at the time `atMs`. With `isReported` an authorized call's usage is counted; `isOauth` tells the
 * oauth_* endpoints, whose calls need no application key.
 */
export function authorize(
  account: Account,
  counters: UsageCounters,
  parameters: Parameters,
  { isReported, isOauth, atMs }: { isReported: boolean; isOauth: boolean; atMs: number },
): Status {
  const service = findService(account, parameters);
  const application = findApplication(service, parameters);
  const usage = readUsage(service, parameters);
  const rejection =
    rejectionOf(service, application, parameters, isOauth) ??
    limitRejection(service, application, counters, usage, atMs);
  if (rejection === undefined && isReported) counters.add(service, application, usage, atMs);
  const asked = withParents(service, usage);
  const reports = application.plan.limits.map(({ metric, period, max }): UsageReport => {
    const current = counters.value(service, application, metric, period, atMs);
    const perCall = asked.get(metric)?.value ?? 0;
    const remainingCalls = perCall === 0 ? -1 : Math.max(0, Math.floor((max - current) / perCall));
    return { metric, period, bounds: periodBounds(period, atMs), max, current, remainingCalls };
  });
  return { service, application, reports, ...(rejection && { rejection }) };
}

type Rejection = NonNullable<Status["rejection"]>;

function rejectionOf(
  service: Service,
  application: Application,
  parameters: Parameters,
  isOauth: boolean,
): Rejection | undefined {
  if (isOauth && service.mode !== "oidc") return { code: "oauth_not_enabled", reason: "oauth is not enabled" };
  const key = text(parameters, "app_key");
  const isKeyOptional = isOauth || service.mode !== "app_id";
  if (application.keys.length > 0 && !(key === undefined ? isKeyOptional : application.keys.includes(key))) {
    const reason = key === undefined ? "application key is missing" : `application key "${key}" is invalid`;
    return { code: "application_key_invalid", reason };
  }
  if (application.isSuspended) return { code: "application_not_active", reason: "application is not active" };
  return undefined;
}

function limitRejection(
  service: Service,
  application: Application,
  counters: UsageCounters,
  usage: Usage,
  atMs: number,
): Rejection | undefined {
  const asked = withParents(service, usage);
  const isExceeded = application.plan.limits.some(({ metric, period, max }) => {
    const increment = asked.get(metric) ?? { value: 0, set: false };
    const current = increment.set ? 0 : counters.value(service, application, metric, period, atMs);
    return current + increment.value > max;
  });
  return isExceeded ? { code: "limits_exceeded", reason: "usage limits are exceeded" } : undefined;
}
