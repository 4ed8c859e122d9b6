import { configuration } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** Faults in `credentials`. */
export const CREDENTIALS: Fault[] = [
  {
    name: "neither",
    configuration: configuration({ credentials: "{}" }),
    says: [
      "error at services[0].credentials (line 8, column 16): found neither; expected user_key or app_id (app_key goes with app_id only) [missing-field]",
    ],
  },
  {
    name: "app_key alone",
    configuration: configuration({ credentials: '{"app_key": []}' }),
    says: [
      "error at services[0].credentials (line 8, column 16): found app_key alone; expected user_key or app_id (app_key goes with app_id only) [missing-field]",
    ],
  },
  {
    name: "a source that is empty",
    configuration: configuration({ credentials: '{"user_key": [{}]}' }),
    says: [
      "error at services[0].credentials.user_key[0] (line 8, column 30): found none of them; expected exactly one of header, query_string, filter [invalid-value]",
    ],
  },
  {
    name: "a source that is two",
    configuration: configuration({
      credentials: '{"app_id": [{"header": {"keys": ["a"]}, "query_string": {"keys": ["b"]}}]}',
    }),
    says: [
      "error at services[0].credentials.app_id[0] (line 8, column 28): found 2 of them; expected exactly one of header, query_string, filter [invalid-value]",
    ],
  },
  {
    name: "a source without keys",
    configuration: configuration({ credentials: '{"user_key": [{"header": {}}]}' }),
    says: [
      "error at services[0].credentials.user_key[0].header.keys (line 8, column 41): found nothing; expected an array of strings [missing-field]",
    ],
  },
  {
    name: "sources as an object",
    configuration: configuration({ credentials: '{"user_key": {"header": {"keys": ["a"]}}}' }),
    says: [
      "error at services[0].credentials.user_key (line 8, column 29): found an object; expected an array [wrong-type]",
    ],
  },
  {
    name: "a source as a string",
    configuration: configuration({ credentials: '{"user_key": ["user_key"]}' }),
    says: [
      "error at services[0].credentials.user_key[0] (line 8, column 30): found a string; expected an object [wrong-type]",
    ],
  },
  {
    name: "keys as a string",
    configuration: configuration({ credentials: '{"user_key": [{"header": {"keys": "k"}}]}' }),
    says: [
      "error at services[0].credentials.user_key[0].header.keys (line 8, column 50): found a string; expected an array of strings [wrong-type]",
    ],
  },
];
