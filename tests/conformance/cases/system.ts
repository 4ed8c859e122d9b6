import { probe, type Case } from "../step.ts";

/** Buffers, memory, logs, contexts, metrics, properties, ticks. */
export const systemCases: Case[] = [
  {
    name: "buffers outside their callbacks, and unknown ones",
    steps: [
      {
        send: probe(
          "buffer 7;buffer 6;buffer 4;buffer 0;buffer 1;buffer 8;buffer 9;buffer 99;buffer-status 4;buffer-status 6;buffer-status 0;set-buffer 6 0 0 x;reply 200 $",
        ),
        expect: {
          body: "buffer=1|buffer=0 |buffer=1|buffer=0 |buffer=0 |buffer=0 |buffer=2|buffer=2|buffer-status=1|buffer-status=0 0|buffer-status=0 0|set-buffer=2",
        },
      },
    ],
  },
  {
    name: "pointers outside the memory",
    steps: [
      {
        send: probe("log-outside;get-outside;write-outside;reply 200 $"),
        expect: { body: "log-outside=6|get-outside=6|write-outside=6" },
      },
    ],
    violations: ["out-of-bounds", "out-of-bounds", "out-of-bounds"],
  },
  {
    name: "log levels",
    steps: [
      {
        send: probe("log 2 hello;log 6 x;log 99 x;log-level;log 0 trace;reply 200 $"),
        expect: { body: "log=0|log=2|log=2|log-level=0 2|log=0" },
      },
    ],
  },
  {
    name: "effective context: unknown, root, self",
    steps: [
      {
        send: probe("context none;context root;get 0 x-t;pairs 0;context self;get 0 x-t;reply 200 $", [["x-t", "1"]]),
        expect: { body: "context=2|context=0|get=2|pairs=0 none|context=0|get=0 1" },
      },
    ],
    violations: ["unknown-context"],
  },
  {
    name: "continue: unknown types, network types, on the root context; done; foreign function; status; time",
    steps: [
      {
        send: probe(
          "continue 9;continue 4;continue 3;continue 2;context root;continue 0;context self;done;foreign nope;status;time;reply 200 $",
        ),
        expect: {
          body: "continue=2|continue=2|continue=12|continue=0|context=0|continue=0|context=0|done=1|foreign=1|status=0 11 |time=0 set",
        },
      },
    ],
    violations: ["no-stream"],
  },
  {
    name: "counters: one name twice is two ids and one value",
    steps: [
      {
        send: probe(
          "define 0 c1;define 0 c1;same-id;increment 0 5;increment 1 2;metric 0;metric 1;increment 0 0;increment 0 -1;record 0 3;metric 0;reply 200 $",
        ),
        expect: {
          body: "define=0|define=0|same-id=no|increment=0|increment=0|metric=0 7|metric=0 7|increment=2|increment=2|record=0|metric=0 10",
        },
      },
    ],
  },
  {
    name: "gauges, histograms, unknown ids and types",
    steps: [
      {
        send: probe(
          "define 1 g1;increment 0 5;increment 0 -7;metric 0;record 0 9;metric 0;increment 0 -2;metric 0;define 2 h1;increment 1 1;record 1 5;metric 1;define 3 x;define 1 c1;metric 3;metric 8;increment 8 1;record 8 1;metric 9;record 9 1;increment 9 1;metric 10;reply 200 $",
        ),
        expect: {
          body: "define=0|increment=0|increment=0|metric=0 18446744073709551614|record=0|metric=0 9|increment=0|metric=0 7|define=0|increment=2|record=0|metric=2|define=2|define=0|metric=0 0|metric=1|increment=1|record=1|metric=1|record=1|increment=1|metric=2",
        },
      },
    ],
  },
  {
    name: "properties: missing paths, the plugin's, the request's",
    steps: [
      {
        send: probe(
          "property none;property plugin_name;property plugin_root_id;property plugin_vm_id;property plugin_name.x;property request.path;property request.url_path;property request.query;property request.host;property request.method;property request.scheme;property request.protocol;property request.headers.x-t;property request.headers.none;property request.none;property request;property;property response.code;reply 200 $",
          [["x-t", "1"]],
          { path: "/a?b=c" },
        ),
        expect: {
          body: "property=1|property=0 probe|property=0 root|property=0 probe|property=1|property=0 /a?b=c|property=0 /a|property=0 b=c|property=0 api.test|property=0 GET|property=0 http|property=0 HTTP/1.1|property=0 1|property=1|property=1|property=3|property=3|property=1",
        },
      },
    ],
  },
  {
    name: "properties the module sets on a stream",
    steps: [
      {
        send: probe(
          "set-property mine v1;property mine;property mine.x;set-property mine v2;property mine;context root;set-property mine 1;property mine;property plugin_root_id;context self;reply 200 $",
        ),
        expect: {
          body: "set-property=0|property=0 v1|property=1|set-property=0|property=0 v2|context=0|set-property=1|property=1|property=0 root|context=0",
        },
      },
    ],
  },
  {
    name: "properties follow the effective context, and the header map's life",
    steps: [
      {
        send: probe("call backend /ok", [
          [
            "x-on-call",
            "property request.path;context self;property request.path;continue 0;property request.path;flush",
          ],
          ["x-return", "4"],
          ["x-on-log", "property request.path;flush"],
        ]),
        expect: { status: 200 },
      },
      { journal: "property=1|context=0|property=0 /|continue=0|property=1|property=0 /" },
    ],
  },
  {
    name: "tick: set from a stream, fires on the root context",
    steps: [{ send: probe("tick 20;reply 200 $"), expect: { body: "tick=0" } }, { pass: 60 }, { journal: "tick root" }],
  },
];
