import { Outcome } from "../core/decision/outcome";

/** More answers than this do not come while one call is made. */
const MOST: i32 = 4;

/**
 * Answers that come while a call is being made, before its token is known. One of them may be the answer to this very
 * call; others are for requests that are gone, and must not be taken for it.
 */
export class InlineAnswers {
  private isOpen: bool = false;
  private count: i32 = 0;
  private readonly tokens: StaticArray<u32> = new StaticArray<u32>(MOST);
  private readonly outcomes: StaticArray<Outcome> = new StaticArray<Outcome>(MOST);

  /** Whether a call is being made. */
  get isCalling(): bool {
    return this.isOpen;
  }

  /** A call is about to be made. */
  open(): void {
    this.isOpen = true;
    this.count = 0;
  }

  /** An answer has come whose token nobody waits for yet. */
  add(token: u32, outcome: Outcome): void {
    if (this.count == MOST) return;
    this.tokens[this.count] = token;
    this.outcomes[this.count++] = outcome;
  }

  /** The call has returned `token`. Returns the outcome of its answer, `Outcome.Pending` where none has come. */
  close(token: i64): Outcome {
    this.isOpen = false;
    for (let i = 0; i < this.count; i++) if (<i64>this.tokens[i] == token) return this.outcomes[i];
    return Outcome.Pending;
  }
}
