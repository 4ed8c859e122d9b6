import { configuration } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** Where a fault is said to be. */
export const PLACES: Fault[] = [
  {
    name: "CRLF",
    configuration: configuration({ id: "1" }).replaceAll("\n", "\r\n"),
    says: ["error at services[0].id (line 5, column 7): found the number 1; expected a string [wrong-type]"],
  },
  {
    name: "tabs",
    configuration: `{\n\t\t"api":\t5}`,
    says: [
      'error at api (line 2, column 10): found the number 5; expected "v1" [wrong-type]',
      "warning at backend (line 1, column 1): found nothing; expected 3scale's backend to ask: without it every request is refused [suspicious]",
      "warning at services (line 1, column 1): found nothing; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
  {
    name: "columns count bytes",
    configuration: '{"é€😀": 1, "api": 5}',
    says: [
      'error at api (line 1, column 25): found the number 5; expected "v1" [wrong-type]',
      'warning at the configuration (line 1, column 2): found the unknown field "\\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80"; expected one of api, system, backend, services, passthrough_metadata (this field is ignored) [unknown-field]',
      "warning at backend (line 1, column 1): found nothing; expected 3scale's backend to ask: without it every request is refused [suspicious]",
      "warning at services (line 1, column 1): found nothing; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
  {
    name: "the value's line, not the key's",
    configuration: `{"api":\n\n   5}`,
    says: [
      'error at api (line 3, column 4): found the number 5; expected "v1" [wrong-type]',
      "warning at backend (line 1, column 1): found nothing; expected 3scale's backend to ask: without it every request is refused [suspicious]",
      "warning at services (line 1, column 1): found nothing; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
  {
    name: "CR is no line break",
    configuration: `{\r"api": 5}`,
    says: [
      'error at api (line 1, column 10): found the number 5; expected "v1" [wrong-type]',
      "warning at backend (line 1, column 1): found nothing; expected 3scale's backend to ask: without it every request is refused [suspicious]",
      "warning at services (line 1, column 1): found nothing; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
];
