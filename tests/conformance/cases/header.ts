import { probe, type Case } from "../step.ts";

/** Each of the names with the values 1 and 2. */
const twice = (names: string): [string, string][] =>
  names.split(" ").flatMap((name): [string, string][] => [
    [name, "1"],
    [name, "2"],
  ]);

/** Header maps. */
export const headerCases: Case[] = [
  {
    name: "get: absent, any case, empty, an unavailable map, an unknown map",
    steps: [
      {
        send: probe("get 0 x-none;get 0 x-t;get 0 X-T;get 0 x-e;get 2 x-t;get 1 x-t;get 8 x-t;reply 200 $", [
          ["X-T", "1"],
          ["x-e", ""],
        ]),
        expect: { body: "get=1|get=0 1|get=0 1|get=0 |get=2|get=2|get=2" },
      },
    ],
  },
  {
    name: "get of a duplicate is its first value, pairs keep all in order",
    steps: [
      {
        send: probe("get 0 x-t;pairs 0 x-t;reply 200 $", [
          ["x-t", "b"],
          ["X-T", "a"],
          ["x-t", "b"],
        ]),
        expect: { body: "get=0 b|pairs=0 x-t:b x-t:a x-t:b" },
      },
    ],
  },
  {
    name: "duplicates that Envoy joins, and that it does not",
    steps: [
      {
        send: probe(
          "pairs 0;reply 200 $",
          twice(
            "accept accept-encoding accept-language access-control-request-headers access-control-request-method authorization cache-control content-encoding content-type cookie date etag expect forwarded from grpc-timeout if-match if-modified-since if-none-match if-range if-unmodified-since location max-forwards origin pragma priority proxy-authorization proxy-status range referer server traceparent upgrade-insecure-requests user-agent vary via",
          ),
        ),
        expect: {
          body: "pairs=0 :authority:api.test :path:/ :method:GET :scheme:http x-probe:pairs 0;reply 200 $ accept:1,2 accept-encoding:1,2 accept-language:1 accept-language:2 access-control-request-headers:1,2 access-control-request-method:1,2 authorization:1,2 cache-control:1,2 content-encoding:1,2 content-type:1,2 cookie:1 cookie:2 date:1 date:2 etag:1 etag:2 expect:1,2 forwarded:1 forwarded:2 from:1 from:2 grpc-timeout:1,2 if-match:1,2 if-modified-since:1,2 if-none-match:1,2 if-range:1,2 if-unmodified-since:1,2 location:1 location:2 max-forwards:1 max-forwards:2 origin:1,2 pragma:1,2 priority:1 priority:2 proxy-authorization:1 proxy-authorization:2 proxy-status:1,2 range:1 range:2 referer:1,2 server:1 server:2 traceparent:1 traceparent:2 upgrade-insecure-requests:1 upgrade-insecure-requests:2 user-agent:1,2 vary:1 vary:2 via:1,2 x-forwarded-proto:http",
        },
      },
      {
        send: probe(
          "pairs 0;reply 200 $",
          twice(
            "x-3scale-a x-amzn-trace-id x-api-key x-b3-traceid x-client-trace-id x-cloud-trace-context x-envoy-decorator-operation x-envoy-external-address x-envoy-original-host x-envoy-original-path x-forwarded-for x-forwarded-host x-forwarded-port x-ot-span-context x-real-ip x-request-id",
          ),
        ),
        expect: {
          body: "pairs=0 :authority:api.test :path:/ :method:GET :scheme:http x-probe:pairs 0;reply 200 $ x-3scale-a:1 x-3scale-a:2 x-amzn-trace-id:1 x-amzn-trace-id:2 x-api-key:1 x-api-key:2 x-b3-traceid:1 x-b3-traceid:2 x-client-trace-id:1,2 x-cloud-trace-context:1 x-cloud-trace-context:2 x-envoy-decorator-operation:1,2 x-envoy-external-address:1,2 x-envoy-original-host:1,2 x-envoy-original-path:1,2 x-forwarded-for:1,2 x-forwarded-host:1,2 x-forwarded-port:1,2 x-ot-span-context:1 x-ot-span-context:2 x-real-ip:1 x-real-ip:2 x-request-id:1,2 x-forwarded-proto:http",
        },
      },
    ],
  },
  {
    name: "pseudo-headers, host as an alias of :authority, number and size",
    steps: [
      {
        send: probe(
          "get 0 :method;get 0 :path;get 0 :authority;get 0 :scheme;get 0 host;pairs 0 :;num 0;size 0;reply 200 $",
          [],
          { path: "/a?b=c", method: "POST", host: "Api.Test:80" },
        ),
        expect: {
          body: "get=0 POST|get=0 /a?b=c|get=0 Api.Test:80|get=0 http|get=0 Api.Test:80|pairs=0 :authority:Api.Test:80 :path:/a?b=c :method:POST :scheme:http|num=pairs|size=0 bytes",
        },
      },
    ],
  },
  {
    name: "CONNECT has no :path",
    steps: [
      {
        send: probe("get 0 :path;get 0 :method;get 0 :authority;pairs 0 :;reply 403 $", [], {
          method: "CONNECT",
          path: "api.test:443",
          host: "api.test:443",
        }),
        expect: {
          status: 403,
          body: "get=1|get=0 CONNECT|get=0 api.test:443|pairs=0 :authority:api.test:443 :method:CONNECT :scheme:http",
        },
      },
    ],
  },
  {
    name: "unavailable and unknown maps",
    steps: [
      {
        send: probe(
          "pairs 2;size 2;add 2 a b;replace 2 a b;remove 2 a;setpairs 2;pairs 6;add 6 a b;size 6;pairs 8;size 8;add 8 a b;replace 8 a b;remove 8 a;setpairs 8;reply 200 $",
        ),
        expect: {
          body: "pairs=0 none|size=2|add=2|replace=2|remove=2|setpairs=2|pairs=0 none|add=2|size=2|pairs=2|size=2|add=2|replace=2|remove=2|setpairs=2",
        },
      },
    ],
  },
  {
    name: "add: a new one, a duplicate, upper case, raw bytes, an empty value",
    steps: [
      {
        send: probe("add 0 x-t 2;add 0 X-New 1;add 0 x-raw %ff;add 0 x-e ", [
          ["x-t", "1"],
          ["x-u", "1"],
        ]),
        expect: {
          upstream: ["GET /", "host: api.test", "x-t: 1", "x-u: 1", "x-t: 2", "x-new: 1", "x-raw: \u00ff", "x-e: "],
        },
      },
    ],
  },
  {
    name: "add of a header that Envoy joins",
    steps: [
      {
        send: probe(
          "add 0 user-agent b;add 0 cookie b;add 0 authorization b;add 0 content-type b;add 0 x-forwarded-for b;pairs 0;reply 200 $",
          [
            ["user-agent", "a"],
            ["cookie", "a"],
            ["authorization", "a"],
            ["content-type", "a"],
          ],
        ),
        expect: {
          body: "add=0|add=0|add=0|add=0|add=0|pairs=0 :authority:api.test :path:/ :method:GET :scheme:http x-probe:add 0 user-agent b;add 0 cookie b;add 0 authorization b;add 0 content-type b;add 0 x-forwarded-for b;pairs 0;reply 200 $ user-agent:a,b cookie:a authorization:a,b content-type:a,b x-forwarded-proto:http cookie:b x-forwarded-for:b",
        },
      },
    ],
  },
  {
    name: "add of a pseudo-header joins too",
    steps: [
      {
        send: probe("add 0 :path /b;add 0 :new 1;pairs 0 :;reply 200 $"),
        expect: { body: "add=0|add=0|pairs=0 :authority:api.test :path:/,/b :method:GET :scheme:http :new:1" },
      },
    ],
  },
  {
    name: "host is :authority for add, replace and remove",
    steps: [
      {
        send: probe("add 0 host b;replace 0 Host c;pairs 0 :;pairs 0 h;remove 0 host;pairs 0 :;reply 200 $"),
        expect: {
          body: "add=0|replace=0|pairs=0 :path:/ :method:GET :scheme:http :authority:c|pairs=0|remove=0|pairs=0 :path:/ :method:GET :scheme:http",
        },
      },
    ],
  },
  {
    name: "replace: duplicates become one at the end, absent is added",
    steps: [
      {
        send: probe(
          "replace 0 x-t 9;replace 0 x-n 1;replace 0 :path /new;replace 0 :authority other;replace 0 :method PUT",
          [
            ["x-t", "1"],
            ["x-u", "1"],
            ["x-t", "2"],
          ],
        ),
        expect: { upstream: ["PUT /new", "host: other", "x-u: 1", "x-t: 9", "x-n: 1"] },
      },
    ],
  },
  {
    name: "replace of a joined header",
    steps: [
      {
        send: probe("replace 0 user-agent c;pairs 0 ;reply 200 $", [
          ["user-agent", "a"],
          ["x-t", "1"],
          ["user-agent", "b"],
        ]),
        expect: {
          body: "replace=0|pairs=0 :authority:api.test :path:/ :method:GET :scheme:http x-probe:replace 0 user-agent c;pairs 0 ;reply 200 $ x-t:1 x-forwarded-proto:http user-agent:c",
        },
      },
    ],
  },
  {
    name: "remove: all of a name, absent is Ok, any case",
    steps: [
      {
        send: probe("remove 0 x-t;remove 0 x-none;remove 0 X-U", [
          ["x-t", "1"],
          ["x-u", "1"],
          ["x-t", "2"],
          ["x-v", "1"],
        ]),
        expect: { upstream: ["GET /", "host: api.test", "x-v: 1"] },
      },
    ],
  },
  {
    name: "remove: results",
    steps: [
      {
        send: probe("remove 0 x-none;remove 0 x-t;get 0 x-t;reply 200 $", [["x-t", "1"]]),
        expect: { body: "remove=0|remove=0|get=1" },
      },
    ],
  },
  {
    name: "set pairs replaces the whole map",
    steps: [
      {
        send: probe("setpairs 0", [
          ["x-t", "1"],
          ["x-drop", "1"],
          ["x-t", "2"],
          ["x-v", "1"],
        ]),
        expect: { upstream: ["GET /", "host: api.test", "x-t: 1", "x-t: 2", "x-v: 1", "x-set: new"] },
      },
    ],
  },
  {
    name: "bytes that are not UTF-8 come and go unchanged",
    steps: [
      {
        send: probe("get 0 x-t;reply 200 $ probe x-back=%c3%a9%ff", [["x-t", "a\u00ff\u00c3\u00a9"]]),
        expect: {
          body: "get=0 a\u00ff\u00c3\u00a9",
          headers: ["x-back: \u00c3\u00a9\u00ff", "content-type: text/plain"],
        },
      },
      {
        send: probe("", [["x-t", "a\u00ff\u00c3\u00a9"]]),
        expect: { upstream: ["GET /", "host: api.test", "x-t: a\u00ff\u00c3\u00a9"] },
      },
    ],
  },
];
