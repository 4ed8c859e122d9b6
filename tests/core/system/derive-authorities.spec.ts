import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { AuthorityPattern, normalizeAuthority } from "../../../assembly/core/service/authority";
import { deriveAuthorities } from "../../../assembly/core/system/derive-authorities";
import { raw } from "../support";

const out: ByteWriter = new ByteWriter(64);

function derive(hosts: string[], endpoint: string = ""): StaticArray<AuthorityPattern> {
  const bytes: Bytes[] = [];
  for (let i = 0; i < hosts.length; i++) bytes.push(raw(hosts[i]));
  return deriveAuthorities(bytes, endpoint.length == 0 ? null : raw(endpoint));
}

function matches(patterns: StaticArray<AuthorityPattern>, authority: string, https: bool): bool {
  normalizeAuthority(raw(authority), https, out);
  const normal = out.copy();
  for (let i = 0; i < patterns.length; i++) if (patterns[i].matches(normal, https)) return true;
  return false;
}

/** Checks authorities, separated by spaces, that match and that do not, with either scheme. */
function check(patterns: StaticArray<AuthorityPattern>, matching: string, other: string): void {
  const yes = matching.split(" ");
  const no = other.split(" ");
  for (let i = 0; i < yes.length * 2; i++) expect(matches(patterns, yes[i >> 1], (i & 1) == 1)).toBe(true, yes[i >> 1]);
  for (let i = 0; i < no.length * 2; i++) expect(matches(patterns, no[i >> 1], (i & 1) == 1)).toBe(false, no[i >> 1]);
}

describe("deriveAuthorities", () => {
  test("hosts with any port", () => {
    check(
      derive(["API.example.com"]),
      "api.example.com Api.Example.Com api.example.com:80 api.example.com:443 api.example.com:8080 api.example.com:",
      "example.com x.api.example.com api.example.comx api.example.com.evil.example apiXexample.com *",
    );
  });

  test("the port of a host is dropped", () => {
    check(derive(["a.example:8443"]), "a.example a.example:8443 a.example:80", "b.example a.example8443");
  });

  test("the endpoint's host", () => {
    check(derive(["a"], "https://B.example:443/path?x"), "a b.example b.example:9", "https path d");
    check(derive([], "https://u:p@b.example"), "b.example", "u u:p u:p@b.example");
    check(derive([], "b.example"), "b.example b.example:1", "c");
  });

  test("duplicates are dropped, what is empty is none", () => {
    expect(derive(["a", "A", "a:80", "", ":80", "b"], "https://a:443").length).toBe(4);
    expect(derive([]).length).toBe(0);
    expect(derive([""], "https://").length).toBe(0);
  });

  test("characters of globs are literal", () => {
    check(derive(["*.example", "b+"]), "*.example b+ *.example:8", "x.example b bb");
  });

  test("addresses", () => {
    check(derive(["127.0.0.1"]), "127.0.0.1 127.0.0.1:80", "127x0.0.1");
    check(derive(["[::1]:8080"]), "[::1] [::1]:80 [::1]:9", "::1 [::2]");
    check(derive(["FE80::1"]), "[fe80::1] [fe80::1]:9", "fe80 fe80::1");
    check(derive([], "https://[::1]:443"), "[::1] [::1]:80", "::1");
    check(derive(["[::1"]), "[::1", "[::2");
  });
});
