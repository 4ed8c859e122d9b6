import { Outcome, outcomeName } from "../core/decision/outcome";
import { Host } from "../host/host";

const MOST_UNTOLD: i32 = 256;

/**
 * The counters of the filter, one for each outcome of a request: `threescale_auth_allowed`, … The name begins with a
 * letter, as Prometheus asks of what Envoy exports.
 */
export class Metrics {
  /** Requests let in that Envoy has not been told of. */
  private untold: i32 = 0;
  private readonly ids: StaticArray<u32> = new StaticArray<u32>(Outcome.Count);

  /** Defines the counters; to be done once a VM, as Envoy gives a new id each time. */
  constructor(host: Host) {
    for (let i: i32 = Outcome.Pending + 1; i < Outcome.Count; i++) {
      this.ids[i] = host.defineCounter("threescale_auth_" + outcomeName(<Outcome>i));
    }
  }

  /**
   * Counts an outcome. Envoy is told at once, but of requests that are let in while calls for others are out (`isBusy`) of
   * many at a time: telling it costs more than all that the filter computes for a request.
   */
  count(host: Host, outcome: Outcome, isBusy: bool): void {
    if (outcome == Outcome.Allowed) this.untold++;
    else if (<u32>outcome < <u32>Outcome.Count) host.incrementCounter(this.ids[outcome], 1);
    if (this.untold == 0 || (isBusy && this.untold < MOST_UNTOLD)) return;
    host.incrementCounter(this.ids[Outcome.Allowed], this.untold);
    this.untold = 0;
  }
}
