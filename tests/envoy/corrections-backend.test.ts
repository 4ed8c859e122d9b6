import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cluster } from "../support/envoy-config.ts";
import { configuration, Gateway, service } from "../support/gateway.ts";
import { exchange, type ClientResponse } from "../support/http-client.ts";
import { freePort } from "../support/ports.ts";
import { CLOSE, GARBAGE, NEVER, RESET, response, type Reply } from "../support/recording-server.ts";

const ALLOWED_HEADER = "x-3scale-auth-failure-mode-allowed";
const NO_VERDICT: Record<string, Reply> = {
  "500": response(500),
  "503": response(503),
  "302": response(302, [["location", "http://elsewhere.test/"]]),
  "204": response(204),
  "202": response(202),
  "206": response(206),
  "a timeout": NEVER,
  "a reset": RESET,
  "a closed connection": CLOSE,
  "what is not HTTP": GARBAGE,
  "half an answer": { send: "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", then: "close" },
};
const REFUSALS = [400, 401, 403, 404, 409, 422, 429, 431, 499];

const upstream = { timeout: 200 };
const onFailure = (on_failure: object, others: object = {}) =>
  configuration([service()], { upstream: { ...upstream, ...others }, backend: { on_failure } });
const answerOf = ({ status, body }: ClientResponse) => [status, body];

describe("what the backend is asked, and what its answers mean", () => {
  let gateway: Gateway;

  before(async () => {
    gateway = await Gateway.start(
      {
        default: { configuration: configuration([service()], { upstream }) },
        allow: { configuration: onFailure({ mode: "allow" }) },
        "allow dead": { configuration: onFailure({ mode: "allow" }, { name: "dead" }) },
        "allow missing": { configuration: onFailure({ mode: "allow" }, { name: "no such cluster" }) },
        dead: { configuration: configuration([service()], { upstream: { name: "dead" } }) },
        missing: { configuration: configuration([service()], { upstream: { name: "no such cluster" } }) },
        empty: { configuration: configuration([service()], { upstream: { name: "empty" } }) },
        ...Object.fromEntries(
          [403, 429, 500, 502, 503, 504, 555].map((status) => [
            `status ${String(status)}`,
            { configuration: onFailure({ mode: "deny", status }) },
          ]),
        ),
        extensions: {
          configuration: configuration([service()], {
            backend: {
              extensions: ["no_body", "limit_headers", "hierarchy=1", "a&b=c=d", "rejection_reason_header=1"],
            },
          }),
        },
        odd: {
          configuration: configuration([
            service({
              id: "s 9&=#+%/",
              token: "t&o=k en#+%/é",
              credentials: {
                app_id: [{ header: { keys: ["x-app-id"] } }],
                app_key: [{ header: { keys: ["x-app-key"] } }],
              },
              mapping_rules: [{ method: "any", pattern: "/", usages: [{ name: "m]=1&usage[x", delta: 1 }] }],
            }),
          ]),
        },
        held: { configuration: configuration(), filter: { allowOnHeadersStopIteration: true } },
      },
      { clusters: [cluster("empty", await freePort(), { load_assignment: { cluster_name: "empty" } })] },
    );
  });
  after(() => gateway.stop());

  const answerWith = (reply: Reply) => {
    gateway.backend.handler = () => reply;
  };

  it("correction 1: every name and value of an AuthRep call is percent-encoded", async () => {
    answerWith(response(200));
    const injected = await gateway.get("default", "/?user_key=a%26usage%5Bhits%5D%3D0%23%20%2B%25%FF%0D%0A");
    assert.equal(
      injected.calls[0]?.path,
      "/transactions/authrep.xml?service_id=service-1&service_token=token-1" +
        "&user_key=a%26usage%5Bhits%5D%3D0%23%20%2B%25%FF%0D%0A&usage%5Bhits%5D=1",
    );
    const odd = await gateway.get("odd", "/", [
      ["x-app-id", "i&app_key=x d"],
      ["x-app-key", "k=?/\xe9"],
    ]);
    assert.equal(
      odd.calls[0]?.path,
      "/transactions/authrep.xml?service_id=s%209%26%3D%23%2B%25%2F&service_token=t%26o%3Dk%20en%23%2B%25%2F%C3%A9" +
        "&app_id=i%26app_key%3Dx%20d&app_key=k%3D%3F%2F%E9&usage%5Bm%5D%3D1%26usage%5Bx%5D=1",
    );
  });

  for (const [what, reply] of Object.entries(NO_VERDICT)) {
    it(`correction 5: ${what} from the backend is no verdict: 502`, async () => {
      answerWith(reply);
      const path = `/deny/${encodeURIComponent(what)}?user_key=k`;
      const added = await gateway.outcomesOf(async () => {
        const { answer, calls, passed } = await gateway.get("default", path);
        assert.deepEqual(answerOf(answer), [502, "Bad Gateway\n"]);
        assert.equal(calls.length, 1);
        assert.equal(passed.length, 0);
      });
      // Envoy answers a call in the backend's place (503, 504) where none comes; only an answer cut off has no headers.
      const outcome = what === "half an answer" ? "backend_unreachable" : "backend_error";
      assert.deepEqual(added, { [outcome]: 1 });
      assert.equal((await gateway.envoy.waitForAccessLog(path)).details, `3scale_${outcome}`);
    });

    it(`correction 5: ${what} from the backend lets the request in where on_failure says so`, async () => {
      answerWith(reply);
      const added = await gateway.outcomesOf(async () => {
        const { answer, passed } = await gateway.get("allow", "/?user_key=k", [
          [ALLOWED_HEADER, "forged"],
          ["X-3scale-Auth-Failure-Mode-Allowed", "forged too"],
        ]);
        assert.deepEqual(answerOf(answer), [200, "from the API"]);
        assert.deepEqual(
          passed[0]?.headers.filter(([name]) => name.toLowerCase() === ALLOWED_HEADER),
          [[ALLOWED_HEADER, "true"]],
        );
      });
      assert.deepEqual(added, { allowed_on_failure: 1 });
    });
  }

  for (const [name, outcome] of [
    ["dead", "backend_error"],
    ["empty", "backend_call_failed"],
    ["missing", "backend_call_failed"],
  ] as const) {
    it(`correction 5: a cluster that is ${name} is no verdict`, async () => {
      const path = `/${name}?user_key=k`;
      const added = await gateway.outcomesOf(async () => {
        const { answer } = await gateway.get(name, path);
        assert.deepEqual(answerOf(answer), [502, "Bad Gateway\n"]);
      });
      assert.deepEqual(added, { [outcome]: 1 });
      assert.equal((await gateway.envoy.waitForAccessLog(path)).details, `3scale_${outcome}`);
    });
  }

  for (const name of ["allow dead", "allow missing"]) {
    it(`correction 5: on_failure allow holds for a cluster too: ${name}`, async () => {
      const { answer, passed } = await gateway.get(name, "/?user_key=k");
      assert.equal(answer.status, 200);
      assert.equal(passed[0]?.header(ALLOWED_HEADER), "true");
    });
  }

  it("correction 5: that a cluster is missing is logged once, not for each request", async () => {
    const lines = () => gateway.envoy.log().split('calls to the cluster "no such cluster" cannot be made').length - 1;
    for (let i = 0; i < 3; i++) await gateway.get("missing", "/?user_key=k");
    // One for each of the two configurations that name it.
    await gateway.get("allow missing", "/?user_key=k");
    assert.equal(lines(), 2);
  });

  for (const [status, body] of [
    [403, "Forbidden\n"],
    [429, "Too Many Requests\n"],
    [500, "Internal Server Error\n"],
    [502, "Bad Gateway\n"],
    [503, "Service Unavailable\n"],
    [504, "Gateway Timeout\n"],
    [555, "Authorization unavailable\n"],
  ] as const) {
    it(`correction 5: on_failure gives the status ${String(status)}`, async () => {
      answerWith(response(500));
      const { answer, passed } = await gateway.get(`status ${String(status)}`, "/?user_key=k");
      assert.deepEqual(answerOf(answer), [status, body]);
      assert.equal(passed.length, 0);
    });
  }

  it("correction 5: a 4xx is a refusal, also with on_failure allow", async () => {
    for (const name of ["default", "allow"]) {
      for (const status of REFUSALS) {
        answerWith(response(status));
        const added = await gateway.outcomesOf(async () => {
          const { answer, passed } = await gateway.get(name, "/?user_key=k");
          assert.deepEqual(answerOf(answer), [403, "Authentication failed\n"], `${name} ${String(status)}`);
          assert.equal(passed.length, 0);
        });
        assert.deepEqual(added, { authentication_failed: 1 });
      }
      answerWith(response(409, [["3scale-rejection-reason", "limits_exceeded"]]));
      const { answer } = await gateway.get(name, "/?user_key=k");
      assert.deepEqual(answerOf(answer), [429, "Usage limit exceeded\n"]);
    }
  });

  it("correction 5: an AuthRep path over 8 KiB is refused before the call, so that a client cannot cause a failure", async () => {
    answerWith(response(200));
    const fixed = "/transactions/authrep.xml?service_id=service-1&service_token=token-1&user_key=&usage%5Bhits%5D=1";
    const longest = 8192 - fixed.length;
    for (const name of ["default", "allow"]) {
      const fits = await gateway.get(name, `/?user_key=${"k".repeat(longest)}`);
      assert.equal(fits.answer.status, 200);
      assert.equal(fits.calls[0]?.path.length, 8192);
      for (const key of ["k".repeat(longest + 1), "%FF".repeat(longest / 3 + 1), "k".repeat(20_000)]) {
        const added = await gateway.outcomesOf(async () => {
          const { answer, calls, passed } = await gateway.get(name, `/?user_key=${key}`);
          assert.deepEqual(answerOf(answer), [403, "Authentication failed\n"]);
          assert.deepEqual([calls.length, passed.length], [0, 0]);
        });
        assert.deepEqual(added, { authrep_path_too_long: 1 });
      }
    }
  });

  it("correction 21: backend.extensions are sent in 3scale-options beside the two that the filter needs", async () => {
    answerWith(response(200));
    const { calls } = await gateway.get("extensions", "/?user_key=k");
    assert.equal(
      calls[0]?.header("3scale-options"),
      "no_body=1&rejection_reason_header=1&limit_headers=1&hierarchy=1&a%26b=c%3Dd",
    );
  });

  for (const key of ["right", "wrong"]) {
    it(`correction 22: a request with a body is held until the verdict, whatever Envoy is told: ${key} key`, async () => {
      let answer: (reply: Reply) => void = () => undefined;
      gateway.backend.handler = () =>
        new Promise<Reply>((resolve) => {
          answer = resolve;
        });
      gateway.api.take();
      gateway.backend.take();
      const attempts = gateway.envoy.stat("cluster.api.upstream_rq_total");
      const body = "x".repeat(10_000);
      const sent = exchange(await gateway.envoy.port("held"), {
        ...{ method: "POST", host: "api.test", path: `/?user_key=${key}`, body },
      });
      await sent.sent;
      await gateway.backend.waitFor(1);
      // The other listener shares the worker thread: once it has answered, the held request has had its turn.
      assert.equal((await gateway.get("missing", "/?user_key=k")).answer.status, 502);
      assert.equal(gateway.api.requests.length, 0);
      assert.equal(await gateway.envoy.stat("cluster.api.upstream_rq_total"), await attempts);
      answer(response(key === "right" ? 200 : 403));
      const { status } = await sent.response;
      assert.equal(status, key === "right" ? 200 : 403);
      assert.deepEqual(
        gateway.api.take().map((seen) => seen.body),
        key === "right" ? [body] : [],
      );
    });
  }
});
