/** What a module must not do although Envoy answers it silently, harmfully or by crashing. */
export type Rule =
  /** A pointer or size outside the module's memory (Envoy: InvalidMemoryAccess). */
  | "out-of-bounds"
  /** Header pairs that are not in the ABI's form (Envoy: no pairs at all). */
  | "malformed-pairs"
  /** A header with CR, LF or NUL in it, or a name that is no token (Envoy sends it as it is: response splitting). */
  | "invalid-header"
  /** A local reply with a status outside 200 to 599 (Envoy sends it, or sends nothing). */
  | "invalid-status"
  /** `proxy_set_effective_context` to an id that never was (Envoy: BadArgument, as for one that is gone). */
  | "unknown-context"
  /** A local reply, continue or close where the effective context is no stream (Envoy: Ok, and nothing happens). */
  | "no-stream"
  /** A second local reply on a stream (Envoy: Ok, ignored). */
  | "second-local-reply"
  /** A local reply after the stream was continued: the upstream may have got the request. */
  | "reply-after-continue"
  /** Continue after a local reply: Envoy sends the request to the upstream all the same. */
  | "continue-after-reply"
  /** Continue on a stream that is not paused. */
  | "continue-not-paused"
  /** Continue of a response there is none of: Envoy 1.40 crashes. */
  | "continue-without-response";

/** A broken {@link Rule}. */
export class Violation extends Error {
  readonly rule: Rule;

  constructor(rule: Rule, detail: string) {
    super(`${rule}: ${detail}`);
    this.name = "Violation";
    this.rule = rule;
  }
}
