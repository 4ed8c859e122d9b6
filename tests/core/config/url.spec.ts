import { Bytes } from "../../../assembly/core/bytes/bytes";
import { parseUrl } from "../../../assembly/core/config/url";
import * as wording from "../../../assembly/core/config/wording";

/** Returns `scheme authority path query`, and what is warned of; what is expected where it is no URL. */
function parsed(text: string): string {
  const result = parseUrl(Bytes.of(text));
  const url = result.url;
  if (url == null) return "!" + result.fault;
  return (
    (url.isHttps ? "https " : "http ") +
    url.authority.printable() +
    " " +
    url.path.printable() +
    " " +
    url.query.printable() +
    (result.warning.length > 0 ? "!" + result.warning : "")
  );
}

describe("parseUrl", () => {
  test("what can be used", () => {
    const rows: string[] = [
      "https://su1.3scale.net",
      "https su1.3scale.net / ",
      "http://backend",
      "http backend / ",
      "HTTPS://SU1.3Scale.NET/",
      "https su1.3scale.net / ",
      "https://a:443",
      "https a / ",
      "http://a:80",
      "http a / ",
      "https://a:80",
      "https a:80 / ",
      "http://a:443/",
      "http a:443 / ",
      "http://a:3000/base",
      "http a:3000 /base/ ",
      "http://a:65535/base/",
      "http a:65535 /base/ ",
      "http://a:00080",
      "http a / ",
      "http://a:",
      "http a / ",
      "http://a/b/../c/./d",
      "http a /c/d/ ",
      "http://a/b/..",
      "http a / ",
      "http://a/b?x=1&y=2",
      "http a /b/ x=1&y=2",
      "http://a?x=1",
      "http a / x=1",
      "http://a/?",
      "http a / ",
      "http://a/b?c?d",
      "http a /b/ c?d",
      "http://[::1]:3000/x",
      "http [::1]:3000 /x/ ",
      "http://[2001:DB8::1]",
      "http [2001:db8::1] / ",
      "http://127.0.0.1:3000",
      "http 127.0.0.1:3000 / ",
      "http://a\\b\\c",
      "http a /b/c/ ",
      'http://a/b c{d}"<>|^`é?e f',
      "http a /b%20c%7Bd%7D%22%3C%3E%7C%5E%60%C3%A9/ e%20f",
      "http://a/%41%2f",
      "http a /%41%2f/ ",
      "http://a_b.~c-d/",
      "http a_b.~c-d / ",
    ];
    for (let i = 0; i < rows.length; i += 2) expect(parsed(rows[i])).toBe(rows[i + 1], rows[i]);
  });

  test("what is used, with a warning", () => {
    expect(parsed("https://user:pass@a/b")).toBe("https a /b/ !" + wording.URL_USERINFO);
    expect(parsed("https://u@v@a/")).toBe("https a / !" + wording.URL_USERINFO);
    expect(parsed("https://a/b#c")).toBe("https a /b/ !" + wording.URL_FRAGMENT);
    expect(parsed("https://a/b?x=1#c?d")).toBe("https a /b/ x=1!" + wording.URL_FRAGMENT);
    expect(parsed("https://a/b#c?d")).toBe("https a /b/ !" + wording.URL_FRAGMENT);
  });

  test("what is no URL to call", () => {
    const rows: string[] = [
      "",
      wording.URL,
      "su1.3scale.net",
      wording.URL,
      "//su1.3scale.net",
      wording.URL,
      "/path",
      wording.URL,
      ":",
      wording.URL,
      "://a",
      wording.URL,
      "https:",
      wording.URL,
      "https:/a",
      wording.URL,
      "https:a",
      wording.URL,
      "1http://a",
      wording.URL,
      " https://a",
      wording.URL,
      "ftp://a",
      wording.URL_SCHEME,
      "ws://a",
      wording.URL_SCHEME,
      "httpx://a",
      wording.URL_SCHEME,
      "httpss://a",
      wording.URL_SCHEME,
      "https://",
      wording.URL_HOST,
      "https:///a",
      wording.URL_HOST,
      "https://?a",
      wording.URL_HOST,
      "https://:443",
      wording.URL_HOST,
      "https://user@",
      wording.URL_HOST,
      "https://a b",
      wording.URL_HOST,
      "https://ä.example",
      wording.URL_HOST,
      "https://a%20b",
      wording.URL_HOST,
      "https://[::1",
      wording.URL_HOST,
      "https://[::1]x",
      wording.URL_PORT,
      "https://[]",
      wording.URL_HOST,
      "https://[::g/]",
      wording.URL_HOST,
      "https://a*b",
      wording.URL_HOST,
      "https://a:x",
      wording.URL_PORT,
      "https://a:0",
      wording.URL_PORT,
      "https://a:65536",
      wording.URL_PORT,
      "https://a:99999999999999999999",
      wording.URL_PORT,
      "https://a:80:80",
      wording.URL_PORT,
      "https://a:-1",
      wording.URL_PORT,
      "https://a: 80",
      wording.URL_PORT,
    ];
    for (let i = 0; i < rows.length; i += 2) expect(parsed(rows[i])).toBe("!" + rows[i + 1], rows[i]);
  });
});

describe("UrlResult.found", () => {
  test("shows nothing that may be a secret", () => {
    const urls: string[] = [
      "https://user:secret@a/b",
      "https://secret@a/b#x",
      "https://a:secret@/",
      "https://secret@a:x/",
      "https://a:8o80/?token=secret",
      "https://a b/secret?secret",
      "secret:https://a",
      "user:secret@a",
      "secret",
    ];
    for (let i = 0; i < urls.length; i++) {
      const found = parseUrl(Bytes.of(urls[i])).found;
      expect(found.length).toBeGreaterThan(0, urls[i]);
      expect(found.includes("secret")).toBe(false, urls[i] + ": " + found);
    }
  });
});
