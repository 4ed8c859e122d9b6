import { configuration } from "../sample-configuration";
import { ALLOW, CALL, request, sampleHost } from "./sample-host";

describe("Filter: out of order", () => {
  test("a client that leaves: counted when the answer comes, which does nothing else", () => {
    const host = sampleHost().answering("200");
    const filter = host.start();
    request(filter, 2);
    host.takeEvents();
    host.without(2);
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe("effective 2; count abandoned");
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe("");
  });

  test("a late answer does not reach the next request", () => {
    const host = sampleHost().answering("200").without(2);
    const filter = host.start();
    request(filter, 2);
    request(filter, 3);
    host.takeEvents();
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe("effective 2; count abandoned");
    host.answering("403");
    filter.callResponse(101, 5, 0);
    expect(host.takeEvents()).toBe(
      "effective 3; count authentication_failed; respond 403 3scale_authentication_failed",
    );
  });

  test("a token that is none", () => {
    const host = sampleHost().answering("200");
    const filter = host.start();
    request(filter, 2);
    host.takeEvents();
    filter.callResponse(0, 5, 0);
    filter.callResponse(99, 5, 0);
    filter.callResponse(101, 0, 0);
    filter.callResponse(u32.MAX_VALUE, 0, 0);
    expect(host.takeEvents()).toBe("");
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe("effective 2; count allowed; continue");
  });

  test("an answer that comes twice", () => {
    const host = sampleHost().answering("403");
    const filter = host.start();
    request(filter, 2);
    filter.callResponse(100, 5, 0);
    host.takeEvents();
    host.answering("200");
    filter.callResponse(100, 5, 0);
    filter.callResponse(100, 0, 0);
    expect(host.takeEvents()).toBe("");
    expect(host.counted()).toBe(1);
  });

  test("an answer that comes again does not reach the next request", () => {
    const host = sampleHost().answering("200");
    const filter = host.start();
    request(filter, 2);
    filter.callResponse(100, 5, 0);
    request(filter, 3);
    host.takeEvents();
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe("");
  });

  test("two requests that cross", () => {
    const host = sampleHost();
    const filter = host.start();
    request(filter, 2);
    request(filter, 3);
    host.takeEvents();
    host.answering("200");
    filter.callResponse(101, 5, 0);
    host.answering("403");
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe(
      "effective 3; continue; " +
        "effective 2; count authentication_failed; count allowed; respond 403 3scale_authentication_failed",
    );
  });

  test("requests let in while calls are out are counted together, at the latest when none is out", () => {
    const host = sampleHost().answering("200");
    const filter = host.start();
    for (let id: u32 = 2; id < 5; id++) request(filter, id);
    host.takeEvents();
    filter.callResponse(100, 5, 0);
    filter.callResponse(101, 5, 0);
    expect(host.counted()).toBe(0);
    filter.callResponse(102, 5, 0);
    expect(host.takeEvents()).toBe(
      "effective 2; continue; effective 3; continue; effective 4; count allowed 3 times; continue",
    );
  });

  test("at most 255 requests are let in before they are counted", () => {
    const host = sampleHost().answering("200");
    const filter = host.start();
    request(filter, 2);
    for (let i: u32 = 0; i < 256; i++) {
      request(filter, 3 + i);
      expect(host.counted()).toBe(0);
      filter.callResponse(101 + i, 5, 0);
    }
    expect(host.counted()).toBe(256);
  });

  test("a context that is used again has nothing of its predecessor", () => {
    const host = sampleHost().answering("403").answeringInline(5);
    const filter = host.start();
    request(filter, 2);
    // The next one is answered later.
    host.answeringInline(-1).answering("200");
    expect(request(filter, 3)).toBe("hold");
    host.takeEvents();
    filter.callResponse(101, 5, 0);
    expect(host.takeEvents()).toBe("effective 3; count allowed; continue");
  });

  test("a new configuration: requests end under the one they began with", () => {
    const host = sampleHost(ALLOW);
    const filter = host.start();
    request(filter, 2);
    const strict = configuration("");
    host.configured(strict);
    expect(filter.configure(1, strict.length)).toBe(true);
    request(filter, 3);
    host.takeEvents();
    filter.callResponse(100, 0, 0);
    filter.callResponse(101, 0, 0);
    expect(host.takeEvents()).toBe(
      "effective 2; add x-3scale-auth-failure-mode-allowed: true; count allowed_on_failure; continue; " +
        "effective 3; count backend_unreachable; respond 502 3scale_backend_unreachable",
    );
  });

  test("a configuration that is refused leaves the one before in force", () => {
    const host = sampleHost();
    const filter = host.start();
    host.configured("{}");
    expect(filter.configure(1, 2)).toBe(false);
    host.takeEvents();
    request(filter, 2);
    expect(host.takeEvents()).toBe(CALL);
  });
});
