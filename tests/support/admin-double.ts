import { AdminRegister } from "./admin-register.ts";

/** An admin API for tests that remembers every fetch, and misbehaves when told to: what the one on a port and the emulated one share. */
export class AdminDouble<Fetch extends { serviceId: string }, Fault> extends AdminRegister {
  /** All fetches since the start or the last `take()`, also those refused; other requests are not counted. */
  readonly fetches: Fetch[] = [];
  readonly #faults = new Map<string, Fault>();
  #fault: Fault | undefined;

  /** From now on answers fetches with `fault`: of one service, or of all. */
  fail(fault: Fault, serviceId?: string): void {
    if (serviceId === undefined) this.#fault = fault;
    else this.#faults.set(serviceId, fault);
  }

  /** Ends the fault of one service, or all faults. What hangs goes on hanging. */
  heal(serviceId?: string): void {
    if (serviceId !== undefined) this.#faults.delete(serviceId);
    else {
      this.#fault = undefined;
      this.#faults.clear();
    }
  }

  /** How often a service (default: any) was fetched since the start or the last `take()`. */
  count(serviceId?: string): number {
    return this.fetches.filter((fetch) => serviceId === undefined || fetch.serviceId === serviceId).length;
  }

  /** The fetches so far, and forgets them. */
  take(): Fetch[] {
    return this.fetches.splice(0);
  }

  /** What is to come of fetches of a service instead of the right answer. */
  protected faultOf(serviceId: string): Fault | undefined {
    return this.#faults.get(serviceId) ?? this.#fault;
  }
}
