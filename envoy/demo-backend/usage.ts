import type { Application, Period, Service } from "./account.ts";

/** Increments by metric name; `set` ones (written `#5`) replace the counter. */
export type Usage = Map<string, { value: number; set: boolean }>;

const PERIOD_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** When the period that holds `atMs` began, and when it ends; eternity has neither. */
export function periodBounds(period: Period, atMs: number): { startMs: number; endMs: number } | undefined {
  if (period === "eternity") return undefined;
  const length = PERIOD_MS[period];
  const startMs = Math.floor(atMs / length) * length;
  return { startMs, endMs: startMs + length };
}

/** The usage with every increment of a metric added to its ancestors as well. */
export function withParents(service: Service, usage: Usage): Usage {
  const total: Usage = new Map();
  for (const [name, { value, set }] of usage) {
    for (let at: string | undefined = name; at !== undefined; at = parentOf(service, at)) {
      const before = total.get(at);
      total.set(at, set || before === undefined ? { value, set } : { value: before.value + value, set: before.set });
    }
  }
  return total;
}

const parentOf = (service: Service, name: string): string | undefined =>
  service.metrics.find((metric) => metric.name === name)?.parent;

/** Counters by service, application, metric and period. */
export class UsageCounters {
  readonly #values = new Map<string, number>();

  /** What the period that holds `atMs` has counted; for `eternity` all there was. */
  value(service: Service, application: Application, metric: string, period: Period, atMs: number): number {
    return this.#values.get(keyOf(service, application, metric, period, atMs)) ?? 0;
  }

  /** Counts `usage`, to which parents' shares are added here, at the time `atMs`. */
  add(service: Service, application: Application, usage: Usage, atMs: number): void {
    for (const [metric, { value, set }] of withParents(service, usage)) {
      for (const period of ["minute", "hour", "day", "eternity"] as const) {
        const key = keyOf(service, application, metric, period, atMs);
        this.#values.set(key, set ? value : (this.#values.get(key) ?? 0) + value);
      }
    }
  }
}

function keyOf(service: Service, application: Application, metric: string, period: Period, atMs: number): string {
  return JSON.stringify([service.id, application.id, metric, period, periodBounds(period, atMs)?.startMs]);
}
