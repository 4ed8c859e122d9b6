import { Bytes } from "../../../assembly/core/bytes/bytes";
import { RequestSnapshot } from "../../../assembly/core/request/request-snapshot";
import { NoMetadata } from "../support";

const request: RequestSnapshot = new RequestSnapshot(new NoMetadata());
const kept: Bytes[] = [];

function header(name: string, value: string): void {
  const nameBytes = Bytes.of(name);
  const valueBytes = Bytes.of(value);
  kept.push(nameBytes);
  kept.push(valueBytes);
  request.headers.add(nameBytes.ptr, nameBytes.length, valueBytes.ptr, valueBytes.length);
}

describe("RequestSnapshot", () => {
  beforeEach(() => {
    request.headers.clear();
  });

  test("takes the pseudo-headers", () => {
    header(":method", "GET");
    header(":scheme", "https");
    header(":authority", "API.example.com:443");
    header(":path", "/a//b?x=1&y=%20");
    request.read();
    expect(request.method.printable()).toBe("GET");
    expect(request.isHttps).toBe(true);
    expect(request.authority.printable()).toBe("api.example.com");
    expect(request.pathForms().at(0).printable()).toBe("/a/b");
    expect(request.parameters().count).toBe(2);
  });

  test("CONNECT has neither path nor scheme", () => {
    header(":method", "CONNECT");
    header(":authority", "api.example.com:80");
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
    header(":path", "/a?b?c=1");
    request.read();
    expect(request.pathForms().at(0).printable()).toBe("/a");
    expect(request.parameters().find(Bytes.of("b?c"))).toBe(0);
  });

  test("nothing is left of the request before", () => {
    header(":method", "POST");
    header(":scheme", "https");
    header(":authority", "a");
    header(":path", "/a/../b?x=1");
    request.read();
    expect(request.pathForms().count).toBeGreaterThan(1);
    expect(request.parameters().count).toBe(1);
    request.headers.clear();
    header(":path", "/c");
    request.read();
    expect(request.method.length).toBe(0);
    expect(request.isHttps).toBe(false);
    expect(request.authority.length).toBe(0);
    expect(request.pathForms().count).toBe(1);
    expect(request.pathForms().at(0).printable()).toBe("/c");
    expect(request.parameters().count).toBe(0);
  });
});
