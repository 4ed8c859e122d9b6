import { Bytes } from "../bytes/bytes";
import { Outcome } from "../decision/outcome";

const OK: Bytes = Bytes.of("200");
const LIMITS_EXCEEDED: Bytes = Bytes.of("limits_exceeded");
const FOUR: u8 = 0x34;

/** Says whether an answer's `:status` lets the request in, whatever else is in the answer. */
export function isYes(status: Bytes): bool {
  return status.equals(OK);
}

/**
 * Reads the backend's answer to an AuthRep call: its `:status`, and its `3scale-rejection-reason`, empty where there is
 * none. 200 is a yes, 4xx a no (over the limits where the reason says so), anything else no verdict.
 */
export function verdictOf(status: Bytes, rejectionReason: Bytes): Outcome {
  if (isYes(status)) return Outcome.Allowed;
  if (rejectionReason.equals(LIMITS_EXCEEDED)) return Outcome.LimitsExceeded;
  return status.length == 3 && status.at(0) == FOUR ? Outcome.AuthenticationFailed : Outcome.BackendError;
}
