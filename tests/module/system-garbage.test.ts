import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, assertSound, systemMetric } from "../support/system-asks.ts";
import { systemConfiguration } from "../support/system-config.ts";
import { startEmulatedSystem } from "../support/system-emulator.ts";
import { seededNumbers } from "../support/system-tamper.ts";

const IDS = Array.from({ length: 50 }, (_, index) => String(2001 + index));
const ROUNDS = 25;
const PIECES = [
  '"',
  "\\",
  "\\u0000",
  "\\ud800",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "true",
  "1e999",
  "-9223372036854775808",
  "99999999999999999999",
  "{}",
  "[[]]",
  '"proxy":',
  '"hosts":[',
  '"proxy_rules":[{',
  '"pattern":"/{",',
  '"pattern":"/{x}/{",',
  '"delta":-1,',
  '"position":null,',
  '"oidc_issuer_endpoint":"://@",',
  '"endpoint":"https://[::1",',
  '"hosts":["*","?","\\\\",""],',
  '"auth_user_key":"",',
  "\u0000",
  "\u00ff",
  "\u{1f600}",
];

/** A document with something taken out, doubled, put in or changed, once or a few times. */
function mutated(document: string, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(document);
  for (let count = 1 + random(3); count > 0; count--) {
    const [at, length] = [random(bytes.length), random(40)];
    const [before, rest] = [bytes.subarray(0, at), bytes.subarray(at)];
    const changes = [
      () => Buffer.concat([before, rest.subarray(length)]),
      () => Buffer.concat([before, rest.subarray(0, length), rest]),
      () => Buffer.concat([before, Buffer.from(PIECES[random(PIECES.length)]!), rest]),
      () => Buffer.concat([before, Buffer.from(PIECES[random(PIECES.length)]!), rest.subarray(length)]),
      () => Buffer.concat([before, Buffer.from([random(256)]), rest.subarray(1)]),
      () => before,
    ];
    bytes = changes[random(changes.length)]!();
    if (bytes.length === 0) bytes = Buffer.from("x");
  }
  return bytes;
}

describe("answers that are nearly right", () => {
  for (let seed = 1; seed <= 3; seed++) {
    it(`are taken or refused, and nothing traps: seed ${String(seed)}`, async (test) => {
      const random = seededNumbers(seed);
      const authentications = ["1", "2", "oidc"] as const;
      const system = await startEmulatedSystem({
        configuration: systemConfiguration(IDS),
        concurrency: 1,
        logLevel: "debug",
        prepare: (admin) => {
          for (const [index, id] of IDS.entries()) {
            const authentication = authentications[index % 3]!;
            const oidcIssuerEndpoint = authentication === "oidc" ? "https://id:secret@sso.test/realm/" : null;
            const rules = [{ method: "GET", pattern: "/", metric: "hits" }];
            admin.publish({ id, hosts: [`h${id}.test`], authentication, oidcIssuerEndpoint, rules, otherRules: 3 });
          }
        },
      });
      const { envoy, admin } = system;
      envoy.advance(100);
      admin.fail((document) => ({ reply: { body: mutated(document, random) } }));
      for (let round = 0; round < ROUNDS; round++) {
        envoy.advance(1_200);
        for (const id of IDS) ask(system, { authority: `h${id}.test`, path: "/?user_key=a&app_id=i" });
        assertSound(system);
      }
      test.diagnostic(
        `taken ${String(systemMetric(system, "fetched"))}, refused ${String(systemMetric(system, "fetch_failed"))}`,
      );
      assert.ok(systemMetric(system, "fetched") > 2 * IDS.length, "some are right all the same");
      assert.ok(systemMetric(system, "fetch_failed") > 2 * IDS.length, "some are not");
      admin.heal();
      envoy.advance(2_500);
      for (const [index, id] of IDS.entries()) {
        const asked = ask(system, { authority: `h${id}.test`, path: "/?user_key=a&app_id=i" });
        const mode = authentications[index % 3]!;
        const credentials = mode === "1" ? "user_key=a" : "app_id=i";
        const served = `service_id=${id}&service_token=service-token-${id}&${credentials}&usage[hits]=1`;
        assert.equal(asked, mode === "oidc" ? "403 Authentication parameters missing" : served);
      }
      const text = envoy.logs.map(({ message }) => message).join("\n");
      for (const secret of ["id:secret", "service-token-20"]) assert.equal(text.includes(secret), false, secret);
    });
  }
});
