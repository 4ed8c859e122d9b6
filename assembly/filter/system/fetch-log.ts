import { Bytes } from "../../core/bytes/bytes";
import { FetchSettings } from "../../core/config/filter-config";
import { Notes } from "../../core/system/notes";
import { ProxyConfig } from "../../core/system/proxy-config";
import { Host, LogLevel } from "../../host/host";
import { log } from "../log";
import { digestOfBytes } from "./digest";
import { FetchAnswer } from "./fetch-answer";

/** How much of an id or a host is shown. */
const SHOWN_BYTES: i32 = 120;

/**
 * Says what fetches bring: a line where it is another than the last time for that service, none where it stays the same. No
 * token is ever shown.
 */
export class FetchLog {
  /** Of each service what its last fetch brought. */
  private readonly last: StaticArray<FetchAnswer>;
  /** What was found wrong with the document that is being read. */
  private fault: string = "";
  /** Of each service a digest of what was found wrong with its last document. */
  private readonly faults: StaticArray<u64>;
  private hasMentionedForms: bool = false;

  constructor(
    private readonly host: Host,
    private readonly fetch: FetchSettings,
  ) {
    this.last = new StaticArray<FetchAnswer>(fetch.statics.length);
    this.faults = new StaticArray<u64>(fetch.statics.length);
  }

  /** Another version of a service is in force. */
  changed(service: i32, config: ProxyConfig, notes: Notes): void {
    const name = this.nameOf(service);
    if (this.host.isLogged(LogLevel.Info)) {
      log(
        this.host,
        LogLevel.Info,
        name + ": version " + config.version.toString() + " from " + this.origin + " is in force",
      );
    }
    if (!this.host.isLogged(LogLevel.Warn)) return;
    for (let i = 0; i < notes.lines.length; i++) log(this.host, LogLevel.Warn, name + ": " + notes.lines[i]);
    if (!notes.mentionsFormBody || this.hasMentionedForms) return;
    this.hasMentionedForms = true;
    log(
      this.host,
      LogLevel.Warn,
      name +
        ": credentials are looked for in the query only; in a form body, where APIcast looks too, they are not found",
    );
  }

  /** What stands in a document that is no proxy configuration. */
  found(fault: string): void {
    this.fault = fault;
  }

  /** A fetch has brought a configuration: the next failure is news. */
  succeeded(service: i32): void {
    this.last[service] = FetchAnswer.Document;
  }

  /** A fetch has brought none; of a document that is senseless `found` has said before what is wrong with it. */
  failed(service: i32, answer: FetchAnswer): void {
    const fault: u64 = answer == FetchAnswer.Senseless ? digestOfBytes(Bytes.of(this.fault)) : 0;
    const isSame = this.last[service] == answer && this.faults[service] == fault;
    this.last[service] = answer;
    this.faults[service] = fault;
    if (isSame || !this.host.isLogged(LogLevel.Warn)) return;
    log(this.host, LogLevel.Warn, this.nameOf(service) + " could not be fetched: " + this.wordingOf(service, answer));
  }

  private wordingOf(service: i32, answer: FetchAnswer): string {
    const origin = this.origin;
    switch (answer) {
      case FetchAnswer.None:
        return origin + " gave no answer, or none that is whole";
      case FetchAnswer.NoCall: {
        const cluster = this.fetch.system.upstream.cluster.printable(SHOWN_BYTES);
        return 'no call to the cluster "' + cluster + '" can be made: does Envoy have it, with an endpoint?';
      }
      case FetchAnswer.TooLong:
        return origin + " gave more than 4 MiB";
      case FetchAnswer.Senseless:
        return "what " + origin + " gave is no proxy configuration: " + this.fault;
      case FetchAnswer.Unauthorized:
      case FetchAnswer.Forbidden:
        return (
          origin + " refuses the access token (" + (<i32>answer).toString() + "): see system.token, and its permissions"
        );
      case FetchAnswer.NotFound: {
        const environment = this.fetch.statics[service].environment.printable(SHOWN_BYTES);
        return origin + " has no such service, or no configuration of it was promoted to " + environment + " (404)";
      }
      default:
        return origin + " answered with status " + (<i32>answer).toString();
    }
  }

  private nameOf(service: i32): string {
    return 'service "' + this.fetch.statics[service].id.printable(SHOWN_BYTES) + '"';
  }

  private get origin(): string {
    return this.fetch.system.upstream.url.authority.printable(SHOWN_BYTES);
  }
}
