import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { exchange, get, NoResponseError, request } from "../support/http-client.ts";
import { readMessage } from "../support/http-message.ts";
import { CLOSE, GARBAGE, NEVER, RecordingServer, RESET, response } from "../support/recording-server.ts";

const parse = (text: string, rule: "none" | "framed" | "framed-or-end" = "framed", ended = false) =>
  readMessage(Buffer.from(text, "latin1"), () => rule, ended);

describe("readMessage", () => {
  it("takes one message and leaves the next", () => {
    const text = "POST / HTTP/1.1\r\nA:1\r\nContent-Length: 3\r\n\r\nabcGET";
    assert.deepEqual(parse(text), {
      message: {
        startLine: "POST / HTTP/1.1",
        headers: [
          ["A", "1"],
          ["Content-Length", "3"],
        ],
        body: "abc",
      },
      consumed: text.length - 3,
    });
  });

  it("waits for the rest of head, body, chunks and trailers", () => {
    const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n1\r\nd\r\n0\r\nT: 1\r\n\r\n";
    for (let length = 0; length < text.length; length++) assert.equal(parse(text.slice(0, length)), undefined);
    assert.equal(parse(text)?.message.body, "abcd");
    assert.equal(parse(text)?.consumed, text.length);
  });

  it("ends an unframed response with the connection", () => {
    const text = "HTTP/1.1 200 OK\r\n\r\nall of it";
    assert.equal(parse(text, "framed-or-end"), undefined);
    assert.equal(parse(text, "framed-or-end", true)?.message.body, "all of it");
  });

  it("refuses what is not HTTP", () => {
    assert.throws(() => parse("GET / HTTP/1.1\r\nno colon\r\n\r\n"), /not a header line/);
    assert.throws(() => parse("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), /not a chunk size/);
  });
});

describe("the raw client and the recording server", () => {
  let server: RecordingServer;
  before(async () => {
    server = await RecordingServer.start();
  });
  after(() => server.close());

  it("send and record the very bytes", async () => {
    server.handler = () => response(201, [["X-Bytes", "\xff"]], "\xfe");
    const raw = "PUT /a b HTTP/1.1\r\nx:  1 \r\nX: 2\r\nContent-Length: 1\r\n\r\n\xfd";
    const answer = await request(server.port, { raw });
    assert.deepEqual([answer.status, answer.header("x-bytes"), answer.body], [201, "\xff", "\xfe"]);
    const [seen] = server.take();
    assert.equal(seen?.startLine, "PUT /a b HTTP/1.1");
    assert.deepEqual(seen.headers, [
      ["x", "1"],
      ["X", "2"],
      ["Content-Length", "1"],
    ]);
    assert.equal(seen.body, "\xfd");
  });

  it("tell why there is no response", async () => {
    const whyOf = async (options: Parameters<typeof request>[1] = {}) => {
      const failure: unknown = await request(server.port, options).catch((error: unknown) => error);
      return failure instanceof NoResponseError ? failure.why : failure;
    };
    server.handler = () => CLOSE;
    assert.equal(await whyOf(), "closed");
    server.handler = () => RESET;
    assert.equal(await whyOf(), "closed");
    server.handler = () => NEVER;
    assert.equal(await whyOf({ timeoutMs: 50 }), "timeout");
    server.handler = () => GARBAGE;
    assert.match(String(await whyOf({ timeoutMs: 200 })), /not an HTTP\/1.1 status line|timeout/);
    await server.close();
    assert.equal(await whyOf(), "closed");
    server = await RecordingServer.start();
  });

  it("end together: an abort reaches the server, close() ends a held connection", async () => {
    server.handler = () => NEVER;
    const left = exchange(server.port, { path: "/left" });
    await server.waitFor(1);
    left.abort();
    await assert.rejects(left.response, (error: NoResponseError) => error.why === "aborted");
    const held = get(server.port, "localhost", "/held");
    await server.waitFor(2);
    await server.close();
    await assert.rejects(held, (error: NoResponseError) => error.why === "closed");
    assert.equal(server.connections, 0);
    server = await RecordingServer.start();
  });
});
