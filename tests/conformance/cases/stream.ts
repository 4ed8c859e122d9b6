import { probe, type Case } from "../step.ts";

/** Lifecycle, bodies, and what callbacks return. */
export const streamCases: Case[] = [
  {
    name: "start: create, vm-start, configure with their buffers",
    steps: [
      { journal: "create root|vm-start 0 |configure 6 plugin" },
      { journal: "create root|vm-start 0 |configure 6 plugin", place: "stop-iteration" },
    ],
  },
  {
    name: "lifecycle: log comes before done; the log reads both maps and changes none",
    steps: [
      {
        send: probe("", [
          ["x-journal", "1"],
          ["x-on-log", "get 0 x-t;get 0 x-none;get 1 x;get 2 x-upstream;add 0 x-a b;pairs 0 x-t;buffer 0;flush"],
          ["x-t", "1"],
        ]),
        expect: { status: 200, upstream: ["GET /", "host: api.test", "x-t: 1"] },
      },
      {
        journal: "headers end|response more|log|get=0 1|get=1|get=1|get=0 1|add=2|pairs=0 x-t:1|buffer=0 |done|delete",
      },
    ],
  },
  {
    name: "return values of the header callback: 0 and 2 continue, all others stop",
    steps: [
      { send: probe("", [["x-return", "0"]]), expect: { status: 200, upstream: ["GET /", "host: api.test"] } },
      { send: probe("", [["x-return", "2"]]), expect: { status: 200, upstream: ["GET /", "host: api.test"] } },
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;add 0 x-n 1;flush;continue 0"],
          ["x-return", "1"],
        ]),
        expect: { status: 200, upstream: ["GET /", "host: api.test", "x-n: 1"] },
      },
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;add 0 x-n 1;flush;continue 0"],
          ["x-return", "3"],
        ]),
        expect: { status: 200, upstream: ["GET /", "host: api.test", "x-n: 1"] },
      },
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;add 0 x-n 1;flush;continue 0"],
          ["x-return", "4"],
        ]),
        expect: { status: 200, upstream: ["GET /", "host: api.test", "x-n: 1"] },
      },
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;add 0 x-n 1;flush;continue 0"],
          ["x-return", "5"],
        ]),
        expect: { status: 200, upstream: ["GET /", "host: api.test", "x-n: 1"] },
      },
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;add 0 x-n 1;flush;continue 0"],
          ["x-return", "99"],
        ]),
        expect: { status: 200, upstream: ["GET /", "host: api.test", "x-n: 1"] },
      },
      { journal: "context=0|add=0|context=0|add=0|context=0|add=0|context=0|add=0|context=0|add=0" },
    ],
  },
  {
    name: "continue while the header callback runs",
    steps: [
      {
        send: probe("continue 0;get 0 x-t;pairs 0 x-t;flush", [["x-t", "1"]]),
        expect: { status: 200, upstream: ["GET /", "host: api.test", "x-t: 1"] },
      },
      {
        send: probe("continue 0", [["x-return", "4"]]),
        expect: { status: 200, upstream: ["GET /", "host: api.test"] },
      },
      { journal: "continue=0|get=2|pairs=0 none" },
    ],
    violations: ["continue-not-paused", "continue-not-paused"],
  },
  {
    name: "a paused stream that nobody continues gets no answer",
    steps: [
      {
        send: probe("", [["x-return", "4"]], { silent: true }),
        expect: { status: 0, upstream: null, details: "downstream_remote_disconnect" },
      },
    ],
  },
  {
    name: "close resets the stream",
    steps: [
      {
        send: probe("close 0", [["x-return", "4"]]),
        expect: { status: 0, upstream: null, details: "wasm_close_stream" },
      },
    ],
  },
  {
    name: "buffered body: read in parts, the request's headers are gone",
    steps: [
      {
        send: probe(
          "",
          [
            ["x-journal", "1"],
            [
              "x-on-body",
              "buffer 0;buffer 0 1 1;buffer 0 9 1;buffer 0 1 99;buffer-status 0;get 0 x-t;pairs 0 x-t;flush",
            ],
            ["x-t", "1"],
          ],
          { method: "POST", body: "abc" },
        ),
        expect: { status: 200, upstream: ["POST /", "host: api.test", "x-t: 1", "body: abc"] },
      },
      {
        journal:
          "headers more|body end 3|buffer=0 abc|buffer=0 b|buffer=0 |buffer=0 bc|buffer-status=0 3|get=2|pairs=0 none|response more|log|done|delete",
      },
    ],
  },
  {
    name: "buffered body: replace, prepend, append, and no part of it",
    steps: [
      {
        send: probe(
          "remove 0 content-length",
          [
            [
              "x-on-body",
              "set-buffer 0 0 99 xyz;set-buffer 0 0 0 w;set-buffer 0 1 1 q;set-buffer 0 9 0 tail;buffer 0;flush",
            ],
          ],
          { method: "POST", body: "abc" },
        ),
        expect: { status: 200, upstream: ["POST /", "host: api.test", "body: wxyztail"] },
      },
      { journal: "set-buffer=0|set-buffer=0|set-buffer=2|set-buffer=0|buffer=0 wxyztail" },
    ],
  },
  {
    name: "body passed in pieces: the end is a piece of its own",
    steps: [
      {
        send: probe(
          "",
          [
            ["x-journal", "1"],
            ["x-on-body", "pass"],
          ],
          { method: "POST", body: "abc" },
        ),
        expect: { status: 200, upstream: ["POST /", "host: api.test", "body: abc"] },
      },
      { journal: "headers more|body|body|response more|log|done|delete" },
    ],
  },
  {
    name: "an empty body ends with the headers",
    steps: [
      {
        send: probe(
          "",
          [
            ["x-journal", "1"],
            ["x-on-body", "buffer 0;flush"],
          ],
          { method: "POST", body: "" },
        ),
        expect: { status: 200, upstream: ["POST /", "host: api.test"] },
      },
      { journal: "headers end|response more|log|done|delete" },
    ],
  },
  {
    name: "response headers: read and changed; the request's are gone",
    steps: [
      {
        send: probe("", [
          [
            "x-on-response",
            "get 0 x-t;pairs 0 x-t;get 2 x-upstream;get 2 :status;num 2;size 2;add 2 x-added 1;replace 2 x-upstream 2;remove 0 x-t;flush",
          ],
          ["x-t", "1"],
        ]),
        expect: {
          status: 200,
          body: "upstream",
          headers: ["x-added: 1", "x-upstream: 2"],
          upstream: ["GET /", "host: api.test", "x-t: 1"],
        },
      },
      { journal: "get=2|pairs=0 none|get=0 1|get=0 200|num=pairs|size=0 bytes|add=0|replace=0|remove=2" },
    ],
  },
  {
    name: "allow_on_headers_stop_iteration: 1 and a passed body let the request through before the verdict",
    steps: [
      {
        send: probe(
          "call backend /hold-not",
          [
            ["x-on-call", "context self;continue 0"],
            ["x-return", "1"],
            ["x-journal", "1"],
            ["x-on-body", "pass"],
          ],
          { place: "stop-iteration", method: "POST", body: "abc" },
        ),
        expect: { upstream: ["POST /", "host: api.test", "body: abc"] },
      },
      { journal: "headers more|body|body|answer|response more|log|done|delete", place: "stop-iteration" },
    ],
    violations: ["continue-not-paused"],
  },
  {
    name: "allow_on_headers_stop_iteration: 4 holds it",
    steps: [
      {
        send: probe(
          "call backend /ok",
          [
            ["x-on-call", "context self;reply 403 no"],
            ["x-return", "4"],
            ["x-journal", "1"],
            ["x-on-body", "pass"],
          ],
          { place: "stop-iteration", method: "POST", body: "abc" },
        ),
        expect: { status: 403, body: "no", upstream: null },
      },
      { journal: "headers more|answer|response more|log|done|delete", place: "stop-iteration" },
    ],
  },
  {
    name: "allow_on_headers_stop_iteration: 1 and a buffered body",
    steps: [
      {
        send: probe(
          "call backend /ok",
          [
            ["x-on-call", "context self;reply 403 no"],
            ["x-return", "1"],
            ["x-on-body", "buffer 0;flush"],
          ],
          { place: "stop-iteration" },
        ),
        expect: { status: 403, upstream: null },
      },
      {
        send: probe(
          "",
          [
            ["x-return", "1"],
            ["x-on-body", "buffer 0;flush"],
          ],
          { place: "stop-iteration", method: "POST", body: "abc" },
        ),
        expect: { status: 200, upstream: ["POST /", "host: api.test", "body: abc"] },
      },
      { journal: "buffer=0 abc", place: "stop-iteration" },
    ],
  },
  {
    name: "trap: 503 for this request and every later one",
    steps: [
      {
        send: probe("trap", [], { place: "trap" }),
        expect: { status: 503, body: "", headers: [], upstream: null, details: "wasm_fail_stream" },
      },
      {
        send: probe("reply 200 x", [], { place: "trap" }),
        expect: { status: 503, body: "", headers: [], upstream: null, details: "wasm_fail_stream" },
      },
    ],
  },
  {
    name: "trap in the answer's callback: the stream hangs, later ones get 503",
    steps: [
      {
        send: probe(
          "call backend /ok",
          [
            ["x-on-call", "trap"],
            ["x-return", "4"],
          ],
          { place: "trap-later", silent: true },
        ),
        expect: { status: 0, upstream: null, details: "downstream_remote_disconnect" },
      },
      { send: probe("reply 200 x", [], { place: "trap-later" }), expect: { status: 503, details: "wasm_fail_stream" } },
    ],
  },
];
