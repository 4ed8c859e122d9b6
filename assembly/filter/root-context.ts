import { loadConfiguration } from "../core/config/configuration";
import { Backend, FilterConfig } from "../core/config/filter-config";
import { Outcome, Response } from "../core/decision/outcome";
import { failureResponse } from "../core/decision/responses";
import { CallTemplate, Host, LogLevel } from "../host/host";
import { log, logDiagnostics } from "./log";
import { digestOf } from "./system/digest";
import { SystemClient } from "./system/system-client";
import { SystemMetricsOnce } from "./system/system-metrics";

const REPORT_EVERY_NANOSECONDS: u64 = 60_000_000_000;

/** What calls to a configured backend need, made once. */
export class BackendCalls {
  readonly template: CallTemplate;
  readonly allowOnFailure: bool;
  private readonly callFailed: Response;
  private readonly unreachable: Response;
  private readonly error: Response;
  /** Whether and when the log was last told that calls cannot be made, in nanoseconds. */
  private hasReported: bool = false;
  private reportedAt: u64 = 0;

  constructor(
    host: Host,
    readonly backend: Backend,
  ) {
    this.template = host.prepareCall(backend.cluster, backend.headers, backend.timeoutMs);
    this.allowOnFailure = backend.allowOnFailure;
    this.callFailed = failureResponse(Outcome.BackendCallFailed, backend.failureStatus);
    this.unreachable = failureResponse(Outcome.BackendUnreachable, backend.failureStatus);
    this.error = failureResponse(Outcome.BackendError, backend.failureStatus);
  }

  /** Tells the log that calls cannot be made, at most once a minute. */
  reportFailure(host: Host): void {
    const now = host.nowNanoseconds();
    if (this.hasReported && now - this.reportedAt < REPORT_EVERY_NANOSECONDS) return;
    this.hasReported = true;
    this.reportedAt = now;
    const cluster = this.backend.cluster.printable(120);
    const hint = "does Envoy have a cluster of this name, with an endpoint?";
    log(host, LogLevel.Error, 'calls to the cluster "' + cluster + '" cannot be made: ' + hint);
  }

  /** Returns the answer to a request on which there is no verdict. */
  responseFor(outcome: Outcome): Response {
    if (outcome == Outcome.BackendCallFailed) return this.callFailed;
    return outcome == Outcome.BackendUnreachable ? this.unreachable : this.error;
  }
}

/** A configuration in force, with the calls made ready by it. Requests end under the one they began with. */
export class ActiveConfig {
  readonly calls: BackendCalls | null;

  constructor(
    host: Host,
    readonly config: FilterConfig,
  ) {
    const backend = config.backend;
    this.calls = backend == null ? null : new BackendCalls(host, backend);
  }
}

/** One plugin configuration. Several may live in one VM; they share nothing but its memory. */
export class RootContext {
  /** Null until a configuration was accepted. */
  active: ActiveConfig | null = null;

  /** Where the configuration has a `system`: fetches its services. */
  system: SystemClient | null = null;

  constructor(
    readonly id: u32,
    /** Unlike ids of contexts, never used again. */
    readonly serial: i32,
  ) {}

  /**
   * Takes the configuration that Envoy holds ready, `sizeBytes` long. Returns whether it is accepted; one that is refused
   * leaves the one before in force.
   */
  configure(host: Host, sizeBytes: i32, metrics: SystemMetricsOnce): bool {
    const result = loadConfiguration(host.pluginConfiguration(sizeBytes));
    logDiagnostics(host, result.diagnostics);
    const config = result.config;
    if (config == null) return false;
    this.active = new ActiveConfig(host, config);
    if (this.system != null) host.setTickPeriod(0);
    this.system = null;
    const fetch = config.fetch;
    if (fetch != null && config.services.length > 0) {
      const digest = digestOf(host.pluginConfiguration(sizeBytes));
      this.system = new SystemClient(host, metrics.get(host), config, fetch, digest);
    }
    if (host.isLogged(LogLevel.Info)) {
      log(host, LogLevel.Info, "configuration accepted: " + config.services.length.toString() + " service(s)");
    }
    return true;
  }
}
