import { Bytes } from "../../../assembly/core/bytes/bytes";
import { RequestSnapshot } from "../../../assembly/core/request/request-snapshot";
import { SpecRequest } from "../support";

const sent: SpecRequest = new SpecRequest();
const request: RequestSnapshot = sent.snapshot;

describe("RequestSnapshot", () => {
  beforeEach(() => {
    sent.clear();
  });

  test("takes the pseudo-headers", () => {
    sent.header(":method", "GET");
    sent.header(":scheme", "https");
    sent.header(":authority", "API.example.com:443");
    sent.header(":path", "/a//b?x=1&y=%20");
    request.read();
    expect(request.method.printable()).toBe("GET");
    expect(request.isHttps).toBe(true);
    expect(request.authority.printable()).toBe("api.example.com");
    expect(request.pathForms().at(0).printable()).toBe("/a/b");
    expect(request.parameters().count).toBe(2);
  });

  test("CONNECT has neither path nor scheme", () => {
    sent.header(":method", "CONNECT");
    sent.header(":authority", "api.example.com:80");
    request.read();
    expect(request.isHttps).toBe(false);
    expect(request.authority.printable()).toBe("api.example.com");
    expect(request.pathForms().at(0).length).toBe(0);
    expect(request.parameters().count).toBe(0);
  });

  test("no headers at all", () => {
    request.read();
    expect(request.method.length).toBe(0);
    expect(request.authority.length).toBe(0);
    expect(request.pathForms().count).toBe(1);
    expect(request.parameters().count).toBe(0);
  });

  test("the first question mark begins the query", () => {
    sent.header(":path", "/a?b?c=1");
    request.read();
    expect(request.pathForms().at(0).printable()).toBe("/a");
    expect(request.parameters().find(Bytes.of("b?c"))).toBe(0);
  });

  test("nothing is left of the request before", () => {
    sent.header(":method", "POST");
    sent.header(":scheme", "https");
    sent.header(":authority", "a");
    sent.header(":path", "/a/../b?x=1");
    request.read();
    expect(request.pathForms().count).toBeGreaterThan(1);
    expect(request.parameters().count).toBe(1);
    request.headers.clear();
    sent.header(":path", "/c");
    request.read();
    expect(request.method.length).toBe(0);
    expect(request.isHttps).toBe(false);
    expect(request.authority.length).toBe(0);
    expect(request.pathForms().count).toBe(1);
    expect(request.pathForms().at(0).printable()).toBe("/c");
    expect(request.parameters().count).toBe(0);
  });
});
