import { Diagnostics } from "../core/config/diagnostics";
import { Host, LogLevel } from "../host/host";

/** Every line of this filter begins with it. */
const PREFIX: string = "3scale-auth: ";

/** Writes one line. Callers ask `isLogged` first where wording it costs something. */
export function log(host: Host, level: LogLevel, message: string): void {
  host.log(level, PREFIX + message);
}

/**
 * Says what was found wrong with a configuration: one line for what became of it, one for each diagnostic. They hold no
 * secrets: values are shown only where no secret can stand.
 */
export function logDiagnostics(host: Host, diagnostics: Diagnostics): void {
  const errors = diagnostics.errors;
  const warnings = diagnostics.warnings;
  if (diagnostics.isRefused()) {
    log(host, LogLevel.Error, "configuration refused: " + counted(diagnostics.errorCount, "error"));
  }
  for (let i = 0; i < errors.length; i++) log(host, LogLevel.Error, errors[i].toString());
  if (diagnostics.errorCount > errors.length) {
    log(host, LogLevel.Error, "and " + counted(diagnostics.errorCount - errors.length, "more error"));
  }
  if (!host.isLogged(LogLevel.Warn)) return;
  for (let i = 0; i < warnings.length; i++) log(host, LogLevel.Warn, warnings[i].toString());
  if (diagnostics.warningCount > warnings.length) {
    log(host, LogLevel.Warn, "and " + counted(diagnostics.warningCount - warnings.length, "more warning"));
  }
}

function counted(count: i32, noun: string): string {
  return count.toString() + " " + noun + (count == 1 ? "" : "s");
}
