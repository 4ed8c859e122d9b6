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
import { IdMap } from "./id-map";
import { InlineAnswers } from "./inline-answers";
import { log } from "./log";
import { Metrics } from "./metrics";
import { NO_TOKEN, RequestContext, RequestState } from "./request-context";
import { ActiveConfig, BackendCalls, RootContext } from "./root-context";

const STATUS: Bytes = Bytes.of(":status");
const REJECTION_REASON: Bytes = Bytes.of("3scale-rejection-reason");
const TRUE: Bytes = Bytes.of("true");
const headerName: Bytes = new Bytes();
const headerValue: Bytes = new Bytes();
const status: Bytes = new Bytes();
const reason: Bytes = new Bytes();

/**
 * The filter: Envoy's callbacks on one side, decisions on the other. A request goes Init → Calling → Responded → Done, or
 * leaves out Calling where no call is needed; each ends in exactly one outcome, which is counted.
 */
export class Filter {
  private readonly host: Host;
  private readonly metrics: Metrics;
  private readonly request: RequestSnapshot;
  private readonly decision: Decision = new Decision();
  /** Root contexts by their ids; several when one VM serves several plugin configurations. */
  private readonly roots: Map<u32, RootContext> = new Map<u32, RootContext>();
  private readonly contexts: RequestContext[] = [];
  private readonly freeContexts: i32[] = [];
  /** Stream id → index of its context. */
  private readonly contextOf: IdMap = new IdMap();
  /** Token of a call → index of the context that waits for it. */
  private readonly waitingFor: IdMap = new IdMap();
  private readonly inlineAnswers: InlineAnswers = new InlineAnswers();

  constructor(host: Host) {
    this.host = host;
    seedHash(host.nowNanoseconds());
    this.metrics = new Metrics(host);
    this.request = new RequestSnapshot(host.requestMetadata());
    this.decision.lookup.machine.log = new HostOperationLog(host);
  }

  /** A root context (`parentId` 0) or a stream is created. */
  createContext(id: u32, parentId: u32): void {
    if (parentId == 0) {
      if (!this.roots.has(id)) this.roots.set(id, new RootContext());
      return;
    }
    const root = this.roots.has(parentId) ? this.roots.get(parentId) : null;
    let index: i32;
    if (this.freeContexts.length > 0) index = this.freeContexts.pop();
    else index = this.contexts.push(new RequestContext()) - 1;
    this.contexts[index].begin(id, root);
    this.contextOf.set(id, index);
  }

  /** A root context is given its configuration. Returns whether it is accepted. */
  configure(rootId: u32, sizeBytes: i32): bool {
    if (!this.roots.has(rootId)) this.roots.set(rootId, new RootContext());
    return this.roots.get(rootId).configure(this.host, sizeBytes);
  }

  /** The headers of a request are there. */
  requestHeaders(id: u32): Action {
    const context = this.find(id);
    if (context == null) return Action.StopAllAndWatermark;
    if (context.state != RequestState.Init) return context.isLetIn ? Action.Continue : Action.StopAllAndWatermark;
    const root = context.root;
    let active: ActiveConfig | null = null;
    if (root != null) active = root.active;
    if (active == null) return this.deny(context, Outcome.ConfigurationUnavailable);
    context.active = active;
    this.host.requestHeaders(this.request.headers);
    this.request.read();
    const outcome = this.decision.decide(active.config, this.request);
    if (outcome == Outcome.CredentialsMissing || this.decision.lacksAppKey) this.explainLookup();
    if (outcome != Outcome.Pending && outcome != Outcome.PassedThrough) return this.deny(context, outcome);
    this.removeOwnHeaders();
    if (outcome == Outcome.PassedThrough) return this.passThrough(context);
    const calls = active.calls;
    return calls == null ? this.deny(context, Outcome.BackendMissing) : this.ask(context, calls);
  }

  /** A call has been answered: `headerCount` is 0 where it failed. */
  callResponse(token: u32, headerCount: u32): void {
    const index = this.waitingFor.get(token);
    if (index < 0) {
      // The answer to a call that has not returned yet, or to a request that is gone.
      if (this.inlineAnswers.isCalling) this.inlineAnswers.add(token, this.readVerdict(headerCount));
      return;
    }
    this.waitingFor.remove(token);
    const context = this.contexts[index];
    context.token = NO_TOKEN;
    if (context.state != RequestState.Calling) return;
    const outcome = this.readVerdict(headerCount);
    if (!this.host.setEffectiveContext(context.id)) return;
    if (this.conclude(context, outcome) == Action.Continue) this.host.continueRequest();
  }

  /** A root context or a stream is gone. */
  deleteContext(id: u32): void {
    const index = this.contextOf.get(id);
    if (index < 0) {
      this.roots.delete(id);
      return;
    }
    const context = this.contexts[index];
    if (context.token != NO_TOKEN) this.waitingFor.remove(<u32>context.token);
    if (context.state == RequestState.Calling) this.count(Outcome.Abandoned);
    context.end();
    this.contextOf.remove(id);
    this.freeContexts.push(index);
  }

  /** Asks the backend. The answer may come later, or before the call returns, or there may be no call at all. */
  private ask(context: RequestContext, calls: BackendCalls): Action {
    context.state = RequestState.Calling;
    this.inlineAnswers.open();
    const token = this.host.call(calls.template, this.decision.authRepPath);
    const inlineOutcome = this.inlineAnswers.close(token);
    if (token == NO_CALL) {
      calls.reportFailure(this.host);
      return this.conclude(context, Outcome.BackendCallFailed);
    }
    if (inlineOutcome != Outcome.Pending) return this.conclude(context, inlineOutcome);
    context.token = token;
    this.waitingFor.set(<u32>token, this.contextOf.get(context.id));
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

  /** Gives a request its outcome. Its context must be the effective one. */
  private conclude(context: RequestContext, outcome: Outcome): Action {
    const active = context.active;
    let calls: BackendCalls | null = null;
    if (active != null) calls = active.calls;
    if (outcome == Outcome.Allowed) return this.pass(context, outcome);
    if (!isFailure(outcome) || calls == null) return this.deny(context, outcome);
    if (calls.allowOnFailure) {
      this.host.addRequestHeader(FAILURE_MODE_ALLOWED, TRUE);
      return this.pass(context, Outcome.AllowedOnFailure);
    }
    context.state = RequestState.Responded;
    this.count(outcome);
    this.host.respond(calls.responseFor(outcome));
    return Action.StopAllAndWatermark;
  }

  private pass(context: RequestContext, outcome: Outcome): Action {
    context.state = RequestState.Responded;
    context.isLetIn = true;
    this.count(outcome);
    return Action.Continue;
  }

  private deny(context: RequestContext, outcome: Outcome): Action {
    context.state = RequestState.Responded;
    this.count(outcome);
    this.host.respond(responseFor(outcome));
    return Action.StopAllAndWatermark;
  }

  private passThrough(context: RequestContext): Action {
    const headers = this.decision.passthrough.headers;
    for (let i = 0; i < headers.count; i++) {
      headers.name(i, headerName);
      headers.value(i, headerValue);
      this.host.addRequestHeader(headerName, headerValue);
    }
    return this.pass(context, Outcome.PassedThrough);
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

  private count(outcome: Outcome): void {
    this.metrics.count(this.host, outcome, !this.waitingFor.isEmpty());
  }

  private find(id: u32): RequestContext | null {
    const index = this.contextOf.get(id);
    return index < 0 ? null : this.contexts[index];
  }
}
