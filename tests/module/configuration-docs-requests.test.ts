import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Answer } from "../../emulator/index.ts";
import {
  ASKED,
  AUTHORITIES,
  PATTERNS,
  VERDICTS,
  ANSWERS,
  BODIES,
  OUTCOMES,
  PASSED_ON,
  PASSES,
  markdown,
  document,
  base,
  examples,
  vm,
  plainRequest,
  withPlugin,
} from "../support/configuration-document.ts";
import { codeSpan, codeSpans } from "../support/docs-blocks.ts";
import {
  askedOf,
  countedOutcomes,
  ownHeaders,
  readReply,
  readRequest,
  withPart,
  writtenAnswer,
  writtenCall,
  type DocResult,
  type Fields,
} from "../support/docs-configuration.ts";
import { exampleRows } from "../support/docs-examples.ts";

suite("the requests of docs/configuration.md", () => {
  for (const { configuration, cells } of exampleRows(examples, ASKED)) {
    const [request, expected] = cells;
    test(`${request}: ${expected}`, () => {
      withPlugin(configuration, (plugin) => {
        const result = plugin.request(readRequest(request));
        if (/^\d/.test(expected)) assert.equal(writtenAnswer(result), expected);
        else assert.deepEqual(result.call && askedOf(result.call), codeSpans(expected));
        plugin.abort(result);
      });
    });
  }

  for (const { configuration, cells } of exampleRows(examples, PASSED_ON)) {
    const [request, expected] = cells;
    test(`${request} goes on`, () => {
      withPlugin(configuration, (plugin) => {
        const result = plugin.request(readRequest(request));
        assert.equal(result.call, undefined);
        assert.deepEqual(ownHeaders(result), codeSpans(expected));
        plugin.abort(result);
      });
    });
  }

  test("every table of requests belongs to a configuration", () => {
    for (const columns of [ASKED, PASSED_ON, ANSWERS]) {
      assert.equal(exampleRows(examples, columns).length, document.rows(columns).length);
    }
  });

  test("the whole call", () => {
    const [example, ...others] = examples.filter(({ http }) => http.length > 0);
    assert.ok(
      example !== undefined && others.length === 0 && example.http.length === 2,
      "not one request and its call",
    );
    withPlugin(example.configuration, (plugin) => {
      const result = plugin.request(readRequest(`\`${example.http[0]!}\``));
      assert.equal(result.call && writtenCall(result.call), example.http[1]);
      plugin.abort(result);
    });
  });

  test("a client's copies of the headers it names are removed", () => {
    const [paragraph] = /A request that passes[^]*?\n\n/.exec(markdown)!;
    const own = codeSpans(paragraph).filter((name) => name.startsWith("x-3scale-"));
    assert.equal(own.length, 9);
    const sent = own.map((name) => `\`${name}: b\` \`${name.replaceAll("-", "_")}: b\``).join(" ");
    withPlugin(base, (plugin) => {
      const request = readRequest(`\`GET /products?user_key=a\` \`x-3scale-other: c\` ${sent}`);
      const result = plugin.request(request, readReply("`200`"));
      const left = result.stream.upstreamHeaders!.entries().filter(([name]) => /^x.3scale/.test(name));
      assert.deepEqual(left, [["x-3scale-other", "c"]]);
      plugin.abort(result);
    });
  });
});

suite("the authorities and patterns of docs/configuration.md", () => {
  const asked = undefined;

  for (const [authority, request, expected] of document.rows(AUTHORITIES) as [string, string, string][]) {
    test(`${authority} and ${request}: ${expected}`, () => {
      const part = { authorities: [codeSpan(authority)], mapping_rules: ruleOf("/") };
      assertOutcome(part, codeSpan(request), { yes: asked, no: "unknown_service" }, expected);
    });
  }

  for (const [pattern, path, expected] of document.rows(PATTERNS) as [string, string, string][]) {
    test(`${pattern} and ${path}: ${expected}`, () => {
      const part = { mapping_rules: ruleOf(codeSpan(pattern)) };
      const outcomes = { yes: asked, no: "no_mapping_rule", "400": "ambiguous_path" };
      assertOutcome(part, codeSpan(path), outcomes, expected);
    });
  }

  function ruleOf(pattern: string): Fields[] {
    return [{ method: "any", pattern, usages: [{ name: "hits", delta: 1 }] }];
  }

  function assertOutcome(
    part: Fields,
    target: string,
    outcomes: Record<string, string | undefined>,
    expected: string,
  ): void {
    assert.ok(expected in outcomes, expected);
    withPlugin(withPart(base, part), (plugin) => {
      const result = plugin.request(readRequest(`\`GET ${target}\` \`x-api-key: a\``));
      assert.equal(result.outcome, outcomes[expected]);
      assert.equal(result.call !== undefined, result.outcome === asked);
      plugin.abort(result);
    });
  }
});

suite("the replies of docs/configuration.md", () => {
  for (const [reply, expected] of document.rows(VERDICTS) as [string, string][]) {
    test(`${reply} is ${expected}`, () => {
      withPlugin(base, (plugin) => {
        const result = plugin.request(plainRequest, readReply(reply));
        assert.equal(result.outcome, codeSpan(expected));
        plugin.abort(result);
      });
    });
  }

  for (const { configuration, cells } of exampleRows(examples, ANSWERS)) {
    const [reply, expected] = cells;
    test(`${reply} with ${JSON.stringify((configuration["backend"] as Fields)["on_failure"])}`, () => {
      withPlugin(configuration, (plugin) => {
        const result = plugin.request(plainRequest, readReply(reply));
        if (expected.startsWith(PASSES)) assert.deepEqual(ownHeaders(result), codeSpans(expected));
        else assert.equal(writtenAnswer(result), expected);
        plugin.abort(result);
      });
    });
  }

  test("the body of each status that on_failure may have", () => {
    const bodies = new Map(document.rows(BODIES).map(([status, body]) => [status, codeSpan(body!)]));
    for (let status = 400; status <= 599; status++) {
      withPlugin(withPart(base, { backend: { on_failure: { status } } }), (plugin) => {
        const result = plugin.request(plainRequest, readReply("`500`"));
        const body = bodies.get(String(status)) ?? bodies.get("any other")!;
        assert.equal(writtenAnswer(result), `${String(status)} \`${body}\``);
        plugin.abort(result);
      });
    }
  });
});

suite("the outcomes of docs/configuration.md", () => {
  const passing = { passthrough_metadata: true };
  const [service] = base["services"] as [Fields];
  const limits = "`409` `3scale-rejection-reason: limits_exceeded`";

  /** What brings each outcome about; the two others have tests of their own. */
  const provocations: Record<string, { part?: Fields; request?: string; reply?: Answer }> = {
    allowed: { reply: readReply("`200`") },
    allowed_on_failure: { part: { backend: { on_failure: { mode: "allow" } } }, reply: readReply("`500`") },
    passed_through: { part: passing },
    unknown_service: { request: "`GET https://other.example.com/`" },
    services_missing: { part: { services: null } },
    credentials_missing: { request: "`GET /products`" },
    no_mapping_rule: { request: "`GET /?user_key=a`" },
    ambiguous_path: { request: "`GET /a/../products?user_key=a`" },
    backend_missing: { part: { backend: null } },
    service_token_missing: { part: { services: [{ ...service, token: null }] } },
    authrep_path_too_long: { request: `\`GET /products?user_key=${"a".repeat(8192)}\`` },
    credentials_not_sendable: { part: passing, request: "`GET /products?user_key=a%0Ab`" },
    authentication_failed: { reply: readReply("`403`") },
    limits_exceeded: { reply: readReply(limits) },
    backend_error: { reply: readReply("`500`") },
    backend_unreachable: { reply: readReply("cut off") },
    backend_call_failed: { reply: readReply("no such cluster") },
  };

  test("every outcome of the plugin is documented, in its order, and no other, and is provoked", () => {
    const documented = document.rows(OUTCOMES).map(([outcome]) => codeSpan(outcome!));
    assert.deepEqual(documented, countedOutcomes(vm));
    const provoked = [...Object.keys(provocations), "abandoned", "configuration_unavailable"];
    assert.deepEqual(provoked.sort(), documented.sort());
  });

  for (const [outcome, { part = {}, request, reply }] of Object.entries(provocations)) {
    test(outcome, () => {
      withPlugin(withPart(base, part), (plugin) => {
        const result = plugin.request(request === undefined ? plainRequest : readRequest(request), reply);
        assert.equal(result.outcome, outcome);
        assertAnswer(result, outcome);
        plugin.abort(result);
      });
    });
  }

  test("abandoned", () => {
    assert.deepEqual(document.row(OUTCOMES, "abandoned").slice(1, 3), ["none", ""]);
    withPlugin(base, (plugin) => {
      const result = plugin.request(plainRequest);
      assert.equal(result.outcome, undefined);
      assert.equal(plugin.abort(result), "abandoned");
      assert.equal(result.stream.response, undefined);
    });
  });

  test("configuration_unavailable", () => {
    const root = vm.createRoot({ configuration: "" });
    assert.equal(root.accepted, false);
    // Envoy does not ask a plugin whose configuration was refused; this host does.
    root.accepted = true;
    const stream = root.request(plainRequest.input);
    assertAnswer({ stream, call: undefined, outcome: undefined }, "configuration_unavailable");
    stream.finish();
    vm.endRoot(root);
  });

  test("the longest path of a call that is sent", () => {
    const [, limit] = /A path of more than (\d+) bytes is not sent/.exec(markdown) ?? [];
    withPlugin(base, (plugin) => {
      const withKey = (length: number) => {
        const result = plugin.request(readRequest(`\`GET /products?user_key=${"a".repeat(length)}\``));
        plugin.abort(result);
        return result;
      };
      const room = Number(limit) - withKey(1).call!.path.length;
      assert.equal(withKey(1 + room).call?.path.length, Number(limit));
      assert.equal(withKey(2 + room).outcome, "authrep_path_too_long");
    });
  });

  function assertAnswer(result: DocResult, outcome: string): void {
    const [, status, body] = document.row(OUTCOMES, outcome) as [string, string, string, string];
    const { stream } = result;
    if (status === PASSES) {
      assert.equal(stream.outcome.kind, "continued");
      assert.equal(body, "");
      return;
    }
    assert.equal(writtenAnswer(result), `${status} ${body}`);
    assert.equal(stream.localReply?.details, `3scale_${outcome}`);
    assert.equal(stream.response?.headers.text("powered-by"), "3scale");
  }
});
