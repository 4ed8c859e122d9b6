import { configuration } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** Faults in the JSON itself. */
export const SYNTAX: Fault[] = [
  {
    name: "nothing",
    configuration: "",
    says: [
      "error at the configuration (line 1, column 1): found nothing; expected a v1 configuration in JSON, as docs/configuration.md describes it [empty]",
    ],
  },
  {
    name: "white space only",
    configuration: `  \n `,
    says: [
      'error at the configuration (line 2, column 2): found the end of the configuration; expected the opening "{" of a configuration in JSON (in Envoy\'s own configuration: a google.protobuf.StringValue, not a Struct) [syntax]',
    ],
  },
  {
    name: "YAML",
    configuration: "api: v1",
    says: [
      'error at the configuration (line 1, column 1): found "a"; expected the opening "{" of a configuration in JSON (in Envoy\'s own configuration: a google.protobuf.StringValue, not a Struct) [syntax]',
    ],
  },
  {
    name: "a byte order mark",
    configuration: `\ufeff{}`,
    says: [
      'error at the configuration (line 1, column 1): found a byte order mark; expected the configuration\'s opening "{" (save the file as UTF-8 without a byte order mark) [syntax]',
    ],
  },
  {
    name: "a brace too few",
    configuration: '{"api": "v1"',
    says: [
      'error at the configuration (line 1, column 13): found the end of the configuration; expected "," or "}" [syntax]',
    ],
  },
  {
    name: "something after the end",
    configuration: '{"api": "v1"} }',
    says: [
      'error at the configuration (line 1, column 15): found "}"; expected nothing after the configuration\'s closing brace [syntax]',
    ],
  },
  {
    name: "two configurations",
    configuration: `{"api": "v1"}\n{"api": "v1"}`,
    says: [
      'error at the configuration (line 2, column 1): found "{"; expected nothing after the configuration\'s closing brace [syntax]',
    ],
  },
  {
    name: "a comma after the last field",
    configuration: `{"api": "v1",\n}`,
    says: [
      'error at the configuration (line 2, column 1): found "}"; expected another key: no comma may follow the last field [syntax]',
    ],
  },
  {
    name: "a comma after the last element",
    configuration: configuration({ authorities: '["a", ]' }),
    says: [
      'error at the configuration (line 7, column 22): found "]"; expected another value: no comma may follow the last element [syntax]',
    ],
  },
  {
    name: "no comma between fields",
    configuration: '{"api": "v1" "backend": null}',
    says: ['error at the configuration (line 1, column 14): found a double quote; expected "," or "}" [syntax]'],
  },
  {
    name: "no comma between elements",
    configuration: configuration({ authorities: '["a" "b"]' }),
    says: ['error at the configuration (line 7, column 21): found a double quote; expected "," or "]" [syntax]'],
  },
  {
    name: "no colon",
    configuration: '{"api" "v1"}',
    says: ['error at the configuration (line 1, column 8): found a double quote; expected ":" [syntax]'],
  },
  {
    name: "no value",
    configuration: '{"api": }',
    says: ['error at the configuration (line 1, column 9): found "}"; expected a JSON value [syntax]'],
  },
  {
    name: "a key without quotes",
    configuration: '{api: "v1"}',
    says: ['error at the configuration (line 1, column 2): found "a"; expected a key in double quotes [syntax]'],
  },
  {
    name: "single quotes",
    configuration: "{'api': 'v1'}",
    says: ['error at the configuration (line 1, column 2): found "\'"; expected a key in double quotes [syntax]'],
  },
  {
    name: "a comment",
    configuration: `{\n  // the version\n  "api": "v1"}`,
    says: ['error at the configuration (line 2, column 3): found "/"; expected a key in double quotes [syntax]'],
  },
  {
    name: "a string without an end",
    configuration: '{"api": "v1}',
    says: [
      "error at the configuration (line 1, column 13): found the end of the configuration; expected the double quote that ends a string [syntax]",
    ],
  },
  {
    name: "a line break in a string",
    configuration: `{"api": "v\n1"}`,
    says: [
      "error at the configuration (line 1, column 11): found byte 0x0a; expected a string without control characters (write \\n, \\t, \\u00XX) [syntax]",
    ],
  },
  {
    name: "an unknown escape",
    configuration: configuration({ authorities: `["a\\d"]` }),
    says: [
      'error at the configuration (line 7, column 20): found "d"; expected one of " \\ / b f n r t u after a backslash (a backslash itself is written \\\\) [syntax]',
    ],
  },
  {
    name: "a short \\u escape",
    configuration: `{"api": "\\u12"}`,
    says: [
      "error at the configuration (line 1, column 14): found a double quote; expected four hexadecimal digits after \\u [syntax]",
    ],
  },
  {
    name: "half a surrogate pair",
    configuration: `{"api": "\\ud83dx"}`,
    says: [
      'error at the configuration (line 1, column 16): found "x"; expected both halves of a surrogate pair: \\uD800 to \\uDBFF, then \\uDC00 to \\uDFFF [syntax]',
    ],
  },
  {
    name: "a capital literal",
    configuration: configuration({ top: ', "debug": None' }),
    says: ['error at the configuration (line 10, column 14): found "N"; expected a JSON value [syntax]'],
  },
  {
    name: "a misspelled literal",
    configuration: configuration({ top: ', "debug": nul' }),
    says: ["error at the configuration (line 10, column 17): found byte 0x0a; expected null [syntax]"],
  },
  {
    name: "a number that begins with a point",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "timeout": .5' }),
    says: ['error at the configuration (line 3, column 69): found "."; expected a JSON value [syntax]'],
  },
  {
    name: "a number that ends in a point",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "timeout": 5.' }),
    says: ['error at the configuration (line 3, column 71): found "}"; expected a digit [syntax]'],
  },
  {
    name: "a leading zero",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "timeout": 01' }),
    says: [
      'error at the configuration (line 3, column 70): found "1"; expected no digit after a leading zero [syntax]',
    ],
  },
  {
    name: "a bracket that closes a brace",
    configuration: '{"api": "v1"]',
    says: ['error at the configuration (line 1, column 13): found "]"; expected "," or "}" [syntax]'],
  },
  {
    name: "too deep",
    configuration: `{"api": "v1", "x": ${"[".repeat(128)}${"]".repeat(128)}}`,
    says: [
      'error at the configuration (line 1, column 147): found "["; expected at most 128 levels of nesting [syntax]',
      'warning at the configuration (line 1, column 15): found the unknown field "x"; expected one of api, system, backend, services, passthrough_metadata (this field is ignored) [unknown-field]',
    ],
  },
  {
    name: "a fault in the syntax hides what is missing",
    configuration: '{"services": [{"id": "1", "credentials": {',
    says: [
      'error at the configuration (line 1, column 43): found the end of the configuration; expected "," or "}" [syntax]',
    ],
  },
];
