import { isFailure, Outcome, outcomeName } from "../../../assembly/core/decision/outcome";
import { FAILURE_MODE_ALLOWED, isOwnHeader } from "../../../assembly/core/decision/own-headers";
import { failureResponse, responseFor } from "../../../assembly/core/decision/responses";
import { raw } from "../support";

function answer(outcome: Outcome): string {
  const response = responseFor(outcome);
  return response.status.toString() + " " + response.body.printable() + " " + response.details.printable();
}

describe("responses", () => {
  test("statuses, bodies and details", () => {
    expect(answer(Outcome.UnknownService)).toBe("403 Unknown service\\x0a 3scale_unknown_service");
    expect(answer(Outcome.ServicesMissing)).toBe("403 Authentication failed\\x0a 3scale_services_missing");
    expect(answer(Outcome.CredentialsMissing)).toBe(
      "403 Authentication parameters missing\\x0a 3scale_credentials_missing",
    );
    expect(answer(Outcome.NoMappingRule)).toBe("404 No Mapping Rule matched\\x0a 3scale_no_mapping_rule");
    expect(answer(Outcome.AmbiguousPath)).toBe("400 Bad Request\\x0a 3scale_ambiguous_path");
    expect(answer(Outcome.BackendMissing)).toBe("403 Authentication failed\\x0a 3scale_backend_missing");
    expect(answer(Outcome.ServiceTokenMissing)).toBe("403 Authentication failed\\x0a 3scale_service_token_missing");
    expect(answer(Outcome.AuthRepPathTooLong)).toBe("403 Authentication failed\\x0a 3scale_authrep_path_too_long");
    expect(answer(Outcome.AuthenticationFailed)).toBe("403 Authentication failed\\x0a 3scale_authentication_failed");
    expect(answer(Outcome.LimitsExceeded)).toBe("429 Usage limit exceeded\\x0a 3scale_limits_exceeded");
    expect(answer(Outcome.BackendError)).toBe("502 Bad Gateway\\x0a 3scale_backend_error");
    expect(answer(Outcome.BackendUnreachable)).toBe("502 Bad Gateway\\x0a 3scale_backend_unreachable");
    expect(answer(Outcome.BackendCallFailed)).toBe("502 Bad Gateway\\x0a 3scale_backend_call_failed");
    expect(answer(Outcome.ConfigurationUnavailable)).toBe(
      "503 Service configuration unavailable\\x0a 3scale_configuration_unavailable",
    );
  });

  test("no outcome, known or not, is without an answer that keeps out", () => {
    for (let i = -1; i <= <i32>Outcome.Count + 1; i++) {
      expect(responseFor(<Outcome>i).status).toBeGreaterThanOrEqual(400, i.toString());
    }
  });

  test("the configured status where there is no verdict", () => {
    const statuses: i32[] = [403, 429, 500, 502, 503, 504, 418, 599];
    for (let i = 0; i < statuses.length; i++) {
      const response = failureResponse(Outcome.BackendError, statuses[i]);
      expect(response.status).toBe(statuses[i]);
      expect(response.body.at(response.body.length - 1)).toBe(0x0a);
      expect(response.details.printable()).toBe("3scale_backend_error");
    }
  });

  test("only the lack of a verdict is a failure", () => {
    const failures: string[] = ["backend_error", "backend_unreachable", "backend_call_failed"];
    for (let i: i32 = 0; i < Outcome.Count; i++) {
      const name = outcomeName(<Outcome>i);
      expect(isFailure(<Outcome>i)).toBe(failures.includes(name), name);
    }
  });
});

describe("own headers", () => {
  test("every header that this filter may set", () => {
    const names: string[] = [
      "x-3scale-app-id",
      "x-3scale-user-key",
      "x-3scale-cluster-name",
      "x-3scale-upstream-url",
      "x-3scale-timeout",
      "x-3scale-service-id",
      "x-3scale-service-token",
      "x-3scale-usages",
      "x-3scale-auth-failure-mode-allowed",
    ];
    for (let i = 0; i < names.length; i++) expect(isOwnHeader(raw(names[i]))).toBe(true, names[i]);
    expect(isOwnHeader(FAILURE_MODE_ALLOWED)).toBe(true);
  });

  test("no other header", () => {
    const names: string[] = [
      "",
      "x-3scale",
      "x-3scale-",
      "x-3scale-app",
      "x-3scale-app-id2",
      "x-3scale-debug",
      "3scale-app-id",
      "x-other",
    ];
    for (let i = 0; i < names.length; i++) expect(isOwnHeader(raw(names[i]))).toBe(false, names[i]);
  });
});
