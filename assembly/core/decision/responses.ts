import { Bytes } from "../bytes/bytes";
import { Outcome, outcomeName, Response } from "./outcome";

const responses: StaticArray<Response> = buildResponses();

/**
 * Returns the answer to a request that is not let in. Statuses and bodies are those of threescale-wasm-auth, so that
 * clients see no difference; 400, 502 and 503 are ours.
 */
export function responseFor(outcome: Outcome): Response {
  return responses[<u32>outcome < <u32>Outcome.Count ? outcome : Outcome.ConfigurationUnavailable];
}

/** Returns the answer to a request on which there is no verdict, with the configured status. */
export function failureResponse(outcome: Outcome, status: i32): Response {
  return new Response(status, Bytes.of(failureBody(status)), responseFor(outcome).details);
}

function buildResponses(): StaticArray<Response> {
  const built = new StaticArray<Response>(Outcome.Count);
  for (let i: i32 = 0; i < Outcome.Count; i++) built[i] = build(<Outcome>i);
  return built;
}

function build(outcome: Outcome): Response {
  switch (outcome) {
    case Outcome.UnknownService:
      return response(outcome, 403, "Unknown service\n");
    case Outcome.CredentialsMissing:
      return response(outcome, 403, "Authentication parameters missing\n");
    case Outcome.NoMappingRule:
      return response(outcome, 404, "No Mapping Rule matched\n");
    case Outcome.AmbiguousPath:
      return response(outcome, 400, "Bad Request\n");
    case Outcome.LimitsExceeded:
      return response(outcome, 429, "Usage limit exceeded\n");
    case Outcome.BackendError:
    case Outcome.BackendUnreachable:
    case Outcome.BackendCallFailed:
      return response(outcome, 502, failureBody(502));
    case Outcome.ConfigurationUnavailable:
      return response(outcome, 503, "Service configuration unavailable\n");
    default:
      return response(outcome, 403, "Authentication failed\n");
  }
}

function response(outcome: Outcome, status: i32, body: string): Response {
  return new Response(status, Bytes.of(body), Bytes.of("3scale_" + outcomeName(outcome)));
}

/** The reason phrase of RFC 9110 for the statuses that a gateway may want to give. */
function failureBody(status: i32): string {
  switch (status) {
    case 403:
      return "Forbidden\n";
    case 429:
      return "Too Many Requests\n";
    case 500:
      return "Internal Server Error\n";
    case 502:
      return "Bad Gateway\n";
    case 503:
      return "Service Unavailable\n";
    case 504:
      return "Gateway Timeout\n";
    default:
      return "Authorization unavailable\n";
  }
}
