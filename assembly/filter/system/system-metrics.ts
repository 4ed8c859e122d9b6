import { Host } from "../../host/host";

/** Of fetching from 3scale. */
export class SystemMetrics {
  private readonly fetched: u32;
  private readonly failed: u32;
  private readonly skippedRules: u32;
  private readonly age: u32;

  constructor(private readonly host: Host) {
    this.fetched = host.defineCounter("threescale_auth_system_fetched");
    this.failed = host.defineCounter("threescale_auth_system_fetch_failed");
    this.skippedRules = host.defineCounter("threescale_auth_system_rules_skipped");
    this.age = host.defineGauge("threescale_auth_system_age_seconds");
  }

  countFetched(): void {
    this.host.incrementCounter(this.fetched, 1);
  }

  countFailed(): void {
    this.host.incrementCounter(this.failed, 1);
  }

  countSkippedRules(rules: i32): void {
    if (rules > 0) this.host.incrementCounter(this.skippedRules, rules);
  }

  /** How old the oldest configuration in force is. */
  recordAge(seconds: u64): void {
    this.host.recordGauge(this.age, seconds);
  }
}

/** The metrics of a VM, defined where a configuration has a `system`, once, as Envoy gives a new id each time. */
export class SystemMetricsOnce {
  private metrics: SystemMetrics | null = null;

  get(host: Host): SystemMetrics {
    let metrics = this.metrics;
    if (metrics == null) {
      metrics = new SystemMetrics(host);
      this.metrics = metrics;
    }
    return metrics;
  }
}
