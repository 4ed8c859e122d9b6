/** How many lines are kept; more would say the same of other rules. */
const MAX_LINES: i32 = 20;

/** What is to be said about a fetched configuration that serves nonetheless. No line holds a secret. */
export class Notes {
  skippedRules: i32 = 0;
  /** Whether clients may send credentials in a form body, where this filter does not look. */
  mentionsFormBody: bool = false;
  readonly lines: string[] = [];

  add(line: string): void {
    if (this.lines.length < MAX_LINES) this.lines.push(line);
    else if (this.lines.length == MAX_LINES) this.lines.push("what else there is to say is left out");
  }

  /** Adds what else there is to say of the same configuration. */
  addAll(notes: Notes): void {
    this.skippedRules += notes.skippedRules;
    this.mentionsFormBody = this.mentionsFormBody || notes.mentionsFormBody;
    for (let i = 0; i < notes.lines.length; i++) this.add(notes.lines[i]);
  }

  /** Whether another line would be kept: beyond, none need be worded. */
  get hasRoom(): bool {
    return this.lines.length < MAX_LINES;
  }

  /** Counts a rule that is left out, of which no more is said. */
  skipUnsaid(): void {
    this.skippedRules++;
    this.add("");
  }

  /** Counts a rule that is left out, and says why. */
  skipRule(line: string): void {
    this.skippedRules++;
    this.add(line);
  }
}
