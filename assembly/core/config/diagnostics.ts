/** How many faults, and how many warnings, one configuration is told of at once. */
export const MAX_DIAGNOSTICS: i32 = 20;

/** What kind of fault it is; the code stands in brackets at the end of a message. */
export const enum Code {
  Syntax,
  Empty,
  MissingField,
  WrongType,
  UnknownField,
  DuplicateField,
  InvalidValue,
  InvalidUrl,
  InvalidPattern,
  InvalidGlob,
  NotSupported,
  Suspicious,
}

function codeName(code: Code): string {
  switch (code) {
    case Code.Syntax:
      return "syntax";
    case Code.Empty:
      return "empty";
    case Code.MissingField:
      return "missing-field";
    case Code.WrongType:
      return "wrong-type";
    case Code.UnknownField:
      return "unknown-field";
    case Code.DuplicateField:
      return "duplicate-field";
    case Code.InvalidUrl:
      return "invalid-url";
    case Code.InvalidPattern:
      return "invalid-pattern";
    case Code.InvalidGlob:
      return "invalid-glob";
    case Code.NotSupported:
      return "not-supported";
    case Code.Suspicious:
      return "suspicious";
    default:
      return "invalid-value";
  }
}

/** One thing to say about a configuration. */
export class Diagnostic {
  constructor(
    readonly isError: bool,
    readonly code: Code,
    /** As `services[0].mapping_rules[2].pattern`; empty for the configuration itself. */
    readonly path: string,
    /** 1-based; columns count bytes. */
    readonly line: i32,
    readonly column: i32,
    readonly found: string,
    readonly expected: string,
  ) {}

  /** `error at PATH (line L, column C): found F; expected E [code]` */
  toString(): string {
    const path = this.path.length == 0 ? "the configuration" : this.path;
    return (
      (this.isError ? "error at " : "warning at ") +
      path +
      " (line " +
      this.line.toString() +
      ", column " +
      this.column.toString() +
      "): found " +
      this.found +
      "; expected " +
      this.expected +
      " [" +
      codeName(this.code) +
      "]"
    );
  }
}

/** What was found while a configuration was read, in the order in which it was found. */
export class Diagnostics {
  readonly errors: Diagnostic[] = [];
  readonly warnings: Diagnostic[] = [];
  /** Counted beyond what is kept. */
  errorCount: i32 = 0;
  /** Faults are counted, and nothing is kept of them. */
  isSilent: bool = false;
  warningCount: i32 = 0;

  /** Says whether another diagnostic of the kind would be kept, so that none is worded in vain. */
  hasRoom(isError: bool): bool {
    return !this.isSilent && (isError ? this.errors.length : this.warnings.length) < MAX_DIAGNOSTICS;
  }

  add(diagnostic: Diagnostic): void {
    this.count(diagnostic.isError);
    if (this.hasRoom(diagnostic.isError)) (diagnostic.isError ? this.errors : this.warnings).push(diagnostic);
  }

  /** Counts a diagnostic that is not kept. */
  count(isError: bool): void {
    if (isError) this.errorCount++;
    else this.warningCount++;
  }

  /** Takes the errors back that came after the first `count`; returns the first of them, null where there are none. */
  withdrawErrors(count: i32): Diagnostic | null {
    if (this.errorCount <= count) return null;
    this.errorCount = count;
    if (this.errors.length <= count) return null;
    const first = this.errors[count];
    this.errors.length = count;
    return first;
  }

  isRefused(): bool {
    return this.errorCount > 0;
  }
}
