import { Filter } from "../../../assembly/filter/filter";
import { Action } from "../../../assembly/host/host";
import { FakeHost } from "../fake-host";
import { configuration } from "../sample-configuration";
import { CALL, request, sampleHost } from "./sample-host";

const UNAVAILABLE: string = "count configuration_unavailable; respond 503 3scale_configuration_unavailable";

/** Creates the root context `id` beside the first, with a configuration that refuses every request: it has no services. */
function configureOther(host: FakeHost, filter: Filter, id: u32): void {
  const other = '{"api":"v1"}';
  host.configured(other);
  filter.createContext(id, 0);
  expect(filter.configure(id, other.length)).toBe(true);
  host.takeEvents();
}

/** What becomes of the stream `id` of the root context `rootId`. */
function outcome(host: FakeHost, filter: Filter, id: u32, rootId: u32): string {
  filter.createContext(id, rootId);
  host.takeEvents();
  filter.requestHeaders(id);
  return host.takeEvents();
}

describe("RootContexts", () => {
  test("each stream goes by the configuration of its own root context", () => {
    const host = sampleHost();
    const filter = host.start();
    configureOther(host, filter, 10);
    const refused = "count services_missing; respond 403 3scale_services_missing";
    expect(outcome(host, filter, 11, 10)).toBe(refused);
    expect(outcome(host, filter, 12, 1)).toBe(CALL);
    expect(outcome(host, filter, 13, 10)).toBe(refused);
  });

  test("streams of several root contexts may bring their headers in any order", () => {
    const host = sampleHost();
    const filter = host.start();
    configureOther(host, filter, 10);
    filter.createContext(11, 10);
    filter.createContext(12, 1);
    filter.createContext(13, 10);
    filter.requestHeaders(12);
    expect(host.takeEvents()).toBe(CALL);
    filter.requestHeaders(13);
    filter.requestHeaders(11);
    expect(host.takeEvents().split("count services_missing").length).toBe(3);
  });

  test("a root context without a configuration, or that was never created: 503", () => {
    const host = sampleHost();
    const filter = host.start();
    filter.createContext(10, 0);
    expect(outcome(host, filter, 11, 10)).toBe(UNAVAILABLE);
    expect(outcome(host, filter, 12, 99)).toBe(UNAVAILABLE);
    expect(outcome(host, filter, 13, 1)).toBe(CALL);
  });

  test("no root context at all: 503", () => {
    const host = sampleHost();
    const filter = new Filter(host);
    expect(filter.requestHeaders(2)).toBe(Action.StopAllAndWatermark);
    expect(host.takeEvents()).toBe(UNAVAILABLE);
    expect(filter.configure(5, 10)).toBe(false);
  });

  test("one that is gone makes room for its successor", () => {
    const host = sampleHost();
    const filter = host.start();
    host.without(1);
    const document = configuration("");
    filter.createContext(20, 0);
    expect(filter.configure(20, document.length)).toBe(true);
    expect(outcome(host, filter, 21, 20)).toBe(CALL);
    // A stream of the one that is gone has no configuration.
    expect(outcome(host, filter, 22, 1)).toBe(UNAVAILABLE);
  });

  test("one that is gone has taken its streams and calls along: they count as abandoned", () => {
    const host = sampleHost();
    const filter = host.start();
    request(filter, 2);
    request(filter, 3);
    host.takeEvents();
    host.without(1);
    filter.createContext(10, 0);
    expect(host.takeEvents()).toBe("effective 1; effective 10; count abandoned; count abandoned");
    host.answering("200");
    filter.callResponse(100, 5, 0);
    expect(host.takeEvents()).toBe("");
  });

  test("ids of all 32 bits are told apart", () => {
    const host = sampleHost();
    const filter = host.start();
    configureOther(host, filter, 0x80000010);
    const refused = "count services_missing; respond 403 3scale_services_missing";
    expect(outcome(host, filter, 0x80000011, 0x80000010)).toBe(refused);
    expect(outcome(host, filter, 0xfffffffe, 0xffffffff)).toBe(UNAVAILABLE);
    expect(outcome(host, filter, 0x80000012, 1)).toBe(CALL);
  });

  test("streams that never bring headers are forgotten", () => {
    const host = sampleHost().quiet();
    const filter = host.start();
    configureOther(host, filter, 10);
    for (let id: u32 = 100; id < 1124; id++) {
      if (id % 2 == 0) host.without(id);
      filter.createContext(id, 10);
    }
    // The odd ones are still known as streams of the second root context.
    for (let id: u32 = 101; id < 1124; id += 2) filter.requestHeaders(id);
    expect(host.counted()).toBe(512);
    // What nothing is known of is taken for a stream of the first, which asks the backend and counts later.
    for (let id: u32 = 100; id < 1124; id += 2) filter.requestHeaders(id);
    expect(host.counted()).toBe(512);
  });
});
