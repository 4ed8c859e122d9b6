import { probe, type Case } from "../step.ts";

/** HTTP calls. */
export const callCases: Case[] = [
  {
    name: "refused calls: cluster, path, method, authority, timeout, malformed pairs, no endpoint",
    steps: [
      {
        send: probe(
          "call missing /;call backend -;call backend / 5000 method;call backend / 5000 authority;call backend / 4294967295;call backend / 5000 malformed;call empty /;reply 200 $",
        ),
        expect: { body: "call=2|call=2|call=2|call=2|call=2|call=2|call=10" },
      },
    ],
    violations: ["malformed-pairs"],
  },
  {
    name: "answer: the root context's callback, headers, duplicates, body; all read-only",
    steps: [
      {
        send: probe("call backend /ok", [
          [
            "x-on-call",
            "callinfo;get 6 :status;get 6 x-b;pairs 6 x-b;get 6 x-raw;get 7 x;pairs 7;buffer 4;buffer 4 1 2;buffer-status 4;add 6 x y;set-buffer 4 0 0 x;size 6;status;get 0 x-t;context self;reply 200 $",
          ],
          ["x-return", "4"],
          ["x-t", "1"],
        ]),
        expect: {
          status: 200,
          body: "callinfo=root headers=some body=5 trailers=0|get=0 200|get=0 1|pairs=0 x-b:1 x-b:2|get=0 \u00ff|get=2|pairs=0 none|buffer=0 hello|buffer=0 el|buffer-status=0 5|add=2|set-buffer=2|size=2|status=0 0 |get=2|context=0",
          upstream: null,
        },
      },
    ],
  },
  {
    name: "answer and request are both readable on the effective context",
    steps: [
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;get 6 :status;buffer 4;get 0 x-t;pairs 0 x-t;reply 200 $"],
          ["x-return", "4"],
          ["x-t", "1"],
        ]),
        expect: { body: "context=0|get=0 200|buffer=0 hello|get=0 1|pairs=0 x-t:1" },
      },
    ],
  },
  {
    name: "body and content length of a call",
    steps: [
      {
        send: probe("call backend /echo 5000 none body", [
          ["x-on-call", "buffer 4;context self;reply 200 $"],
          ["x-return", "4"],
        ]),
        expect: { body: "buffer=0 POST body 4|context=0" },
      },
    ],
  },
  {
    name: "answer without a body",
    steps: [
      {
        send: probe("call backend /empty", [
          ["x-on-call", "callinfo;buffer 4;pairs 6 :status;context self;reply 200 $"],
          ["x-return", "4"],
        ]),
        expect: { body: "callinfo=root headers=some body=0 trailers=0|buffer=0 |pairs=0 :status:204|context=0" },
      },
    ],
  },
  {
    name: "connection broken within the answer: zero headers and a status",
    steps: [
      {
        send: probe("call backend /cut", [
          ["x-on-call", "callinfo;buffer 4;pairs 6;get 6 :status;status;context self;reply 200 $"],
          ["x-return", "4"],
        ]),
        expect: {
          body: "callinfo=root headers=0 body=0 trailers=0|buffer=1|pairs=0 none|get=2|status=0 11 reset|context=0",
        },
      },
    ],
  },
  {
    name: "refused connection: Envoy's own 503, not zero headers",
    steps: [
      {
        send: probe("call closed /", [
          ["x-on-call", "callinfo;buffer 4;pairs 6;context self;reply 200 $"],
          ["x-return", "4"],
        ]),
        expect: {
          body: "callinfo=root headers=some body=98 trailers=0|buffer=0 upstream connect error or disconnect/reset before headers. reset reason: remote connection failure|pairs=0 :status:503 content-length:98 content-type:text/plain|context=0",
        },
      },
    ],
  },
  {
    name: "timeout: Envoy's own 504, not zero headers",
    steps: [
      {
        send: probe("call backend /never 50", [
          ["x-on-call", "callinfo;buffer 4;pairs 6;context self;reply 200 $"],
          ["x-return", "4"],
        ]),
        expect: {
          body: "callinfo=root headers=some body=24 trailers=0|buffer=0 upstream request timeout|pairs=0 :status:504 content-length:24 content-type:text/plain|context=0",
        },
      },
    ],
  },
  {
    name: "the answer is gone after the callback",
    steps: [
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;continue 0"],
          ["x-return", "4"],
          ["x-on-response", "get 6 :status;pairs 6;buffer 4;flush"],
        ]),
        expect: { status: 200, upstream: ["GET /", "host: api.test"] },
      },
      { journal: "get=2|pairs=0 none|buffer=1" },
    ],
  },
  {
    name: "continue: the request goes on as changed, and can be read no more",
    steps: [
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;add 0 x-n 1;continue 0;get 0 x-t;add 0 x-o 1;pairs 0;flush"],
          ["x-return", "4"],
          ["x-t", "1"],
          ["x-journal", "1"],
        ]),
        expect: { status: 200, upstream: ["GET /", "host: api.test", "x-t: 1", "x-n: 1"] },
      },
      {
        journal: "headers end|answer|context=0|add=0|continue=0|get=2|add=2|pairs=0 none|response more|log|done|delete",
      },
    ],
  },
  {
    name: "continue: a held body comes to the filter afterwards",
    steps: [
      {
        send: probe(
          "call backend /ok",
          [
            ["x-on-call", "context self;add 0 x-n 1;continue 0"],
            ["x-return", "4"],
            ["x-on-body", "buffer 0;get 0 x-t;flush"],
            ["x-journal", "1"],
            ["x-t", "1"],
          ],
          { method: "POST", body: "abc" },
        ),
        expect: { status: 200, upstream: ["POST /", "host: api.test", "x-t: 1", "x-n: 1", "body: abc"] },
      },
      { journal: "headers more|answer|body end 3|buffer=0 abc|get=2|response more|log|done|delete" },
    ],
  },
  {
    name: "two calls have an answer each",
    steps: [
      {
        send: probe("call backend /empty;call backend /empty", [["x-on-call", "callinfo;get 6 :status;flush"]]),
        expect: { status: 200 },
      },
      {
        journal:
          "callinfo=root headers=some body=0 trailers=0|get=0 204|callinfo=root headers=some body=0 trailers=0|get=0 204",
      },
    ],
  },
  {
    name: "continue twice",
    steps: [
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;continue 0;continue 0;flush"],
          ["x-return", "4"],
        ]),
        expect: { status: 200, upstream: ["GET /", "host: api.test"] },
      },
      { journal: "context=0|continue=0|continue=0" },
    ],
  },
  {
    name: "a call of a stream that goes on meanwhile",
    steps: [
      {
        send: probe("call backend /ok;flush", [["x-on-call", "callinfo;context root;context root;flush"]]),
        expect: { status: 200, upstream: ["GET /", "host: api.test"] },
      },
      { journal: "call=0|callinfo=root headers=some body=5 trailers=0|context=0|context=0" },
    ],
  },
  {
    name: "a call from the log callback outlives its stream",
    steps: [
      {
        send: probe("reply 200 x", [
          ["x-on-log", "call backend /ok;flush"],
          ["x-on-call", "callinfo;context self;flush"],
        ]),
        expect: { status: 200 },
      },
      { journal: "call=0|callinfo=root headers=some body=5 trailers=0|context=2" },
    ],
  },
  {
    name: "the client leaves: log, done, delete; the late answer finds no context",
    steps: [
      {
        leave: probe("call backend /hold", [
          ["x-return", "4"],
          ["x-journal", "1"],
          ["x-on-call", "context self;get 0 x-t;continue 0;reply 200 x;flush"],
        ]),
      },
      { journal: "headers end|log|done|delete" },
      { release: true },
      { journal: "answer|context=2|get=2|continue=0|reply=0" },
    ],
    violations: ["no-stream", "no-stream"],
  },
];
