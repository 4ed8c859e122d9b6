import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { latin1, toBytes, toLatin1, type Bytes } from "../../emulator/index.ts";
import { ConfigurationProbe, loadPlugin } from "../support/plugin.ts";
import { configuration } from "./config-text.ts";

/** No message has a piece of them by chance. */
const SECRETS = {
  serviceToken: "qZ7xW9vK2pL4",
  accessToken: "Jf8Yt3Hb6Nc1",
  user: "Xw5Rg0Mz",
  password: "Vd2Qs7Tk",
  queryKey: "Bp9Ue4Ly",
  systemUser: "Gh6Oa1Ci",
  systemQueryKey: "Zn3Fj8Dx",
};
const { serviceToken, accessToken, user, password, queryKey, systemUser, systemQueryKey } = SECRETS;
/** As much of a secret may be seen by chance or in a syntax fault, which shows one byte. */
const TELLING_LENGTH = 4;

const GOOD = configuration({
  upstream: `"name": "b", "url": "https://${user}:${password}@b.test:8443/base?api_key=${queryKey}", "timeout": 500`,
  token: `"${serviceToken}"`,
  credentials:
    '{"user_key": [{"header": {"keys": ["x-key"], "ops": [{"log": {"level": "trace", "msg": "seen"}}, "values"]}}]}',
  top: `, "system": {"upstream": {"name": "s", "url": "http://${systemUser}@s.test/?${systemQueryKey}"}, "token": "${accessToken}", "ttl": 60}`,
});

const probe = await ConfigurationProbe.load({ logLevel: "trace" });

/** Every piece of a secret that would tell something of it. */
function pieces(secret: string): string[] {
  return Array.from({ length: secret.length - TELLING_LENGTH + 1 }, (_, i) => secret.slice(i, i + TELLING_LENGTH));
}

/** Finds any of these, which are letters and digits. */
function anyOf(tellTales: readonly string[]): RegExp {
  return new RegExp(tellTales.join("|"));
}

const ALL_PIECES = anyOf(Object.values(SECRETS).flatMap(pieces));

function assertNoSecret(lines: readonly string[], label: string, tellTales = ALL_PIECES): void {
  const telling = lines.find((line) => tellTales.test(line));
  assert.equal(telling, undefined, label);
}

function check(text: Bytes, label: string): boolean {
  const { accepted, lines } = probe.update(text);
  assert.ok(lines.length > 0, label);
  assertNoSecret(lines, label);
  return accepted;
}

test("a good configuration tells nothing, and is told nothing but warnings of", () => {
  assert.equal(check(GOOD, "good"), true);
});

test("requests tell nothing of tokens, and nothing of keys", async () => {
  const vm = await loadPlugin({ logLevel: "trace" });
  const root = vm.createRoot({ configuration: GOOD });
  const key = "Ks4Wm9Eq";
  const answers = [200, 403, 409, 500] as const;
  for (const status of answers) {
    root.onHttpCall(() => ({ reply: { status } }));
    root.request({ authority: "a", headers: [["x-key", key]] }).finish();
  }
  root.onHttpCall(() => "fail");
  root.request({ authority: "a", headers: [["x-key", key]] }).finish();
  root.onHttpCall(() => ({ refuse: 2 }));
  root.request({ authority: "a", headers: [["x-key", key]] }).finish();
  root.request({ authority: "a", path: `/?user_key=${key}` }).finish();
  vm.endRoot(root);
  assert.ok(vm.logs.length > 0);
  const lines = vm.logs.map(({ message }) => message);
  assertNoSecret(lines, "request");
  assertNoSecret(lines, "request", anyOf(pieces(key)));
});

suite("broken at every place around a secret", () => {
  const bytes = toLatin1(toBytes(GOOD));
  const AROUND = 40;
  const INTRUDERS = [
    '"',
    "\\",
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    "@",
    "?",
    "#",
    "/",
    "=",
    " ",
    "\n",
    "\0",
    "x",
    "7",
    "\xff",
  ];

  for (const [name, secret] of Object.entries(SECRETS)) {
    const at = bytes.indexOf(secret);
    const from = Math.max(at - AROUND, 0);
    const to = Math.min(at + secret.length + AROUND, bytes.length);
    const broken = (start: number, end: number, middle: string) =>
      latin1(bytes.slice(0, start) + middle + bytes.slice(end));

    test(`${name}: cut off`, () => {
      for (let i = from; i <= to; i++) check(broken(i, bytes.length, ""), `cut at ${String(i)}`);
    });

    test(`${name}: bytes replaced and put in`, () => {
      for (let i = from; i < to; i++) {
        for (const intruder of INTRUDERS) {
          check(broken(i, i + 1, intruder), `${JSON.stringify(intruder)} at ${String(i)}`);
          check(broken(i, i, intruder), `${JSON.stringify(intruder)} before ${String(i)}`);
        }
      }
    });

    test(`${name}: bytes left out`, () => {
      for (let i = from; i < to; i++) {
        for (let length = 1; length <= 16; length++)
          check(broken(i, i + length, ""), `${String(length)} at ${String(i)}`);
      }
    });
  }
});

suite("secrets where they do not belong", () => {
  const secret = serviceToken;
  const text = `"${secret}"`;
  const upstream = (url: string) => configuration({ upstream: `"name": "b", "url": ${url}` });
  const system = (fields: string) => configuration({ top: `, "system": {${fields}}` });
  const systemUpstream = '"upstream": {"name": "s", "url": "http://s"}';
  const usage = (fields: string) =>
    configuration({ rules: `[{"method": "GET", "pattern": "/", "usages": ${fields}}]` });

  const refused: Record<string, string> = {
    "the configuration is a string": text,
    "a system that is a string": configuration({ top: `, "system": ${text}` }),
    "a system in a list": configuration({ top: `, "system": [${text}]` }),
    "an access token in an object": system(`${systemUpstream}, "token": {"value": ${text}}`),
    "an access token in a list": system(`${systemUpstream}, "token": [${text}]`),
    "an access token as an object's name": system(`${systemUpstream}, "token": {${text}: null}`),
    "a ttl that is a string": system(`${systemUpstream}, "token": "t", "ttl": ${text}`),
    "an access token under a mistyped name": system(`${systemUpstream}, "tokn": ${text}`),
    "a backend that is a string": `{"api": "v1", "backend": ${text}}`,
    "an upstream that is a string": `{"api": "v1", "backend": {"upstream": ${text}}}`,
    "a cluster in a list": configuration({ upstream: `"name": [${text}], "url": "http://b"` }),
    "a timeout that is a string": configuration({ upstream: `"name": "b", "url": "http://b", "timeout": ${text}` }),
    "a mistyped name in an upstream": configuration({ upstream: `"name": "b", "url": "http://b", "tokn": ${text}` }),
    "extensions that are a string": configuration({ backend: `, "extensions": ${text}` }),
    "an on_failure that is a string": configuration({ backend: `, "on_failure": ${text}` }),
    "a status that is a string": configuration({ backend: `, "on_failure": {"status": ${text}}` }),
    "a mode in a list": configuration({ backend: `, "on_failure": {"mode": [${text}]}` }),
    "services that are a string": `{"api": "v1", "services": ${text}}`,
    "a service that is a string": `{"api": "v1", "services": [${text}]}`,
    "a token in an object": configuration({ token: `{"value": ${text}}` }),
    "a token as an object's name": configuration({ token: `{${text}: 1}` }),
    "a token in lists": configuration({ token: `[[${text}]]` }),
    "an id in a list": configuration({ id: `[${text}]` }),
    "authorities that are a string": configuration({ authorities: text }),
    "an authority in a list": configuration({ authorities: `[[${text}]]` }),
    "credentials that are a string": configuration({ credentials: text }),
    "sources that are a string": configuration({ credentials: `{"user_key": ${text}}` }),
    "a source that is a string": configuration({ credentials: `{"user_key": [${text}]}` }),
    "a lookup that is a string": configuration({ credentials: `{"user_key": [{"header": ${text}}]}` }),
    "keys that are a string": configuration({ credentials: `{"user_key": [{"header": {"keys": ${text}}}]}` }),
    "operations that are a string": configuration({
      credentials: `{"user_key": [{"header": {"keys": [], "ops": ${text}}}]}`,
    }),
    "mapping rules that are a string": configuration({ rules: text }),
    "a mapping rule that is a string": configuration({ rules: `[${text}]` }),
    "usages that are a string": usage(text),
    "a usage that is a string": usage(`[${text}]`),
    "a delta that is a string": usage(`[{"name": "hits", "delta": ${text}}]`),
    "passthrough_metadata that is a string": configuration({ top: `, "passthrough_metadata": ${text}` }),
    "a reserved name": configuration({ top: `, "cache": ${text}` }),
    "a reserved name of a service": configuration({ service: `, "responses": {"token": ${text}}` }),
    "a token without quotes": configuration({ token: secret }),
    "a token in single quotes": configuration({ token: `'${secret}'` }),
    "a token with a line break": configuration({ token: `"${secret}\n${secret}"` }),
    "a token with a wrong escape": configuration({ token: `"${secret}\\q${secret}"` }),
    "a token twice": configuration({ service: `, "token": ${text}` }),
    "a URL in a list": upstream(`["https://${secret}@b"]`),
  };
  for (const [name, broken] of Object.entries(refused)) {
    test(name, () => {
      assert.equal(check(broken, name), false);
    });
  }

  const ignored: Record<string, string> = {
    "a token under a mistyped name": configuration({ service: `, "tokn": ${text}` }),
    "a token under a name in capitals": configuration({ service: `, "Token": ${text}` }),
    "a token under another's name": configuration({ service: `, "service_token": ${text}` }),
    "a token deep below an unknown name": configuration({ top: `, "secrets": {"a": [{"b": ${text}}]}` }),
  };
  for (const [name, odd] of Object.entries(ignored)) {
    test(name, () => {
      assert.equal(check(odd, name), true);
    });
  }

  const urls: Record<string, string> = {
    "no scheme": `${secret}:x@b`,
    "no scheme, a query": `b?key=${secret}`,
    "a scheme without slashes": `https:${secret}@b`,
    "a scheme with one slash": `https:/${secret}@b`,
    "the scheme's colon left out": `https//${secret}:x@b`,
    "another scheme": `ftp://${secret}:x@b/?${secret}`,
    "no host": `https://${secret}@/`,
    "a bad host": `https://${secret}@b c/`,
    "a bad port": `https://${secret}@b:port/`,
    "a port too large": `https://x:${secret}@b:99999?${secret}`,
    "no @": `https://x:${secret}b`,
    "a space for the @": `https://${secret} b`,
    "a ? in the password": `https://x:a?${secret}@b:y`,
    "a # in the password": `https://x:${secret}#${secret}@b:y`,
    "a / in the password": `https://x:${secret}/${secret}@b`,
    "no ? before the query": `https://b=key=${secret}`,
    "a query right after the port": `https://b:8443key=${secret}`,
    "two @": `https://${secret}@${secret}@b:x`,
  };
  for (const [name, url] of Object.entries(urls)) {
    test(`a URL with ${name}`, () => {
      assert.equal(check(upstream(JSON.stringify(url)), name), false);
    });
  }

  const odd: Record<string, string> = {
    "user information": `https://${secret}:${secret}@b/`,
    "user information, and a fragment": `https://${secret}@b/?${secret}#${secret}`,
    "a query, and a fragment": `https://b/?key=${secret}#x`,
    "a query without its ?, and a fragment": `https://b/key=${secret}#x`,
  };
  for (const [name, url] of Object.entries(odd)) {
    test(`a URL with ${name} is warned of`, () => {
      const { accepted, lines } = probe.check(upstream(JSON.stringify(url)));
      assert.equal(accepted, true);
      assert.ok(lines.some((line) => line.includes("warning at backend.upstream.url ")));
      assertNoSecret(lines, name);
    });
  }

  test("a token that is a number", () => {
    const number = "918273645546372819";
    for (const token of [
      number,
      `-${number}`,
      `${number}.5`,
      `0.${number}`,
      `${number}x`,
      `${number}.`,
      `1e${number}`,
    ]) {
      for (const text of [
        configuration({ token }),
        configuration({ service: `, "tokn": ${token}` }),
        system(`${systemUpstream}, "token": ${token}`),
      ]) {
        assertNoSecret(probe.check(text).lines, token, anyOf(pieces(number)));
      }
    }
  });
});
