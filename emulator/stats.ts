/** What went over the border between module and host in some time. */
export interface Traffic {
  /** Calls of the module to the host, by import name. */
  hostCalls: Record<string, number>;
  /** Calls of the host to the module's callbacks, by export name; allocations are not counted here. */
  callbacks: Record<string, number>;
  /** Allocations in the module for what the host returns. */
  allocations: number;
  /** Bytes the host read from the module's memory. */
  bytesRead: number;
  /** Bytes the host wrote into the module's memory, result words not counted. */
  bytesWritten: number;
}

/** Counts host calls and copied bytes since the module was loaded or since `reset`. */
export class Stats {
  #traffic = empty();

  /** What was counted so far: a copy. */
  get traffic(): Traffic {
    return structuredClone(this.#traffic);
  }

  /** All host calls so far. */
  get hostCalls(): number {
    return Object.values(this.#traffic.hostCalls).reduce((sum, count) => sum + count, 0);
  }

  reset(): void {
    this.#traffic = empty();
  }

  /** What `work` alone makes: the counts start at zero and go on from there. */
  measure(work: () => void): Traffic {
    this.reset();
    work();
    return this.traffic;
  }

  countHostCall(name: string): void {
    this.#traffic.hostCalls[name] = (this.#traffic.hostCalls[name] ?? 0) + 1;
  }

  countCallback(name: string): void {
    this.#traffic.callbacks[name] = (this.#traffic.callbacks[name] ?? 0) + 1;
  }

  countRead(bytes: number): void {
    this.#traffic.bytesRead += bytes;
  }

  countWritten(bytes: number): void {
    this.#traffic.allocations++;
    this.#traffic.bytesWritten += bytes;
  }
}

function empty(): Traffic {
  return { hostCalls: {}, callbacks: {}, allocations: 0, bytesRead: 0, bytesWritten: 0 };
}
