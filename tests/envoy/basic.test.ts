import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { exampleFile, examplePluginConfig, fencedBlocks } from "../support/examples.ts";
import { configuration, Gateway, service, type Sent } from "../support/gateway.ts";

const [BY_ID, BY_KEY] = examplePluginConfig("http-basic").services;

const base64 = (text: string, encoding: BufferEncoding = "utf8"): string =>
  Buffer.from(text, encoding).toString("base64");
const unpadded = (text: string): string => base64(text).replace(/=+$/, "");

describe("HTTP Basic, with the credentials of examples/http-basic", () => {
  let gateway: Gateway;
  before(async () => {
    const { credentials: byId } = BY_ID!;
    const { credentials: byKey } = BY_KEY!;
    gateway = await Gateway.start(
      {
        gateway: {
          configuration: configuration([
            service({ authorities: ["id.test"], credentials: byId }),
            service({ authorities: ["key.test"], credentials: byKey }),
            service({ authorities: ["either.test"], credentials: { ...byKey, ...byId } }),
          ]),
        },
      },
      { componentLogLevel: "wasm:debug" },
    );
  });
  after(() => gateway.stop());

  const send = (host: string, ...values: string[]): Promise<Sent> =>
    gateway.send("gateway", { host, headers: values.map((value): [string, string] => ["authorization", value]) });

  /** The credentials that 3scale was asked about; fails unless there were some, and the request passed. */
  function credentialsOf({ answer, calls }: Sent): Record<string, string> {
    assert.deepEqual([answer.status, calls.length], [200, 1]);
    const isCredential = ([name]: [string, string]) => ["user_key", "app_id", "app_key"].includes(name);
    return Object.fromEntries(calls[0]!.query().filter(isCredential));
  }

  function assertMissing({ answer, calls, passed }: Sent, what: string): void {
    assert.deepEqual([answer.status, answer.body], [403, "Authentication parameters missing\n"], what);
    assert.deepEqual([calls.length, passed.length], [0, 0], what);
  }

  const idAndKey = async (value: string) => credentialsOf(await send("id.test", value));
  const userKey = async (value: string) => credentialsOf(await send("key.test", value));

  it("takes an application's id and key", async () => {
    assert.deepEqual(await idAndKey(`Basic ${base64("id:key")}`), { app_id: "id", app_key: "key" });
  });

  it("takes an id without a key, with and without the colon", async () => {
    assert.deepEqual(await idAndKey(`Basic ${base64("id:")}`), { app_id: "id" });
    assert.deepEqual(await idAndKey(`Basic ${base64("id")}`), { app_id: "id" });
  });

  it("takes a key with colons as it is", async () => {
    assert.deepEqual(await idAndKey(`Basic ${base64("id:k:e:y:")}`), { app_id: "id", app_key: "k:e:y:" });
    assert.deepEqual(await idAndKey(`Basic ${base64("id::")}`), { app_id: "id", app_key: ":" });
  });

  it("takes a user key alone, with and without the colon", async () => {
    assert.deepEqual(await userKey(`Basic ${base64("the-key:")}`), { user_key: "the-key" });
    assert.deepEqual(await userKey(`Basic ${base64("the-key")}`), { user_key: "the-key" });
  });

  it("takes no user key beside a password", async () => {
    for (const pair of ["key:password", "key::", "key:password:"]) {
      assertMissing(await send("key.test", `Basic ${base64(pair)}`), pair);
    }
  });

  it("takes base64 without padding, whatever its length", async () => {
    for (const id of ["a", "ab", "abc", "abcd"]) {
      const expected = { app_id: id, app_key: "key" };
      assert.deepEqual(await idAndKey(`Basic ${unpadded(`${id}:key`)}`), expected);
      assert.deepEqual(await idAndKey(`Basic ${base64(`${id}:key`)}`), expected);
      assert.deepEqual(await userKey(`Basic ${unpadded(id)}`), { user_key: id });
    }
  });

  it("takes what needs the 62nd and 63rd letter of base64, and characters beyond ASCII", async () => {
    const text = "~~>?:ÿÿ?>ключ&x=1";
    assert.match(base64(text), /\+.*\/|\/.*\+/);
    const [id, key] = text.split(":");
    assert.deepEqual(await idAndKey(`Basic ${base64(text)}`), { app_id: id, app_key: key });
  });

  it("takes the scheme in any of its usual spellings", async () => {
    for (const scheme of ["Basic", "basic", "BASIC"]) {
      assert.deepEqual(await idAndKey(`${scheme} ${base64("id:key")}`), { app_id: "id", app_key: "key" });
    }
  });

  it("takes no other scheme", async () => {
    const pair = base64("id:key");
    for (const value of [
      `Bearer ${pair}`,
      `Basic2 ${pair}`,
      `NotBasic ${pair}`,
      `Digest ${pair}`,
      pair,
      "Basic",
      "Basic ",
    ]) {
      assertMissing(await send("id.test", value), value);
      assertMissing(await send("key.test", value), value);
    }
  });

  it("takes nothing that is no base64, or no UTF-8 in it", async () => {
    const notUtf8 = base64("id\xff\xfe:key", "latin1");
    for (const value of ["not-base64!", "a", `${base64("id:key")}=`, "aWQ6a2V5 aWQ6a2V5", "=", "aW=Q", notUtf8]) {
      assertMissing(await send("id.test", `Basic ${value}`), value);
    }
  });

  it("takes no empty id or key", async () => {
    for (const pair of [":", ":key", ""]) {
      assertMissing(await send("id.test", `Basic ${base64(pair)}`), pair);
      assertMissing(await send("key.test", `Basic ${base64(pair)}`), pair);
    }
  });

  it("is missing where there is no header", async () => {
    assertMissing(await send("id.test"), "no header");
  });

  it("takes either kind in one service: a user key goes first, a pair is an id and its key", async () => {
    const either = async (pair: string) => credentialsOf(await send("either.test", `Basic ${base64(pair)}`));
    assert.deepEqual(await either("one:two"), { app_id: "one", app_key: "two" });
    assert.deepEqual(await either("one:"), { user_key: "one" });
    assert.deepEqual(await either("one"), { user_key: "one" });
  });

  it("cannot rewrite the call to 3scale", async () => {
    const key = "k&usage[hits]=0&service_id=2\r\nx: y\0";
    assert.deepEqual(await idAndKey(`Basic ${base64(`id:${key}`)}`), { app_id: "id", app_key: key });
  });

  it("says at debug level which operation failed and why, without the value", async () => {
    const from = gateway.envoy.log().length;
    await send("id.test", "Basic c2VjcmV0!");
    const [line] = await gateway.envoy.waitForLog(/3scale-auth: no credentials.*$/m, { from });
    const expected =
      "app_id[0].header: key authorization matched, then ops[4] (base64_standard) failed: the value is not base64";
    assert.equal(line, `3scale-auth: no credentials for service service-1: ${expected}`);
    const [shown] = fencedBlocks(exampleFile("http-basic", "README.md"), "text").filter((one) =>
      one.includes(expected),
    );
    assert.equal(shown, `3scale-auth: no credentials for service 2555417000000: ${expected}\n`);
    assert.doesNotMatch(gateway.envoy.log().slice(from), /c2VjcmV0/);
  });
});
