import { configuration } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** Faults in `ops` and `filter`. */
export const OPERATIONS: Fault[] = [
  {
    name: "an unknown operation",
    configuration: configuration({
      credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": ["base64"]}}]}',
    }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0] (line 8, column 71): found "base64"; expected the name of an operation such as "strrev", or an object with the name of one as its only field [invalid-value]',
    ],
  },
  {
    name: "a misspelled operation with a parameter",
    configuration: configuration({
      credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"prefx": "a"}]}}]}',
    }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0] (line 8, column 72): found the unknown field "prefx"; expected perhaps "prefix" [unknown-field]',
    ],
  },
  {
    name: "an operation that needs a parameter, without",
    configuration: configuration({
      credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": ["prefix"]}}]}',
    }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0] (line 8, column 71): found "prefix"; expected the operation with its parameters, as {"prefix": "a"}: it cannot do without them [invalid-value]',
    ],
  },
  {
    name: "an operation with null for its parameter",
    configuration: configuration({
      credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"split": null}, {"push": null}]}}]}',
    }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[1].push (line 8, column 97): found null; expected the operation with its parameters, as {"prefix": "a"}: it cannot do without them [invalid-value]',
    ],
  },
  {
    name: "two operations in one",
    configuration: configuration({
      credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"strrev": null, "reverse": null}]}}]}',
    }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0] (line 8, column 71): found 2 names; expected the name of an operation such as "strrev", or an object with the name of one as its only field [invalid-value]',
    ],
  },
  {
    name: "no operation",
    configuration: configuration({ credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{}]}}]}' }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0] (line 8, column 71): found no name; expected the name of an operation such as "strrev", or an object with the name of one as its only field [invalid-value]',
    ],
  },
  {
    name: "an operation with parameters it does not take",
    configuration: configuration({
      credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"strrev": {}}]}}]}',
    }),
    says: [
      "error at services[0].credentials.user_key[0].query_string.ops[0].strrev (line 8, column 82): found an object; expected the bare name of this operation: it takes no parameters [wrong-type]",
    ],
  },
  {
    name: "an operation as a number",
    configuration: configuration({ credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": [1]}}]}' }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0] (line 8, column 71): found the number 1; expected the name of an operation such as "strrev", or an object with the name of one as its only field [wrong-type]',
    ],
  },
  {
    name: "a parameter of the wrong type",
    configuration: configuration({
      credentials:
        '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"split": {"separator": 1, "max": "2"}}]}}]}',
    }),
    says: [
      "error at services[0].credentials.user_key[0].query_string.ops[0].split.separator (line 8, column 95): found a number; expected a string [wrong-type]",
      "error at services[0].credentials.user_key[0].query_string.ops[0].split.max (line 8, column 105): found a string; expected a whole number from 0 to 4294967295 [wrong-type]",
    ],
  },
  {
    name: "parameters as a string",
    configuration: configuration({
      credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"split": ":"}]}}]}',
    }),
    says: [
      "error at services[0].credentials.user_key[0].query_string.ops[0].split (line 8, column 81): found a string; expected an object [wrong-type]",
    ],
  },
  {
    name: "missing parameters",
    configuration: configuration({
      credentials:
        '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"replace": {}}, {"test": {}}, {"cloned": {"result": "append"}}]}}]}',
    }),
    says: [
      "error at services[0].credentials.user_key[0].query_string.ops[0].replace.pattern (line 8, column 83): found nothing; expected a string [missing-field]",
      "error at services[0].credentials.user_key[0].query_string.ops[0].replace.with (line 8, column 83): found nothing; expected a string [missing-field]",
      'error at services[0].credentials.user_key[0].query_string.ops[1].test.if (line 8, column 97): found nothing; expected the name of an operation such as "strrev", or an object with the name of one as its only field [missing-field]',
      "error at services[0].credentials.user_key[0].query_string.ops[1].test.then (line 8, column 97): found nothing; expected an array of operations [missing-field]",
      "error at services[0].credentials.user_key[0].query_string.ops[2].cloned.ops (line 8, column 113): found nothing; expected an array of operations [missing-field]",
    ],
  },
  {
    name: "an unknown mode",
    configuration: configuration({
      credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"strlen": {"mode": "utf16"}}]}}]}',
    }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0].strlen.mode (line 8, column 91): found "utf16"; expected "utf8" or "bytes" [invalid-value]',
    ],
  },
  {
    name: "an unknown level",
    configuration: configuration({
      credentials:
        '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"log": {"level": "notice", "msg": "m"}}]}}]}',
    }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0].log.level (line 8, column 89): found "notice"; expected "trace", "debug", "info", "warn", "error" or "critical" [invalid-value]',
    ],
  },
  {
    name: "an unknown result",
    configuration: configuration({
      credentials:
        '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"partial": {"result": "replace", "ops": []}}]}}]}',
    }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0].partial.result (line 8, column 94): found "replace"; expected "append" or "prepend" [invalid-value]',
    ],
  },
  {
    name: "an index that is none",
    configuration: configuration({
      credentials:
        '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"dup": "0"}, {"swap": {"from": 0.5, "to": 1}}, {"indexes": [0, "1"]}]}}]}',
    }),
    says: [
      "error at services[0].credentials.user_key[0].query_string.ops[0].dup (line 8, column 79): found a string; expected a whole number, an index into the stack [wrong-type]",
      "error at services[0].credentials.user_key[0].query_string.ops[1].swap.from (line 8, column 103): found the number 0.5; expected a whole number, an index into the stack [invalid-value]",
      "error at services[0].credentials.user_key[0].query_string.ops[2].indexes[1] (line 8, column 135): found a string; expected a whole number, an index into the stack [wrong-type]",
    ],
  },
  {
    name: "a fault deep inside",
    configuration: configuration({
      credentials:
        '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"any": ["ok", {"all": ["ok", "nothing"]}]}]}}]}',
    }),
    says: [
      'error at services[0].credentials.user_key[0].query_string.ops[0].any[1].all[1] (line 8, column 101): found "nothing"; expected the name of an operation such as "strrev", or an object with the name of one as its only field [invalid-value]',
    ],
  },
  {
    name: "an unknown parameter",
    configuration: configuration({
      credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": [{"split": {"seperator": ":"}}]}}]}',
    }),
    says: [
      'warning at services[0].credentials.user_key[0].query_string.ops[0].split (line 8, column 82): found the unknown field "seperator"; expected perhaps "separator" (this field is ignored) [unknown-field]',
    ],
  },
  {
    name: "operations that are no list",
    configuration: configuration({ credentials: '{"user_key": [{"query_string": {"keys": ["k"], "ops": "strrev"}}]}' }),
    says: [
      "error at services[0].credentials.user_key[0].query_string.ops (line 8, column 70): found a string; expected an array of operations [wrong-type]",
    ],
  },
  {
    name: "operations too deep",
    configuration: configuration({
      credentials: `{"user_key": [{"query_string": {"keys": ["k"], "ops": ${'[{"any": '.repeat(33)}["ok"]${"}]".repeat(33)}}}]}`,
    }),
    says: [
      "error at services[0].credentials.user_key[0].query_string.ops[0].any[0].any[0].any[0].any[0].any[0].any[0].any[0].any[0] (line 8, column 368): found a string; expected at most 32 levels of operations inside operations [invalid-value]",
    ],
  },
  {
    name: "a filter without a path",
    configuration: configuration({ credentials: '{"user_key": [{"filter": {"keys": ["k"]}}]}' }),
    says: [
      "warning at services[0].credentials.user_key[0].filter (line 8, column 41): found none; expected a path of at least two segments, the name of the filter and an entry of its metadata: as it is nothing is found [suspicious]",
    ],
  },
  {
    name: "a filter's path as a string",
    configuration: configuration({ credentials: '{"user_key": [{"filter": {"path": "a.b"}}]}' }),
    says: [
      "error at services[0].credentials.user_key[0].filter.path (line 8, column 50): found a string; expected an array of strings [wrong-type]",
      "warning at services[0].credentials.user_key[0].filter (line 8, column 41): found none; expected a path of at least two segments, the name of the filter and an entry of its metadata: as it is nothing is found [suspicious]",
    ],
  },
  {
    name: "a header read as JSON",
    configuration: configuration({
      credentials: '{"user_key": [{"header": {"keys": ["k"], "ops": [{"json": {"keys": ["azp"]}}]}}]}',
    }),
    says: [
      "warning at services[0].credentials.user_key[0].header (line 8, column 41): found a header read as JSON; expected a filter that verifies the token before this one (Envoy's jwt_authn): reading a claim does not verify it, and a client can send what it likes [suspicious]",
    ],
  },
  {
    name: "a header read as JSON, deep within other operations",
    configuration: configuration({
      credentials:
        '{"user_key": [{"header": {"keys": ["k"], "ops": [{"cloned": {"result": "append", "ops": [{"or": ["strrev", {"json": {"keys": ["azp"]}}]}]}}]}}]}',
    }),
    says: [
      "warning at services[0].credentials.user_key[0].header (line 8, column 41): found a header read as JSON; expected a filter that verifies the token before this one (Envoy's jwt_authn): reading a claim does not verify it, and a client can send what it likes [suspicious]",
    ],
  },
  {
    name: "control characters that cannot be passed on",
    configuration: configuration({ id: `"1\\n"`, top: ', "passthrough_metadata": true' }),
    says: [
      "error at services[0].id (line 4, column 14): found control characters; expected none: with passthrough_metadata it is sent as a header [invalid-value]",
    ],
  },
];
