import { probe, type Case } from "../step.ts";

/** Local replies. */
export const replyCases: Case[] = [
  {
    name: "local reply with details, duplicate headers and a body",
    steps: [
      {
        send: probe("reply 403 no a_b__c x-a=1,x-a=2,X-B=3", [["x-on-response", "pairs 2;flush"]]),
        expect: {
          status: 403,
          body: "no",
          headers: ["x-a: 1", "x-a: 2", "x-b: 3", "content-type: text/plain"],
          upstream: null,
          details: "a_b__c",
        },
      },
      { journal: "pairs=0 :status:403 x-a:1 x-a:2 x-b:3 content-length:2 content-type:text/plain" },
    ],
  },
  {
    name: "local reply with a content type of its own",
    steps: [
      {
        send: probe("reply 403 no d content-type=application/json,set-cookie=a,set-cookie=b"),
        expect: {
          status: 403,
          body: "no",
          headers: ["content-type: application/json", "set-cookie: a", "set-cookie: b"],
        },
      },
    ],
  },
  {
    name: "local reply with headers that Envoy joins",
    steps: [
      {
        send: probe(
          "reply 403 a d content-type=a,content-type=b,location=c,location=d,vary=1,vary=2,cache-control=1,cache-control=2,www-authenticate=1,www-authenticate=2",
        ),
        expect: {
          headers: [
            "content-type: a,b",
            "location: c,d",
            "vary: 1,2",
            "cache-control: 1,2",
            "www-authenticate: 1",
            "www-authenticate: 2",
          ],
        },
      },
    ],
  },
  {
    name: "local reply without a body",
    steps: [
      {
        send: probe("reply 429 - -", [["x-on-response", "pairs 2;flush"]]),
        expect: { status: 429, body: "", headers: [], details: "-" },
      },
      { journal: "pairs=0 :status:429" },
    ],
  },
  {
    name: "local reply cannot set :status and content-length",
    steps: [
      {
        send: probe("reply 403 no d :status=200,content-length=1", [["x-on-response", "pairs 2;flush"]]),
        expect: { status: 403, body: "no" },
      },
      { journal: "pairs=0 :status:403 content-length:2 content-type:text/plain" },
    ],
  },
  {
    name: "local reply to HEAD",
    steps: [
      {
        send: probe("reply 403 one d", [["x-on-response", "pairs 2;flush"]], { method: "HEAD" }),
        expect: { status: 403, body: "", headers: ["content-type: text/plain"] },
      },
      { journal: "pairs=0 :status:403 content-length:3 content-type:text/plain" },
    ],
  },
  {
    name: "local reply to gRPC",
    steps: [
      {
        send: probe("reply 403 no%ff d x-a=1", [
          ["content-type", "application/grpc"],
          ["x-on-response", "pairs 2;flush"],
        ]),
        expect: {
          status: 200,
          body: "",
          headers: ["x-a: 1", "content-type: application/grpc", "grpc-status: 7", "grpc-message: no%FF"],
        },
      },
      { journal: "pairs=0 :status:200 x-a:1 content-type:application/grpc grpc-status:7 grpc-message:no\u00ff" },
      {
        send: probe("reply 403 - d x-a=1 14", [["content-type", "application/grpc"]]),
        expect: { status: 200, body: "", headers: ["x-a: 1", "content-type: application/grpc", "grpc-status: 14"] },
      },
      {
        send: probe("reply 429 x d", [["content-type", "application/grpc"]]),
        expect: { headers: ["content-type: application/grpc", "grpc-status: 14", "grpc-message: x"] },
      },
      {
        send: probe("reply 418 x d", [["content-type", "application/grpc+proto"]]),
        expect: { headers: ["content-type: application/grpc", "grpc-status: 2", "grpc-message: x"] },
      },
    ],
  },
  {
    name: "local reply with malformed pairs has no headers",
    steps: [
      {
        send: probe("reply 403 no d x-a=1 -1 malformed"),
        expect: { status: 403, body: "no", headers: ["content-type: text/plain"] },
      },
    ],
    violations: ["malformed-pairs"],
  },
  {
    name: "local reply with a line break in a header: response splitting",
    steps: [
      {
        send: probe("reply 403 a d x-a=a%0d%0ax-b:2"),
        expect: { status: 403, body: "a", headers: ["x-a: a", "x-b: 2", "content-type: text/plain"] },
      },
    ],
    violations: ["invalid-header"],
  },
  {
    name: "local reply with a status out of range",
    steps: [{ send: probe("reply 700 a"), expect: { status: 700, body: "a" } }],
    violations: ["invalid-status"],
  },
  {
    name: "second local reply: Ok, ignored",
    steps: [
      { send: probe("reply 403 one;reply 404 two;flush"), expect: { status: 403, body: "one", upstream: null } },
      { journal: "reply=0|reply=0" },
    ],
    violations: ["second-local-reply"],
  },
  {
    name: "local reply stops whatever the callback returns; maps stay readable until then",
    steps: [
      {
        send: probe("reply 403 one;add 0 x-t 1;get 0 x-t;flush", [
          ["x-return", "0"],
          ["x-journal", "1"],
        ]),
        expect: { status: 403, body: "one", upstream: null },
      },
      { journal: "headers end|reply=0|add=0|get=0 1|response more|log|done|delete" },
    ],
  },
  {
    name: "local reply before the body: no body callback",
    steps: [
      {
        send: probe(
          "reply 403 one d",
          [
            ["x-on-body", "buffer 0;flush"],
            ["x-journal", "1"],
          ],
          { method: "POST", body: "abc" },
        ),
        expect: { status: 403, body: "one", upstream: null },
      },
      { journal: "headers more|response more|log|done|delete" },
    ],
  },
  {
    name: "local reply from the body callback",
    steps: [
      {
        send: probe(
          "",
          [
            ["x-on-body", "buffer 0;reply 403 $"],
            ["x-journal", "1"],
          ],
          { method: "POST", body: "abc" },
        ),
        expect: { status: 403, body: "buffer=0 abc" },
      },
      { journal: "headers more|body end 3|response more|log|done|delete" },
    ],
    violations: ["reply-after-continue"],
  },
  {
    name: "local reply from the response callback takes the response's place",
    steps: [
      {
        send: probe("", [["x-on-response", "reply 418 teapot d"]]),
        expect: { status: 418, body: "teapot", headers: ["content-type: text/plain"] },
      },
    ],
  },
  {
    name: "local reply then continue: the client is refused, the upstream may get the request",
    steps: [
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;reply 403 no;continue 0;flush"],
          ["x-return", "4"],
        ]),
        expect: { status: 403, body: "no" },
      },
      { journal: "context=0|reply=0|continue=0" },
    ],
    violations: ["continue-after-reply"],
  },
  {
    name: "continue then local reply",
    steps: [
      {
        send: probe("call backend /ok", [
          ["x-on-call", "context self;continue 0;reply 403 no;flush"],
          ["x-return", "4"],
        ]),
        expect: { status: 403, body: "no" },
      },
      { journal: "context=0|continue=0|reply=0" },
    ],
    violations: ["reply-after-continue"],
  },
  {
    name: "local reply and continue on the root context: Ok, nothing happens",
    steps: [
      {
        send: probe("call backend /ok", [
          ["x-on-call", "reply 500 lost;continue 0;context none;get 0 x-t;context self;reply 200 $"],
          ["x-return", "4"],
        ]),
        expect: { status: 200, body: "reply=0|continue=0|context=2|get=2|context=0", upstream: null },
      },
    ],
    violations: ["no-stream", "no-stream", "unknown-context"],
  },
];
