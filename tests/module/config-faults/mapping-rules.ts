import { configuration, rule } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** Faults in `mapping_rules`. */
export const MAPPING_RULES: Fault[] = [
  {
    name: "an empty rule",
    configuration: configuration({ rules: "[{}]" }),
    says: [
      'error at services[0].mapping_rules[0].method (line 9, column 19): found nothing; expected an HTTP method such as "GET", or "any" [missing-field]',
      'error at services[0].mapping_rules[0].pattern (line 9, column 19): found nothing; expected a pattern of paths such as "/v1/{id}" (a string) [missing-field]',
      "error at services[0].mapping_rules[0].usages (line 9, column 19): found nothing; expected the metrics to count (an array of objects with name and delta) [missing-field]",
    ],
  },
  {
    name: "a method that is none",
    configuration: configuration({ rules: `[${rule({ method: '"GET POST"' })}]` }),
    says: [
      'error at services[0].mapping_rules[0].method (line 9, column 30): found "GET POST"; expected an HTTP method such as "GET", or "any" [invalid-value]',
    ],
  },
  {
    name: "an empty method",
    configuration: configuration({ rules: `[${rule({ method: '""' })}]` }),
    says: [
      'error at services[0].mapping_rules[0].method (line 9, column 30): found ""; expected an HTTP method such as "GET", or "any" [invalid-value]',
    ],
  },
  {
    name: "a placeholder without a name",
    configuration: configuration({ rules: `[${rule({ pattern: '"/a/{}"' })}]` }),
    says: [
      'error at services[0].mapping_rules[0].pattern (line 9, column 48): found "/a/{}"; expected a name between the braces of each placeholder, as "{id}" [invalid-pattern]',
    ],
  },
  {
    name: "a brace that is not closed",
    configuration: configuration({ rules: `[${rule()},\n${rule({ pattern: '"/a/{id"' })}]` }),
    says: [
      'error at services[0].mapping_rules[1].pattern (line 10, column 30): found "/a/{id"; expected each "{" closed by a "}" [invalid-pattern]',
    ],
  },
  {
    name: "a NUL in a pattern",
    configuration: configuration({ rules: `[${rule({ pattern: `"/a\\u0000b"` })}]` }),
    says: [
      'error at services[0].mapping_rules[0].pattern (line 9, column 48): found "/a\\x00b"; expected no NUL byte in a pattern: no request can carry one [invalid-pattern]',
    ],
  },
  {
    name: "an encoded NUL in a pattern",
    configuration: configuration({ rules: `[${rule({ pattern: '"/a%00b"' })}]` }),
    says: [
      'error at services[0].mapping_rules[0].pattern (line 9, column 48): found "/a%00b"; expected no NUL byte in a pattern: no request can carry one [invalid-pattern]',
    ],
  },
  {
    name: "usages as an object",
    configuration: configuration({ rules: `[${rule({ usages: '{"hits": 1}' })}]` }),
    says: [
      "error at services[0].mapping_rules[0].usages (line 9, column 63): found an object; expected the metrics to count (an array of objects with name and delta) [wrong-type]",
    ],
  },
  {
    name: "an empty usage",
    configuration: configuration({ rules: `[${rule({ usages: "[{}]" })}]` }),
    says: [
      "error at services[0].mapping_rules[0].usages[0].name (line 9, column 64): found nothing; expected the metric's system name (a string) [missing-field]",
      "error at services[0].mapping_rules[0].usages[0].delta (line 9, column 64): found nothing; expected a whole number from -9223372036854775808 to 9223372036854775807 (written without point and exponent) [missing-field]",
    ],
  },
  {
    name: "a delta as a string",
    configuration: configuration({ rules: `[${rule({ usages: '[{"name": "hits", "delta": "1"}]' })}]` }),
    says: [
      "error at services[0].mapping_rules[0].usages[0].delta (line 9, column 90): found a string; expected a whole number from -9223372036854775808 to 9223372036854775807 (written without point and exponent) [wrong-type]",
    ],
  },
  {
    name: "a delta with a point",
    configuration: configuration({ rules: `[${rule({ usages: '[{"name": "hits", "delta": 1.0}]' })}]` }),
    says: [
      "error at services[0].mapping_rules[0].usages[0].delta (line 9, column 90): found the number 1.0; expected a whole number from -9223372036854775808 to 9223372036854775807 (written without point and exponent) [invalid-value]",
    ],
  },
  {
    name: "a delta too large",
    configuration: configuration({
      rules: `[${rule({ usages: '[{"name": "hits", "delta": 9223372036854775808}]' })}]`,
    }),
    says: [
      "error at services[0].mapping_rules[0].usages[0].delta (line 9, column 90): found the number 9223372036854775808; expected a whole number from -9223372036854775808 to 9223372036854775807 (written without point and exponent) [invalid-value]",
    ],
  },
  {
    name: "last as a string",
    configuration: configuration({ rules: `[${rule({ more: ', "last": "true"' })}]` }),
    says: [
      "error at services[0].mapping_rules[0].last (line 9, column 103): found a string; expected true or false [wrong-type]",
    ],
  },
];
