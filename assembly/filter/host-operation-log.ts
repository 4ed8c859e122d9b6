import { OperationLog } from "../core/credentials/operations/operation-log";
import { Host, LogLevel } from "../host/host";

/** Writes the lines of `log` and `values` operations to Envoy's log. */
export class HostOperationLog extends OperationLog {
  private readonly host: Host;

  constructor(host: Host) {
    super();
    this.host = host;
  }

  isLogged(level: i32): bool {
    return this.host.isLogged(<LogLevel>level);
  }

  write(level: i32, line: string): void {
    this.host.log(<LogLevel>level, line);
  }
}
