import { Bytes } from "../bytes/bytes";

/**
 * How a request ends: each in exactly one of these, each with a counter of its own. `Pending` is no end: 3scale's backend
 * is to be asked.
 */
export const enum Outcome {
  Pending,
  Allowed,
  /** Let in without a verdict, as `backend.on_failure` says. */
  AllowedOnFailure,
  /** Let go on with what a following filter needs to ask 3scale. */
  PassedThrough,
  UnknownService,
  ServicesMissing,
  CredentialsMissing,
  NoMappingRule,
  /** Servers may differ on what the path names, and its readings select different usages. */
  AmbiguousPath,
  BackendMissing,
  ServiceTokenMissing,
  /** The AuthRep path would be longer than a backend need accept. */
  AuthRepPathTooLong,
  /** The credentials have control characters, which no header can carry. */
  CredentialsNotSendable,
  AuthenticationFailed,
  LimitsExceeded,
  /**
   * The answer is no verdict: 5xx, 3xx, a 2xx other than 200. Envoy gives one (503, 504) in the backend's place where the
   * connection is refused or reset, or the time is up.
   */
  BackendError,
  /** There was no answer, or it was cut off. */
  BackendUnreachable,
  /** The call could not be made: no such cluster, or no endpoint in it. */
  BackendCallFailed,
  /** The client left before the verdict. */
  Abandoned,
  /** No configuration to serve by. */
  ConfigurationUnavailable,
  /** How many there are. */
  Count,
}

/** Says whether an outcome is the lack of a verdict, so that `backend.on_failure` decides. */
export function isFailure(outcome: Outcome): bool {
  return (
    outcome == Outcome.BackendError || outcome == Outcome.BackendUnreachable || outcome == Outcome.BackendCallFailed
  );
}

/** Returns the name of an outcome, as counters and `response_code_details` have it after their prefix. */
export function outcomeName(outcome: Outcome): string {
  switch (outcome) {
    case Outcome.Allowed:
      return "allowed";
    case Outcome.AllowedOnFailure:
      return "allowed_on_failure";
    case Outcome.PassedThrough:
      return "passed_through";
    case Outcome.UnknownService:
      return "unknown_service";
    case Outcome.ServicesMissing:
      return "services_missing";
    case Outcome.CredentialsMissing:
      return "credentials_missing";
    case Outcome.NoMappingRule:
      return "no_mapping_rule";
    case Outcome.AmbiguousPath:
      return "ambiguous_path";
    case Outcome.BackendMissing:
      return "backend_missing";
    case Outcome.ServiceTokenMissing:
      return "service_token_missing";
    case Outcome.AuthRepPathTooLong:
      return "authrep_path_too_long";
    case Outcome.CredentialsNotSendable:
      return "credentials_not_sendable";
    case Outcome.AuthenticationFailed:
      return "authentication_failed";
    case Outcome.LimitsExceeded:
      return "limits_exceeded";
    case Outcome.BackendError:
      return "backend_error";
    case Outcome.BackendUnreachable:
      return "backend_unreachable";
    case Outcome.BackendCallFailed:
      return "backend_call_failed";
    case Outcome.Abandoned:
      return "abandoned";
    case Outcome.ConfigurationUnavailable:
      return "configuration_unavailable";
    default:
      return "pending";
  }
}

/** What a client that is not let in is answered. */
export class Response {
  constructor(
    /** HTTP status; 0 for an outcome that has no answer. */
    readonly status: i32,
    readonly body: Bytes,
    /** Envoy's `response_code_details`, so that an access log says why. */
    readonly details: Bytes,
  ) {}
}
