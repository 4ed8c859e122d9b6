import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { BytesIndex } from "../bytes/bytes-index";

const out: ByteWriter = new ByteWriter(256);

/** What a mapping rule counts by its system name. Rules and services that count the same share one. */
export class Metric {
  readonly name: Bytes;
  /** What its usage looks like in an AuthRep path up to its number: `&usage%5Bhits%5D=`. */
  readonly usageName: Bytes;

  /** `name` must own its bytes. */
  constructor(name: Bytes) {
    out.clear();
    out.text("&usage%5B");
    out.percentEncoded(name);
    out.text("%5D=");
    this.name = name;
    this.usageName = out.copy();
  }
}

/** The metrics of all services of a configuration, each kept once. */
export class MetricPool {
  private readonly names: BytesIndex = new BytesIndex();
  private readonly metrics: Metric[] = [];

  /** Returns the metric of a name, which is a view. */
  metric(name: Bytes): Metric {
    const number = this.names.addCopy(name);
    if (number == this.metrics.length) this.metrics.push(new Metric(this.names.values[number]));
    return this.metrics[number];
  }

  /** Takes over a metric of another pool. */
  keep(metric: Metric): void {
    if (this.names.add(metric.name) == this.metrics.length) this.metrics.push(metric);
  }
}

/** Numbers the metrics of one service at a time, in the order in which its rules name them. */
export class MetricNumbers {
  private readonly pool: MetricPool;
  private readonly names: BytesIndex = new BytesIndex();
  private readonly metrics: Metric[] = [];

  constructor(pool: MetricPool) {
    this.pool = pool;
  }

  /** Begins with another service. */
  clear(): void {
    this.names.clear();
    this.metrics.length = 0;
  }

  /** Begins with a service that has metrics already, which keep their numbers. */
  begin(metrics: StaticArray<Metric>): void {
    this.clear();
    for (let i = 0; i < metrics.length; i++) {
      this.names.add(metrics[i].name);
      this.metrics.push(metrics[i]);
    }
  }

  /** Returns the number of the metric whose name a view holds. */
  numberOf(name: Bytes): i32 {
    const known = this.names.find(name);
    if (known >= 0) return known;
    const metric = this.pool.metric(name);
    this.metrics.push(metric);
    return this.names.add(metric.name);
  }

  /** Returns the metrics of the service by their numbers. */
  all(): StaticArray<Metric> {
    return StaticArray.fromArray(this.metrics);
  }
}
