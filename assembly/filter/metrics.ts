import { Outcome, outcomeName } from "../core/decision/outcome";
import { Host } from "../host/host";

/**
 * The counters of the filter, one for each outcome of a request: `threescale_auth_allowed`, … The name begins with a
 * letter, as Prometheus asks of what Envoy exports.
 */
export class Metrics {
  private readonly ids: StaticArray<u32> = new StaticArray<u32>(Outcome.Count);

  /** Defines the counters; to be done once a VM, as Envoy gives a new id each time. */
  constructor(host: Host) {
    for (let i: i32 = Outcome.Pending + 1; i < Outcome.Count; i++) {
      this.ids[i] = host.defineCounter("threescale_auth_" + outcomeName(<Outcome>i));
    }
  }

  count(host: Host, outcome: Outcome): void {
    if (<u32>outcome < <u32>Outcome.Count) host.incrementCounter(this.ids[outcome]);
  }
}
