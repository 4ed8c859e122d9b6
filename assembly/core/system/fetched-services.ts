import { hasControls } from "../bytes/controls";
import { compileService } from "../config/compile";
import { FetchSettings, FilterConfig, ServiceState } from "../config/filter-config";
import { MetricNumbers, MetricPool } from "../usage/metric";
import { mergeSettings } from "./merge";
import { Notes } from "./notes";
import { ProxyConfig } from "./proxy-config";

/** Versions put into force before metrics that nobody counts any more are forgotten. */
const LEAST_VERSIONS_TO_KEEP: i32 = 1000;

/** The services of a configuration as they were fetched: puts versions into force. */
export class FetchedServices {
  /** Of each service the hash of the document in force, 0 where none is. */
  private readonly hashes: StaticArray<u64>;
  private versions: i32 = 0;

  constructor(
    private readonly config: FilterConfig,
    private readonly fetch: FetchSettings,
  ) {
    this.hashes = new StaticArray<u64>(fetch.statics.length);
  }

  get count(): i32 {
    return this.hashes.length;
  }

  /** Returns the hash of the document that is in force for a service, 0 where none is. */
  hashOf(service: i32): u64 {
    return <u32>service < <u32>this.hashes.length ? this.hashes[service] : 0;
  }

  /** Puts a document, whose hash this is, into force for a service, together with what is configured of it. */
  put(service: i32, hash: u64, document: ProxyConfig): Notes {
    const fetch = this.fetch;
    if (this.versions++ > max(LEAST_VERSIONS_TO_KEEP, this.count)) this.forgetMetrics();
    const merged = mergeSettings(fetch.statics[service], document, new MetricNumbers(fetch.metrics));
    const compiled = compileService(merged.settings, fetch.backend);
    const token = merged.settings.token;
    // A token that a header cannot carry is none where it is passed on in one.
    const isUsable = token != null && !(this.config.passthroughMetadata && hasControls(token));
    compiled.state = isUsable ? ServiceState.Ready : ServiceState.TokenMissing;
    this.hashes[service] = hash;
    this.config.replace(service, compiled);
    return merged.notes;
  }

  /** Keeps of the metrics those that a service counts. */
  private forgetMetrics(): void {
    const pool = new MetricPool();
    const services = this.config.services;
    for (let i = 0; i < services.length; i++) {
      const metrics = services[i].metrics;
      for (let j = 0; j < metrics.length; j++) pool.keep(metrics[j]);
    }
    this.fetch.metrics = pool;
    this.versions = 0;
  }
}
