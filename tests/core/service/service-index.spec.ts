import { AuthorityPattern } from "../../../assembly/core/service/authority";
import { NO_SERVICE, ServiceIndex } from "../../../assembly/core/service/service-index";
import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { normalizeAuthority } from "../../../assembly/core/service/authority";
import { Random, raw } from "../support";

const TOKENS: string[] = ["a", "b", ".", "a.b", "*", "*", "?", "+", ":443", ":80", ":8443"];
const AUTHORITY_TOKENS: string[] = ["a", "b", ".", "a.b", "b.a", ":443", ":80", ":8443"];

function text(random: Random, tokens: string[], most: i32): string {
  let made = "";
  for (let i = random.next(most) + 1; i > 0; i--) made += tokens[random.next(tokens.length)];
  return made;
}

function linear(patterns: AuthorityPattern[], authority: Bytes, https: bool): i32 {
  for (let i = 0; i < patterns.length; i++) if (patterns[i].matches(authority, https)) return i;
  return NO_SERVICE;
}

function indexOf(patterns: AuthorityPattern[], https: bool): ServiceIndex {
  const index = new ServiceIndex(https);
  for (let i = 0; i < patterns.length; i++) index.add(patterns[i], i);
  return index;
}

describe("ServiceIndex", () => {
  test("finds the service that a linear scan finds: 30,000 authorities", () => {
    const random = new Random(11);
    const buffer = new ByteWriter(64);
    const authority = new Bytes();
    let found = 0;
    for (let round = 0; round < 300; round++) {
      const patterns: AuthorityPattern[] = [];
      for (let i = random.next(20) + 1; i > 0; i--) patterns.push(new AuthorityPattern(raw(text(random, TOKENS, 4))));
      const http = indexOf(patterns, false);
      const https = indexOf(patterns, true);
      for (let i = 0; i < 100; i++) {
        const isHttps = random.next(2) == 1;
        normalizeAuthority(raw(text(random, AUTHORITY_TOKENS, 4)), isHttps, buffer);
        buffer.viewInto(authority);
        const expected = linear(patterns, authority, isHttps);
        if (expected != NO_SERVICE) found++;
        const got = (isHttps ? https : http).find(authority);
        if (got != expected) expect(got).toBe(expected, authority.printable());
      }
    }
    expect(found).toBeGreaterThan(5000);
    expect(found).toBeLessThan(29000);
  });

  test("of services with the same authority the first one is found", () => {
    const patterns: AuthorityPattern[] = [
      new AuthorityPattern(raw("b.example.com")),
      new AuthorityPattern(raw("*.example.com")),
      new AuthorityPattern(raw("a.example.com")),
      new AuthorityPattern(raw("b.example.com")),
    ];
    const index = indexOf(patterns, false);
    expect(index.find(raw("a.example.com"))).toBe(1);
    expect(index.find(raw("b.example.com"))).toBe(0);
    expect(index.find(raw("example.com"))).toBe(NO_SERVICE);
  });
});
