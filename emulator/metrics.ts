import { METRIC_TYPES, Result, type MetricType } from "./abi.ts";

/** A metric as Envoy's statistics have it. */
export interface Metric {
  type: MetricType;
  /** The value of a counter or gauge (a gauge below zero wraps to 64 bits, as in Envoy); the last recorded of a histogram. */
  value: bigint;
  /** What was recorded in a histogram. */
  recorded: bigint[];
}

const ID_STEP = 4;

/** The metrics of a VM. Every definition issues a new id; ids of the same name and type share the value. */
export class Metrics {
  /** By name, without Envoy's `wasmcustom.` before it. */
  readonly byName = new Map<string, Metric>();
  readonly #byId = new Map<number, Metric>();
  readonly #lastId = [0, 1, 2];

  /** The value of the metric `name`; 0 while there is none. */
  value(name: string): number {
    return Number(this.byName.get(name)?.value ?? 0n);
  }

  /** Defines a metric and returns its id, whose lowest two bits are the type; undefined for an unknown type. */
  define(typeNumber: number, name: string): number | undefined {
    const type = METRIC_TYPES[typeNumber];
    if (type === undefined) return undefined;
    const known = this.byName.get(name);
    // Envoy keeps metrics of one name and different types apart; the name's first type is the one listed here.
    const metric: Metric = known?.type === type ? known : { type, value: 0n, recorded: [] };
    if (known === undefined) this.byName.set(name, metric);
    const id = (this.#lastId[typeNumber] = this.#lastId[typeNumber]! + ID_STEP);
    this.#byId.set(id, metric);
    return id;
  }

  increment(id: number, offset: bigint): Result {
    const type = METRIC_TYPES[id & 3];
    if (type !== "counter" && type !== "gauge") return Result.BadArgument;
    const metric = this.#byId.get(id);
    if (metric === undefined) return Result.NotFound;
    if (type === "counter" && offset <= 0n) return Result.BadArgument;
    metric.value = BigInt.asUintN(64, metric.value + offset);
    return Result.Ok;
  }

  record(id: number, value: bigint): Result {
    const metric = this.#byId.get(id);
    if (metric === undefined) return Result.NotFound;
    if (metric.type === "histogram") metric.recorded.push(value);
    // Recording on a counter adds, on a gauge sets.
    metric.value = metric.type === "counter" ? BigInt.asUintN(64, metric.value + value) : value;
    return Result.Ok;
  }

  get(id: number): bigint | Result {
    const type = METRIC_TYPES[id & 3];
    if (type !== "counter" && type !== "gauge") return Result.BadArgument;
    return this.#byId.get(id)?.value ?? Result.NotFound;
  }
}
