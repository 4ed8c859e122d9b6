import { configuration, rule } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** What is accepted with a warning. */
export const WARNINGS: Fault[] = [
  {
    name: "a bare configuration",
    configuration: '{"api": "v1"}',
    says: [
      "warning at backend (line 1, column 1): found nothing; expected 3scale's backend to ask: without it every request is refused [suspicious]",
      "warning at services (line 1, column 1): found nothing; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
  {
    name: "no services",
    configuration: '{"api": "v1", "backend": {"upstream": {"name": "b", "url": "http://b"}}, "services": []}',
    says: [
      "warning at services (line 1, column 1): found an empty list; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
  {
    name: "a system",
    configuration: configuration({
      top: ', "system": {"upstream": {"name": "s", "url": "http://s"}, "token": "t", "ttl": 0}',
    }),
    says: ["warning at system.ttl (line 10, column 83): found 0; expected at least 1: 1 second is used [suspicious]"],
  },
  {
    name: "a service without token and rules",
    configuration: configuration({ token: "null", rules: "[]" }),
    says: [
      "warning at services[0].token (line 4, column 14): found nothing; expected the service's token: without it every request is refused [suspicious]",
      "warning at services[0].mapping_rules (line 4, column 14): found none; expected at least one mapping rule: without one every request to this service gets a 404 [suspicious]",
    ],
  },
  {
    name: "empty id and token",
    configuration: configuration({ id: '""', token: '""' }),
    says: [
      "warning at services[0].id (line 5, column 7): found an empty string; expected the service's id in 3scale: without it 3scale refuses every request [suspicious]",
      "warning at services[0].token (line 6, column 10): found an empty string; expected the service's token: without it every request is refused [suspicious]",
    ],
  },
  {
    name: "no authorities",
    configuration: configuration({ authorities: "[]" }),
    says: [
      "warning at services[0].authorities (line 7, column 16): found an empty list; expected at least one authority: as it is nothing selects this service [suspicious]",
    ],
  },
  {
    name: "an idle escape",
    configuration: configuration({ authorities: `["a\\\\d", "b\\\\*", "c\\\\"]` }),
    says: [
      'warning at services[0].authorities[0] (line 7, column 17): found "a\\d"; expected a backslash before one of * + ? \\ only: elsewhere it stands for itself, so nothing matches [invalid-glob]',
      'warning at services[0].authorities[2] (line 7, column 33): found "c\\"; expected a backslash before one of * + ? \\ only: elsewhere it stands for itself, so nothing matches [invalid-glob]',
    ],
  },
  {
    name: "an unknown environment without a system",
    configuration: configuration({ service: ', "environment": "development"' }),
    says: [
      'warning at services[0].environment (line 9, column 112): found "development"; expected "production", "staging" or "sandbox" [invalid-value]',
    ],
  },
  {
    name: "a timeout of 0",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "timeout": 0' }),
    says: [
      "warning at backend.upstream.timeout (line 3, column 69): found 0; expected at least 1: the default of 1000 milliseconds is used [suspicious]",
    ],
  },
  {
    name: "user information",
    configuration: configuration({ upstream: '"name": "b", "url": "http://user:pass@b"' }),
    says: [
      "warning at backend.upstream.url (line 3, column 46): found user information; expected a URL without user information: it is not sent [invalid-url]",
    ],
  },
  {
    name: "a fragment",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b#f"' }),
    says: [
      "warning at backend.upstream.url (line 3, column 46): found a fragment; expected a URL without a fragment: it is not sent [invalid-url]",
    ],
  },
  {
    name: "an extension of the filter's own",
    configuration: configuration({ backend: ', "extensions": ["no_body=0", "rejection_reason_header=1"]' }),
    says: [
      'warning at backend.extensions[0] (line 3, column 74): found "no_body=0"; expected no value but 1: the filter sends this option itself, so this one is ignored [suspicious]',
    ],
  },
  {
    name: "no usages",
    configuration: configuration({ rules: `[${rule({ usages: "[]" })}]` }),
    says: [
      "warning at services[0].mapping_rules[0].usages (line 9, column 63): found an empty list; expected at least one usage: a request that matches this rule only gets a 404 [suspicious]",
    ],
  },
  {
    name: "a negative delta",
    configuration: configuration({ rules: `[${rule({ usages: '[{"name": "hits", "delta": -5}]' })}]` }),
    says: [
      "warning at services[0].mapping_rules[0].usages[0].delta (line 9, column 90): found -5; expected 0 or more: it counts as 0 [suspicious]",
    ],
  },
  {
    name: "the least delta",
    configuration: configuration({
      rules: `[${rule({ usages: '[{"name": "hits", "delta": -9223372036854775808}]' })}]`,
    }),
    says: [
      "warning at services[0].mapping_rules[0].usages[0].delta (line 9, column 90): found -9223372036854775808; expected 0 or more: it counts as 0 [suspicious]",
    ],
  },
  {
    name: "a star in a pattern",
    configuration: configuration({ rules: `[${rule({ pattern: '"/a/*"' })}]` }),
    says: [
      'warning at services[0].mapping_rules[0].pattern (line 9, column 48): found "/a/*"; expected a placeholder as "{any}" if other characters may stand there: "*" is literal [suspicious]',
    ],
  },
  {
    name: "a space in a pattern",
    configuration: configuration({ rules: `[${rule({ pattern: '"/a b"' })}]` }),
    says: [
      'warning at services[0].mapping_rules[0].pattern (line 9, column 48): found "/a b"; expected space and characters beyond ASCII percent-encoded, as paths carry them (%20, %C3%A9): as it is nothing matches [suspicious]',
    ],
  },
  {
    name: "a pattern beyond ASCII",
    configuration: configuration({ rules: `[${rule({ pattern: '"/é"' })}]` }),
    says: [
      'warning at services[0].mapping_rules[0].pattern (line 9, column 48): found "/\\xc3\\xa9"; expected space and characters beyond ASCII percent-encoded, as paths carry them (%20, %C3%A9): as it is nothing matches [suspicious]',
    ],
  },
  {
    name: "a pattern without a slash",
    configuration: configuration({ rules: `[${rule({ pattern: '"a/b"' })}]` }),
    says: [
      'warning at services[0].mapping_rules[0].pattern (line 9, column 48): found "a/b"; expected a pattern that begins with "/": paths do, so nothing else matches [suspicious]',
    ],
  },
];
