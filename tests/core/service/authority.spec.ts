import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { AuthorityPattern, isHttps, normalizeAuthority } from "../../../assembly/core/service/authority";
import { raw, written } from "../support";

const out: ByteWriter = new ByteWriter(1);

function normal(authority: string, https: bool): string {
  normalizeAuthority(raw(authority), https, out);
  return written(out);
}

/** Says whether a configured authority matches a request's, both as they are written. */
function isMatch(pattern: string, authority: string, https: bool = false): bool {
  normalizeAuthority(raw(authority), https, out);
  return new AuthorityPattern(raw(pattern)).matches(out.copy(), https);
}

describe("authorities", () => {
  test("normal form: as written, with http, with https", () => {
    const rows: string[] = [
      "api.example.com",
      "api.example.com",
      "api.example.com",
      "API.Example.COM",
      "api.example.com",
      "api.example.com",
      "a:80",
      "a",
      "a:80",
      "a:443",
      "a:443",
      "a",
      "a:",
      "a",
      "a",
      "a:8080",
      "a:8080",
      "a:8080",
      "a:080",
      "a:080",
      "a:080",
      "a:0443",
      "a:0443",
      "a:0443",
      "[::1]",
      "[::1]",
      "[::1]",
      "[::1]:80",
      "[::1]",
      "[::1]:80",
      "[::1]:443",
      "[::1]:443",
      "[::1]",
      "[::1]:",
      "[::1]",
      "[::1]",
      "[2001:DB8::80]",
      "[2001:db8::80]",
      "[2001:db8::80]",
      "2001:db8::80",
      "2001:db8::80",
      "2001:db8::80",
      "::443",
      "::443",
      "::443",
      "",
      "",
      "",
      ":",
      "",
      "",
      ":443",
      ":443",
      "",
      "a:443:443",
      "a:443:443",
      "a:443:443",
      "user@a:80",
      "user@a",
      "user@a:80",
      "a.",
      "a.",
      "a.",
      "0x7f.1",
      "0x7f.1",
      "0x7f.1",
      "%61",
      "%61",
      "%61",
      "\xe9X",
      "\\xe9x",
      "\\xe9x",
    ];
    for (let i = 0; i < rows.length; i += 3) {
      expect(normal(rows[i], false)).toBe(rows[i + 1], "http: " + rows[i]);
      expect(normal(rows[i], true)).toBe(rows[i + 2], "https: " + rows[i]);
    }
  });

  test("only https is https", () => {
    expect(isHttps(raw("https"))).toBe(true);
    expect(isHttps(raw("http"))).toBe(false);
    expect(isHttps(raw(""))).toBe(false);
    expect(isHttps(raw("wss"))).toBe(false);
  });

  test("both sides take the same normal form", () => {
    expect(isMatch("API.example.com", "api.EXAMPLE.com")).toBe(true);
    expect(isMatch("api.example.com:443", "api.example.com", true)).toBe(true);
    expect(isMatch("api.example.com:443", "api.example.com", false)).toBe(false);
    expect(isMatch("api.example.com:443", "api.example.com:443", false)).toBe(true);
    expect(isMatch("api.example.com", "api.example.com:443", true)).toBe(true);
    expect(isMatch("api.example.com", "api.example.com:443", false)).toBe(false);
    expect(isMatch("api.example.com:80", "api.example.com", false)).toBe(true);
    expect(isMatch("api.example.com:80", "api.example.com", true)).toBe(false);
    expect(isMatch("api.example.com:8080", "api.example.com")).toBe(false);
    expect(isMatch("[::1]:80", "[::1]", false)).toBe(true);
  });

  test("globs", () => {
    expect(isMatch("*", "anything:8080")).toBe(true);
    expect(isMatch("*", "")).toBe(true);
    expect(isMatch("*.example.com", "a.b.example.com")).toBe(true);
    expect(isMatch("*.example.com", "example.com")).toBe(false);
    expect(isMatch("*.example.com", "a.example.com:8080")).toBe(false);
    expect(isMatch("*.example.com:*", "a.example.com:8080")).toBe(true);
    expect(isMatch("api?.example.com", "api.example.com")).toBe(true);
    expect(isMatch("api+.example.com", "api.example.com")).toBe(false);
    expect(isMatch("*.example.com:443", "A.example.com", true)).toBe(true);
  });

  test("a glob with a default port takes no other port", () => {
    expect(isMatch("*:443", "a.example.com", true)).toBe(true);
    expect(isMatch("*:443", "a.example.com:443", true)).toBe(true);
    expect(isMatch("*:443", "a.example.com:8443", true)).toBe(false);
    expect(isMatch("*:443", "a.example.com", false)).toBe(false);
    expect(isMatch("*:443", "a.example.com:443", false)).toBe(true);
    expect(isMatch("*:80", "a.example.com:8080", false)).toBe(false);
  });
});
