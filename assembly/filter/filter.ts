import { isYes, verdictOf } from "../core/backend/verdict";
import { Bytes } from "../core/bytes/bytes";
import { explainLookup } from "../core/credentials/explain";
import { Decision } from "../core/decision/decision";
import { isFailure, Outcome } from "../core/decision/outcome";
import { FAILURE_MODE_ALLOWED, isOwnHeader } from "../core/decision/own-headers";
import { responseFor } from "../core/decision/responses";
import { RequestSnapshot } from "../core/request/request-snapshot";
import { Action, Host, LogLevel, NO_CALL } from "../host/host";
import { seedHash } from "../core/bytes/bytes-index";
import { HostOperationLog } from "./host-operation-log";
import { InlineAnswers } from "./inline-answers";
import { log } from "./log";
import { Metrics } from "./metrics";
import { ActiveConfig, RootContext } from "./root-context";
import { RootContexts } from "./root-contexts";
import { WaitingRequests } from "./waiting-requests";

const STATUS: Bytes = Bytes.of(":status");
const REJECTION_REASON: Bytes = Bytes.of("3scale-rejection-reason");
const TRUE: Bytes = Bytes.of("true");
const headerName: Bytes = new Bytes();
const headerValue: Bytes = new Bytes();
const status: Bytes = new Bytes();
const reason: Bytes = new Bytes();

/**
 * The filter: Envoy's callbacks on one side, decisions on the other. A request is decided when its headers come, or waits
 * for the answer to its call; each ends in exactly one outcome, which is counted.
 */
export class Filter {
  private readonly host: Host;
  private readonly metrics: Metrics;
  private readonly request: RequestSnapshot;
  private readonly decision: Decision = new Decision();
  private readonly roots: RootContexts;
  private readonly waiting: WaitingRequests = new WaitingRequests();
  private readonly inlineAnswers: InlineAnswers = new InlineAnswers();

  constructor(host: Host) {
    this.host = host;
    this.roots = new RootContexts(host);
    seedHash(host.nowNanoseconds());
    this.metrics = new Metrics(host);
    this.request = new RequestSnapshot(host.requestMetadata());
    this.decision.lookup.machine.log = new HostOperationLog(host);
  }

  /** A root context (`parentId` 0) or a stream is created. */
  createContext(id: u32, parentId: u32): void {
    this.roots.create(id, parentId);
    while (this.roots.gone.length > 0) this.forget(this.roots.gone.pop());
  }

  /** A root context is given its configuration. Returns whether it is accepted. */
  configure(rootId: u32, sizeBytes: i32): bool {
    return this.roots.configure(rootId, sizeBytes);
  }

  /** A root context has asked for ticks. */
  tick(rootId: u32): void {
    this.roots.tick(rootId);
  }

  /** The headers of a request are there. */
  requestHeaders(id: u32): Action {
    const root = this.roots.take(id);
    let active: ActiveConfig | null = null;
    if (root != null) active = root.active;
    if (active == null) return this.deny(Outcome.ConfigurationUnavailable);
    this.host.requestHeaders(this.request.headers);
    this.request.read();
    const outcome = this.decision.decide(active.config, this.request);
    if (outcome == Outcome.CredentialsMissing || this.decision.lacksAppKey) this.explainLookup();
    if (outcome != Outcome.Pending && outcome != Outcome.PassedThrough) return this.deny(outcome);
    this.removeOwnHeaders();
    if (outcome == Outcome.PassedThrough) return this.passThrough();
    return this.ask(id, root!, active);
  }

  /** A call has been answered: `headerCount` is 0 where it failed. */
  callResponse(token: u32, headerCount: u32, bodyBytes: i32): void {
    const waiting = this.waiting;
    if (!waiting.take(token)) {
      if (this.roots.answer(token, headerCount, bodyBytes)) return;
      // The answer to a call that has not returned yet.
      if (this.inlineAnswers.isCalling) this.inlineAnswers.add(token, this.readVerdict(headerCount));
      return;
    }
    const active = waiting.active;
    if (active == null) return;
    const outcome = this.readVerdict(headerCount);
    // The client may have left meanwhile, and its stream with it.
    if (!this.host.setEffectiveContext(waiting.streamId)) this.count(Outcome.Abandoned);
    else if (this.conclude(active, outcome) == Action.Continue) this.host.continueRequest();
  }

  /** Asks the backend. The answer may come later, or before the call returns, or there may be no call at all. */
  private ask(streamId: u32, root: RootContext, active: ActiveConfig): Action {
    const calls = active.calls;
    if (calls == null) return this.deny(Outcome.BackendMissing);
    this.inlineAnswers.open();
    const token = this.host.call(calls.template, this.decision.authRepPath);
    const inlineOutcome = this.inlineAnswers.close(token);
    if (token == NO_CALL) {
      calls.reportFailure(this.host);
      return this.conclude(active, Outcome.BackendCallFailed);
    }
    if (inlineOutcome != Outcome.Pending) return this.conclude(active, inlineOutcome);
    this.waiting.add(<u32>token, streamId, root, active);
    return Action.StopAllAndWatermark;
  }

  private readVerdict(headerCount: u32): Outcome {
    if (headerCount == 0) return Outcome.BackendUnreachable;
    this.host.callResponseHeader(STATUS, status);
    // The reason is read only where there is one to expect.
    if (isYes(status)) return Outcome.Allowed;
    this.host.callResponseHeader(REJECTION_REASON, reason);
    return verdictOf(status, reason);
  }

  /** Gives a request its outcome. Its stream must be the effective context. */
  private conclude(active: ActiveConfig, outcome: Outcome): Action {
    if (outcome == Outcome.Allowed) return this.pass(outcome);
    const calls = active.calls;
    if (!isFailure(outcome) || calls == null) return this.deny(outcome);
    if (calls.allowOnFailure) {
      this.host.addRequestHeader(FAILURE_MODE_ALLOWED, TRUE);
      return this.pass(Outcome.AllowedOnFailure);
    }
    this.count(outcome);
    this.host.respond(calls.responseFor(outcome));
    return Action.StopAllAndWatermark;
  }

  private pass(outcome: Outcome): Action {
    this.count(outcome);
    return Action.Continue;
  }

  private deny(outcome: Outcome): Action {
    this.count(outcome);
    this.host.respond(responseFor(outcome));
    return Action.StopAllAndWatermark;
  }

  private passThrough(): Action {
    const headers = this.decision.passthrough.headers;
    for (let i = 0; i < headers.count; i++) {
      headers.name(i, headerName);
      headers.value(i, headerValue);
      this.host.addRequestHeader(headerName, headerValue);
    }
    return this.pass(Outcome.PassedThrough);
  }

  /** At debug level: why no credentials, or no application key, were found, a line a source. */
  private explainLookup(): void {
    const service = this.decision.service;
    if (service == null || !this.host.isLogged(LogLevel.Debug)) return;
    const lacksAppKey = this.decision.lacksAppKey;
    const lines = explainLookup(service.credentials, this.request, this.decision.lookup, lacksAppKey);
    const what = lacksAppKey ? "no app_key for service " : "no credentials for service ";
    const prefix = what + service.id.printable(60) + ": ";
    for (let i = 0; i < lines.length; i++) log(this.host, LogLevel.Debug, prefix + lines[i]);
  }

  /** What follows believes our headers, so a client's are removed. */
  private removeOwnHeaders(): void {
    const headers = this.request.headers;
    for (let i = 0; i < headers.count; i++) {
      headers.name(i, headerName);
      // Removing takes all duplicates.
      if (isOwnHeader(headerName) && headers.find(headerName) == i) this.host.removeRequestHeader(headerName);
    }
  }

  /** A root context is gone, and with it its streams and calls. Nothing of its configuration is held any longer. */
  private forget(root: RootContext): void {
    this.decision.service = null;
    for (let i = this.waiting.takeAllOf(root); i > 0; i--) this.count(Outcome.Abandoned);
  }

  private count(outcome: Outcome): void {
    this.metrics.count(this.host, outcome, !this.waiting.isEmpty());
  }
}
