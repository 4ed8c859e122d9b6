import { OperationLog } from "../core/credentials/operations/operation-log";
import { Host, LogLevel } from "../host/host";

/** Writes the lines of `log` and `values` operations to Envoy's log. */
export class HostOperationLog extends OperationLog {
  private readonly host: Host;

  constructor(host: Host) {
    super();
    this.host = host;
  }

  write(level: i32, line: string): void {
    if (this.host.isLogged(<LogLevel>level)) this.host.log(<LogLevel>level, line);
  }
}
