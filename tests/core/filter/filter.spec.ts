import { Outcome, outcomeName } from "../../../assembly/core/decision/outcome";
import { Action, LogLevel } from "../../../assembly/host/host";
import { FakeHost, FIRST_TOKEN } from "../fake-host";
import { runRequests } from "../many-requests";
import { configuration } from "../sample-configuration";
import { CALL, request, sampleHost } from "./sample-host";

describe("Filter: without a call", () => {
  test("no configuration: 503", () => {
    const host = new FakeHost().requesting("GET", "api.example.com", "/");
    const filter = host.start();
    expect(request(filter, 2)).toBe("hold");
    expect(host.takeEvents()).toBe("count configuration_unavailable; respond 503 3scale_configuration_unavailable");
  });

  test("a refused configuration is none", () => {
    const host = new FakeHost().configured("{}").requesting("GET", "api.example.com", "/");
    const filter = host.start();
    expect(filter.configure(1, 2)).toBe(false);
    host.takeEvents();
    expect(request(filter, 2)).toBe("hold");
    expect(host.takeEvents()).toBe("count configuration_unavailable; respond 503 3scale_configuration_unavailable");
  });

  test("a stream of a root context that is not there: 503", () => {
    const host = sampleHost();
    const filter = host.start();
    filter.createContext(5, 99);
    expect(filter.requestHeaders(5)).toBe(Action.StopAllAndWatermark);
    expect(host.takeEvents()).toBe("count configuration_unavailable; respond 503 3scale_configuration_unavailable");
  });

  test("what the configuration refuses is answered and counted at once", () => {
    const host = sampleHost();
    const filter = host.start();
    host.requesting("GET", "nowhere", "/").header("x-key", "k");
    expect(request(filter, 2)).toBe("hold");
    host.requesting("GET", "api.example.com", "/");
    expect(request(filter, 3)).toBe("hold");
    host.requesting("PUT", "api.example.com", "/").header("x-key", "k");
    expect(request(filter, 4)).toBe("hold");
    host.requesting("GET", "api.example.com", "/x/../a/b").header("x-key", "k");
    expect(request(filter, 5)).toBe("hold");
    expect(host.takeEvents()).toBe(
      "count unknown_service; respond 403 3scale_unknown_service; " +
        "count credentials_missing; respond 403 3scale_credentials_missing; " +
        "count no_mapping_rule; respond 404 3scale_no_mapping_rule; " +
        "count ambiguous_path; respond 400 3scale_ambiguous_path",
    );
    expect(host.counted()).toBe(4);
  });
});

describe("Filter: headers of ours that a client sends", () => {
  test("are removed, each once, before the call", () => {
    const host = sampleHost()
      .header("x-3scale-app-id", "1")
      .header("x-3scale-usages", "{}")
      .header("x-3scale-app-id", "2")
      .header("x-3scale-other", "3")
      .header("x-other", "4");
    const filter = host.start();
    request(filter, 2);
    expect(host.takeEvents()).toBe("remove x-3scale-app-id; remove x-3scale-usages; " + CALL);
  });
});

describe("Filter: counters and log", () => {
  test("one counter for each outcome, defined once", () => {
    const host = sampleHost();
    host.start();
    const names = host.definedCounters();
    expect(names.length).toBe(<i32>Outcome.Count - 1);
    for (let i: i32 = 1; i < <i32>Outcome.Count; i++) {
      expect(names[i - 1]).toBe("threescale_auth_" + outcomeName(<Outcome>i));
    }
  });

  test("a request writes nothing to the log at info", () => {
    const host = sampleHost().logging(LogLevel.Info).answering("403");
    const filter = host.start();
    request(filter, 2);
    filter.callResponse(100, 5, 0);
    host.requesting("GET", "api.example.com", "/");
    request(filter, 3);
    host.requesting("GET", "nowhere", "/");
    request(filter, 4);
    expect(host.takeEvents().includes("log ")).toBe(false);
  });

  test("no secret of the configuration is written to the log, at any level", () => {
    const document = configuration("").replace("t&1", "secret-token").replace("x=1", "x=secret-query");
    const host = new FakeHost().configured(document).logging(LogLevel.Trace).requesting("GET", "api.example.com", "/");
    const filter = host.start();
    expect(filter.configure(1, document.length)).toBe(true);
    request(filter, 2);
    const events = host.takeEvents();
    expect(events.includes("log ")).toBe(true);
    expect(events.includes("secret")).toBe(false, events);
  });
});

describe("Filter: many requests", () => {
  test("10,000 requests, 10,000 outcomes", () => {
    const host = sampleHost().answering("200").quiet();
    const filter = host.start();
    runRequests(filter, 10000, 2, FIRST_TOKEN);
    expect(host.counted()).toBe(10000);
  });
});
