import { configuration } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** Names that are not known, and names that are reserved. */
export const NAMES: Fault[] = [
  {
    name: "an unknown field in upstream",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "timeout_ms": 5' }),
    says: [
      'error at backend.upstream (line 3, column 58): found the unknown field "timeout_ms"; expected perhaps "timeout" [unknown-field]',
    ],
  },
  {
    name: "an unknown field in upstream like none",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "cluster": "c"' }),
    says: [
      'error at backend.upstream (line 3, column 58): found the unknown field "cluster"; expected one of name, url, timeout [unknown-field]',
    ],
  },
  {
    name: "an unknown field in credentials",
    configuration: configuration({ credentials: '{"user_keys": []}' }),
    says: [
      'error at services[0].credentials (line 8, column 17): found the unknown field "user_keys"; expected perhaps "user_key" [unknown-field]',
    ],
  },
  {
    name: "an unknown source",
    configuration: configuration({ credentials: '{"user_key": [{"cookie": {"keys": ["k"]}}]}' }),
    says: [
      'error at services[0].credentials.user_key[0] (line 8, column 31): found the unknown field "cookie"; expected one of header, query_string, filter [unknown-field]',
    ],
  },
  {
    name: "a misspelled source",
    configuration: configuration({ credentials: '{"user_key": [{"headers": {"keys": ["k"]}}]}' }),
    says: [
      'error at services[0].credentials.user_key[0] (line 8, column 31): found the unknown field "headers"; expected perhaps "header" [unknown-field]',
    ],
  },
  {
    name: "a misspelled field",
    configuration: configuration({ service: ', "mapping_rule": []' }),
    says: [
      'warning at services[0] (line 9, column 97): found the unknown field "mapping_rule"; expected perhaps "mapping_rules" (this field is ignored) [unknown-field]',
    ],
  },
  {
    name: "a field like none",
    configuration: configuration({ top: ', "telemetry": {}' }),
    says: [
      'warning at the configuration (line 10, column 5): found the unknown field "telemetry"; expected one of api, system, backend, services, passthrough_metadata (this field is ignored) [unknown-field]',
    ],
  },
  {
    name: "an unknown field with odd bytes",
    configuration: configuration({ top: `, "é\\n": 1` }),
    says: [
      'warning at the configuration (line 10, column 5): found the unknown field "\\xc3\\xa9\\x0a"; expected one of api, system, backend, services, passthrough_metadata (this field is ignored) [unknown-field]',
    ],
  },
  {
    name: "a very long unknown field",
    configuration: configuration({ top: `, "${"x".repeat(70)}": 1` }),
    says: [
      'warning at the configuration (line 10, column 5): found the unknown field "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"; expected one of api, system, backend, services, passthrough_metadata (this field is ignored) [unknown-field]',
    ],
  },
  {
    name: "cache",
    configuration: configuration({ top: ', "cache": {}' }),
    says: [
      "error at cache (line 10, column 14): found an object; expected the field left out: the name is reserved for a later version [not-supported]",
    ],
  },
  {
    name: "debug",
    configuration: configuration({ top: ', "debug": true' }),
    says: [
      "error at debug (line 10, column 14): found true; expected the field left out: the name is reserved for a later version [not-supported]",
    ],
  },
  {
    name: "responses",
    configuration: configuration({ service: ', "responses": {}' }),
    says: [
      "error at services[0].responses (line 9, column 110): found an object; expected the field left out: the name is reserved for a later version [not-supported]",
    ],
  },
];
