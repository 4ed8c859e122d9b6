import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { configuration, Gateway, service } from "../support/gateway.ts";
import { luaFilter, type EnvoyObject } from "../support/envoy-config.ts";

const LONG = "x".repeat(3_000);

/** What Envoy's set_metadata puts on every request, by namespace. */
const METADATA: Record<string, EnvoyObject> = {
  "example.credentials": {
    text: "one",
    empty: "",
    utf8: "ключ",
    long: LONG,
    list: ["first", "second"],
    pair: ["dave", "dave-secret"],
    mixed: ["first", 7],
    nested_list: [["inner"]],
    empty_list: [],
    number: 7,
    yes: true,
    nothing: null,
    struct: { key: "deep", other: "another" },
    group: { number: 7, text: "behind a number" },
    levels: { a: { b: { c: { user_key: "bottom" } } } },
    by_name: { holder: { only: "inside" }, two: { a: "x", b: "y" }, list: { only: ["l0", "l1"] } },
    empty_struct: {},
  },
  "example.single": { anything: { user_key: "the only entry" } },
};

interface Lookup {
  path?: string[];
  keys?: string[];
  ops?: unknown[];
}

interface Case extends Lookup {
  title: string;
  /** The user key that the backend is asked about; undefined where none is found. */
  found: string | undefined;
}

const below = (...path: string[]): string[] => ["example.credentials", ...path];
const NONE = undefined;

const CASES: Case[] = [
  { title: "a string, without keys", path: below("text"), found: "one" },
  { title: "a string that a key names by its value", path: below("text"), keys: ["two", "one"], found: "one" },
  { title: "a string that no key names", path: below("text"), keys: ["two"], found: NONE },
  { title: "a string of other letters", path: below("utf8"), found: "ключ" },
  { title: "a long string", path: below("long"), found: LONG },
  { title: "an empty string", path: below("empty"), found: NONE },
  { title: "an entry of a struct", path: below("struct"), keys: ["key"], found: "deep" },
  {
    title: "the first of the keys that is there",
    path: below("struct"),
    keys: ["nope", "other", "key"],
    found: "another",
  },
  { title: "no key that is there", path: below("struct"), keys: ["nope"], found: NONE },
  { title: "a struct, without keys", path: below("struct"), found: NONE },
  { title: "a way through structs", path: below("levels", "a", "b", "c"), keys: ["user_key"], found: "bottom" },
  { title: "a way that ends early", path: below("levels", "a", "x", "c"), keys: ["user_key"], found: NONE },
  { title: "a list: its first value", path: below("list"), found: "first" },
  { title: "a list, its last value by operations", path: below("list"), ops: [{ take: { tail: 1 } }], found: "second" },
  { title: "an element of a list", path: below("list"), keys: ["1"], found: "second" },
  { title: "an element by the path", path: below("list", "1"), found: "second" },
  { title: "no such element, then one", path: below("list"), keys: ["7", "0"], found: "first" },
  { title: "no such element", path: below("list"), keys: ["2", "-1"], found: NONE },
  { title: "a list that is not of strings only", path: below("mixed"), found: NONE },
  { title: "the string in such a list", path: below("mixed"), keys: ["0"], found: "first" },
  { title: "a list in a list", path: below("nested_list"), keys: ["0"], found: "inner" },
  { title: "an empty list", path: below("empty_list"), found: NONE },
  { title: "a number", path: below("number"), found: NONE },
  { title: "a boolean", path: below("yes"), found: NONE },
  { title: "a null", path: below("nothing"), found: NONE },
  { title: "a number under the first key that is there", path: below("group"), keys: ["number", "text"], found: NONE },
  { title: "a struct with one entry, by its key", path: below("by_name"), keys: ["holder"], found: "inside" },
  { title: "a struct with two entries, by its key", path: below("by_name"), keys: ["two"], found: NONE },
  { title: "a struct whose one entry is a list", path: below("by_name"), keys: ["list"], found: "l0" },
  { title: "0 for the only entry of a struct", path: below("by_name", "holder", "0"), found: "inside" },
  { title: "0 where there are two entries", path: below("by_name", "two", "0"), found: NONE },
  { title: "0 where there is none", path: below("empty_struct", "0"), found: NONE },
  {
    title: "0 for the only entry of the namespace",
    path: ["example.single", "0"],
    keys: ["user_key"],
    found: "the only entry",
  },
  { title: "0 where the namespace has many", path: below("0"), keys: ["key"], found: NONE },
  { title: "another filter's name", path: ["example.absent", "text"], found: NONE },
  { title: "the beginning of a filter's name", path: ["example", "text"], found: NONE },
  { title: "a filter's name alone", path: ["example.credentials"], keys: ["text"], found: NONE },
  { title: "no path", keys: ["text"], found: NONE },
];

const setMetadata: EnvoyObject = {
  name: "envoy.filters.http.set_metadata",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.set_metadata.v3.Config",
    metadata: Object.entries(METADATA).map(([metadata_namespace, value]) => ({ metadata_namespace, value })),
  },
};

const rule = (header: string, key: string, type: string, more: EnvoyObject = {}): EnvoyObject => ({
  header,
  on_header_present: { metadata_namespace: "example.headers", key, type, ...more },
  remove: true,
});

const headerToMetadata: EnvoyObject = {
  name: "envoy.filters.http.header_to_metadata",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.header_to_metadata.v3.Config",
    request_rules: [
      rule("x-text", "text", "STRING"),
      rule("x-number", "number", "NUMBER"),
      rule("x-value", "value", "PROTOBUF_VALUE", { encode: "BASE64" }),
    ],
  },
};

const byAuthority = (authority: string, credentials: EnvoyObject): EnvoyObject =>
  service({ id: authority, authorities: [authority], credentials });

describe("credentials from Envoy's dynamic metadata", () => {
  let gateway: Gateway;
  before(async () => {
    const services = CASES.map(({ path, keys, ops }, index) => {
      const filter = { ...(path && { path }), ...(keys && { keys }), ...(ops && { ops }) };
      return byAuthority(`case-${String(index)}.test`, { user_key: [{ filter }] });
    });
    gateway = await Gateway.start({
      set: {
        configuration: configuration([
          ...services,
          byAuthority("pair.test", { app_id: [{ filter: { path: below("pair") } }] }),
          byAuthority("separate.test", {
            app_id: [{ filter: { path: below("pair"), keys: ["0"] } }],
            app_key: [{ filter: { path: below("pair"), keys: ["1"] } }],
          }),
          byAuthority("next.test", {
            user_key: [{ filter: { path: ["example.absent", "x"] } }, { header: { keys: ["x-user-key"] } }],
          }),
        ]),
        before: [setMetadata],
      },
      headers: {
        configuration: configuration([
          byAuthority("text.test", { user_key: [{ filter: { path: ["example.headers", "text"] } }] }),
          byAuthority("number.test", { user_key: [{ filter: { path: ["example.headers", "number"] } }] }),
          byAuthority("value.test", { user_key: [{ filter: { path: ["example.headers", "value"], keys: ["key"] } }] }),
        ]),
        before: [headerToMetadata],
      },
      late: {
        configuration: configuration([service({ credentials: { user_key: [{ filter: { path: below("text") } }] } })]),
        after: [setMetadata],
      },
      bytes: {
        configuration: configuration([service({ credentials: { user_key: [{ filter: { path: ["lua", "key"] } }] } })]),
        before: [
          luaFilter(`function envoy_on_request(handle)
            handle:streamInfo():dynamicMetadata():set("lua", "key", handle:headers():get("x-lua") or "")
          end`),
        ],
      },
    });
  });
  after(() => gateway.stop());

  async function ask(name: string, host: string, headers: [string, string][] = []) {
    const { answer, calls, passed } = await gateway.send(name, { host, headers });
    const [query] = calls.map((call) => new Map(call.query()));
    if (query === undefined) {
      assert.deepEqual([answer.status, answer.body], [403, "Authentication parameters missing\n"]);
      assert.equal(passed.length, 0);
    } else assert.equal(answer.status, 200);
    return query;
  }

  for (const [index, { title, found }] of CASES.entries()) {
    it(`${title}: ${found === undefined ? "not found" : "found"}`, async () => {
      const query = await ask("set", `case-${String(index)}.test`);
      assert.equal(query?.get("user_key"), found);
    });
  }

  it("takes the second of two values as the application's key", async () => {
    for (const host of ["pair.test", "separate.test"]) {
      const query = await ask("set", host);
      assert.deepEqual([query?.get("app_id"), query?.get("app_key")], ["dave", "dave-secret"], host);
    }
  });

  it("goes on to the next source where a filter has left nothing", async () => {
    assert.equal((await ask("set", "next.test", [["x-user-key", "from a header"]]))?.get("user_key"), "from a header");
    assert.equal(await ask("set", "next.test"), undefined);
  });

  it("reads what header_to_metadata makes of headers", async () => {
    assert.equal((await ask("headers", "text.test", [["x-text", "a b&c"]]))?.get("user_key"), "a b&c");
    assert.equal(await ask("headers", "text.test"), undefined);
    assert.equal(await ask("headers", "number.test", [["x-number", "42"]]), undefined);
    // A google.protobuf.Value that holds the Struct {"key": "packed"}.
    const entry = Buffer.concat([Buffer.from("\x0a\x03key\x12\x08\x1a\x06packed", "latin1")]);
    const struct = Buffer.concat([Buffer.from([0x0a, entry.length]), entry]);
    const value = Buffer.concat([Buffer.from([0x2a, struct.length]), struct]).toString("base64");
    assert.equal((await ask("headers", "value.test", [["x-value", value]]))?.get("user_key"), "packed");
  });

  it("does not see what a following filter sets", async () => {
    assert.equal(await ask("late", "api.test"), undefined);
  });

  it("takes bytes that are no UTF-8 as they are", async () => {
    const { answer, calls } = await gateway.send("bytes", { headers: [["x-lua", "\xff\xfe"]] });
    assert.equal(answer.status, 200);
    assert.match(calls[0]?.path ?? "", /&user_key=%FF%FE&/);
    assert.equal((await ask("bytes", "api.test", [["x-lua", "fine"]]))?.get("user_key"), "fine");
  });

  it("warns of a path that leads nowhere", () => {
    const index = CASES.findIndex(({ title }) => title === "a filter's name alone");
    const place = `services[${String(index)}].credentials.user_key[0].filter`;
    const line = gateway.envoy
      .log()
      .split("\n")
      .find((one) => one.includes(place));
    assert.match(line ?? "", /\[warning\].*a path of at least two segments/);
  });
});
