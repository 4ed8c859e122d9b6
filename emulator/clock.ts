/** Something that happens when the clock reaches a time. */
export interface Due {
  /** In ms since the clock was started. */
  atMs: number;
  fire: () => void;
}

const DEFAULT_START_NANOS = 1_700_000_000_000_000_000n;
const NANOS_IN_MS = 1_000_000;

/** A clock that stands still unless it is moved. VMs that share one have their ticks and timeouts in the order of time. */
export class Clock {
  readonly #sources = new Set<() => readonly Due[]>();
  #startNanos: bigint;
  #elapsedMs = 0;
  #isMoving = false;

  /** Starts at `startNanos`, in ns since 1970. Default: some time in 2023. */
  constructor(startNanos = DEFAULT_START_NANOS) {
    this.#startNanos = startNanos;
  }

  /** How far the clock was moved on, in ms: what timers go by. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** The time of day in ns since 1970: what modules read. */
  get nanos(): bigint {
    return this.#startNanos + BigInt(Math.round(this.#elapsedMs * NANOS_IN_MS));
  }

  /** Adds what tells what is due next; returns how to take it away. At the same time, what was added first goes first. */
  add(source: () => readonly Due[]): () => void {
    this.#sources.add(source);
    return () => {
      this.#sources.delete(source);
    };
  }

  /** Moves on, with all that falls due, each at its time. Fails from within what the clock does. */
  advance(ms: number): void {
    if (this.#isMoving) throw new Error("the clock is moving: this is for between its events");
    this.#isMoving = true;
    try {
      const endMs = this.#elapsedMs + ms;
      for (let due = this.#next(endMs); due !== undefined; due = this.#next(endMs)) {
        this.#elapsedMs = Math.max(this.#elapsedMs, due.atMs);
        due.fire();
      }
      this.#elapsedMs = endMs;
    } finally {
      this.#isMoving = false;
    }
  }

  /** Sets the time of day on (or, below zero, back) as an administrator does: timers go on as if nothing had happened. */
  adjust(ms: number): void {
    this.#startNanos += BigInt(Math.round(ms * NANOS_IN_MS));
  }

  #next(endMs: number): Due | undefined {
    const due = [...this.#sources].flatMap((source) => source()).filter(({ atMs }) => atMs <= endMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }
}
