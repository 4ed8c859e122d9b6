import { ALLOW, CALL, request, sampleHost } from "./sample-host";

describe("Filter: one call", () => {
  test("200: the request goes on", () => {
    const host = sampleHost().answering("200");
    const filter = host.start();
    expect(request(filter, 2)).toBe("hold");
    expect(host.takeEvents()).toBe(CALL);
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe("effective 2; count allowed; continue");
  });

  test("a refusal is answered", () => {
    const host = sampleHost().answering("403");
    const filter = host.start();
    request(filter, 2);
    filter.callResponse(100, 5, 0);
    host.answering("409", "limits_exceeded");
    request(filter, 3);
    filter.callResponse(101, 5, 0);
    host.takeEvents();
    expect(host.counted()).toBe(2);
    request(filter, 4);
    host.takeEvents();
    filter.callResponse(102, 5, 0);
    expect(host.takeEvents()).toBe("effective 4; count limits_exceeded; respond 429 3scale_limits_exceeded");
    host.answering("404");
    request(filter, 5);
    host.takeEvents();
    filter.callResponse(103, 5, 0);
    expect(host.takeEvents()).toBe(
      "effective 5; count authentication_failed; respond 403 3scale_authentication_failed",
    );
  });

  test("no verdict: 502, or the configured status", () => {
    const host = sampleHost().answering("500");
    const filter = host.start();
    request(filter, 2);
    host.takeEvents();
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe("effective 2; count backend_error; respond 502 3scale_backend_error");
    const other = sampleHost('{"status":504}').answering("302");
    const otherFilter = other.start();
    request(otherFilter, 2);
    other.takeEvents();
    otherFilter.callResponse(100, 5, 0);
    expect(other.takeEvents()).toBe("effective 2; count backend_error; respond 504 3scale_backend_error");
  });

  test("an answer without headers is none: timeout, reset, refused connection", () => {
    // The header is what an earlier answer left behind.
    const host = sampleHost().answering("200");
    const filter = host.start();
    request(filter, 2);
    host.takeEvents();
    filter.callResponse(100, 0, 0);
    expect(host.takeEvents()).toBe("effective 2; count backend_unreachable; respond 502 3scale_backend_unreachable");
  });

  test("the answer to a request that is gone is not taken for the answer to a call that is being made", () => {
    const host = sampleHost().answering("200");
    const filter = host.start();
    request(filter, 2);
    host.without(2).answeringAnother(100, 5);
    expect(request(filter, 3)).toBe("hold");
    expect(host.takeEvents().endsWith("; effective 2; count abandoned")).toBe(true);
    host.answering("403");
    filter.callResponse(101, 5, 0);
    expect(host.takeEvents()).toBe(
      "effective 3; count authentication_failed; respond 403 3scale_authentication_failed",
    );
  });

  test("a call that could not be made has no answer, whatever came meanwhile", () => {
    const host = sampleHost().answering("200").withoutCluster().answeringAnother(100, 5);
    const filter = host.start();
    expect(request(filter, 2)).toBe("hold");
    expect(host.takeEvents().endsWith("respond 502 3scale_backend_call_failed")).toBe(true);
  });

  test("a call that cannot be made is told at once, and to the log once a minute", () => {
    const host = sampleHost().withoutCluster();
    const filter = host.start();
    expect(request(filter, 2)).toBe("hold");
    expect(host.takeEvents()).toBe(
      CALL +
        '; log 4 3scale-auth: calls to the cluster "threescale" cannot be made: does Envoy have a cluster of this name, with an endpoint?' +
        "; count backend_call_failed; respond 502 3scale_backend_call_failed",
    );
    expect(request(filter, 3)).toBe("hold");
    expect(host.takeEvents()).toBe(CALL + "; count backend_call_failed; respond 502 3scale_backend_call_failed");
    host.now += 60_000_000_000;
    request(filter, 4);
    expect(host.takeEvents().includes("cannot be made")).toBe(true);
    expect(host.counted()).toBe(3);
  });
});

describe("Filter: on_failure allow", () => {
  test("lets in what has no verdict, and marks it", () => {
    const host = sampleHost(ALLOW).answering("503");
    const filter = host.start();
    request(filter, 2);
    host.takeEvents();
    filter.callResponse(100, 5, 0);
    const marked = "add x-3scale-auth-failure-mode-allowed: true; count allowed_on_failure";
    expect(host.takeEvents()).toBe("effective 2; " + marked + "; continue");
    request(filter, 3);
    host.takeEvents();
    filter.callResponse(101, 0, 0);
    expect(host.takeEvents()).toBe("effective 3; " + marked + "; continue");
  });

  test("lets in a request whose call cannot be made, without being told to continue", () => {
    const host = sampleHost(ALLOW).withoutCluster();
    const filter = host.start();
    expect(request(filter, 2)).toBe("go");
    expect(host.takeEvents().endsWith("; add x-3scale-auth-failure-mode-allowed: true; count allowed_on_failure")).toBe(
      true,
    );
  });

  test("a refusal stays a refusal", () => {
    const host = sampleHost(ALLOW).answering("403");
    const filter = host.start();
    request(filter, 2);
    host.takeEvents();
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe(
      "effective 2; count authentication_failed; respond 403 3scale_authentication_failed",
    );
  });

  test("what the configuration refuses stays refused", () => {
    const host = sampleHost(ALLOW);
    const filter = host.start();
    host.requesting("GET", "api.example.com", "/");
    expect(request(filter, 2)).toBe("hold");
    expect(host.takeEvents()).toBe("count credentials_missing; respond 403 3scale_credentials_missing");
  });

  test("a client's mark is removed before ours is set", () => {
    const host = sampleHost(ALLOW).withoutCluster().header("x-3scale-auth-failure-mode-allowed", "true");
    const filter = host.start();
    expect(request(filter, 2)).toBe("go");
    const events = host.takeEvents();
    expect(events.startsWith("remove x-3scale-auth-failure-mode-allowed; call ")).toBe(true, events);
    expect(events.includes("add x-3scale-auth-failure-mode-allowed: true")).toBe(true, events);
  });
});

describe("Filter: answers before the call returns", () => {
  test("a yes: the request goes on, without being told to continue", () => {
    const host = sampleHost().answering("200").answeringInline(5);
    const filter = host.start();
    expect(request(filter, 2)).toBe("go");
    expect(host.takeEvents()).toBe(CALL + "; count allowed");
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe("");
  });

  test("a no", () => {
    const host = sampleHost().answering("403").answeringInline(5);
    const filter = host.start();
    expect(request(filter, 2)).toBe("hold");
    expect(host.takeEvents()).toBe(CALL + "; count authentication_failed; respond 403 3scale_authentication_failed");
    expect(host.counted()).toBe(1);
  });

  test("a failure", () => {
    const host = sampleHost().answeringInline(0);
    const filter = host.start();
    expect(request(filter, 2)).toBe("hold");
    expect(host.takeEvents()).toBe(CALL + "; count backend_unreachable; respond 502 3scale_backend_unreachable");
    filter.callResponse(100, 5, 0);
    expect(host.counted()).toBe(1);
  });

  test("a failure that is allowed", () => {
    const host = sampleHost(ALLOW).answeringInline(0);
    const filter = host.start();
    expect(request(filter, 2)).toBe("go");
    expect(host.takeEvents()).toBe(CALL + "; add x-3scale-auth-failure-mode-allowed: true; count allowed_on_failure");
  });
});
