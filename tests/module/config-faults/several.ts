import { configuration, rule } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** Several faults in one configuration. */
export const SEVERAL: Fault[] = [
  {
    name: "one fault in each part",
    configuration: configuration({
      api: "1",
      upstream: '"url": 443',
      id: "null",
      authorities: '[1, "a", 2]',
      credentials: '{"user_key": [{}]}',
      rules: `[${rule({ pattern: '"{}"', usages: "5" })}]`,
    }),
    says: [
      'error at api (line 2, column 8): found the number 1; expected "v1" [wrong-type]',
      "error at backend.upstream.url (line 3, column 33): found the number 443; expected an absolute URL such as https://su1.3scale.net [wrong-type]",
      "error at backend.upstream.name (line 3, column 25): found nothing; expected the name of an Envoy cluster (a string) [missing-field]",
      "error at services[0].authorities[0] (line 7, column 17): found the number 1; expected a string [wrong-type]",
      "error at services[0].authorities[2] (line 7, column 25): found the number 2; expected a string [wrong-type]",
      "error at services[0].credentials.user_key[0] (line 8, column 30): found none of them; expected exactly one of header, query_string, filter [invalid-value]",
      'error at services[0].mapping_rules[0].pattern (line 9, column 48): found "{}"; expected a name between the braces of each placeholder, as "{id}" [invalid-pattern]',
      "error at services[0].mapping_rules[0].usages (line 9, column 64): found the number 5; expected the metrics to count (an array of objects with name and delta) [wrong-type]",
      "error at services[0].id (line 4, column 14): found nothing; expected the service's id in 3scale (a string) [missing-field]",
    ],
  },
  {
    name: "a fault, a warning and a syntax fault",
    configuration: configuration({ id: "1", service: ', "tokn": "t"', top: "," }),
    says: [
      "error at services[0].id (line 5, column 7): found the number 1; expected a string [wrong-type]",
      'error at the configuration (line 11, column 1): found "}"; expected another key: no comma may follow the last field [syntax]',
      'warning at services[0] (line 9, column 97): found the unknown field "tokn"; expected perhaps "token" (this field is ignored) [unknown-field]',
    ],
  },
];
