import { configuration } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** Values of the wrong type, and fields that are not there. */
export const TYPES: Fault[] = [
  {
    name: "an array",
    configuration: "[]",
    says: ["error at the configuration (line 1, column 1): found an array; expected an object [wrong-type]"],
  },
  {
    name: "a string",
    configuration: '"v1"',
    says: ["error at the configuration (line 1, column 1): found a string; expected an object [wrong-type]"],
  },
  {
    name: "empty object",
    configuration: "{}",
    says: [
      'error at api (line 1, column 1): found nothing; expected "v1" [missing-field]',
      "warning at backend (line 1, column 1): found nothing; expected 3scale's backend to ask: without it every request is refused [suspicious]",
      "warning at services (line 1, column 1): found nothing; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
  {
    name: "api of another version",
    configuration: configuration({ api: '"v2"' }),
    says: ['error at api (line 2, column 8): found "v2"; expected "v1" [invalid-value]'],
  },
  {
    name: "api as a number",
    configuration: configuration({ api: "1.0" }),
    says: ['error at api (line 2, column 8): found the number 1.0; expected "v1" [wrong-type]'],
  },
  {
    name: "api null",
    configuration: configuration({ api: "null" }),
    says: ['error at api (line 1, column 1): found nothing; expected "v1" [missing-field]'],
  },
  {
    name: "services as an object",
    configuration: '{"api": "v1", "backend": {"upstream": {"name": "b", "url": "http://b"}}, "services": {"id": "1"}}',
    says: ["error at services (line 1, column 86): found an object; expected an array [wrong-type]"],
  },
  {
    name: "a service that is null",
    configuration: '{"api": "v1", "backend": {"upstream": {"name": "b", "url": "http://b"}}, "services": [null]}',
    says: ["error at services[0] (line 1, column 87): found null; expected an object [wrong-type]"],
  },
  {
    name: "an id as a number",
    configuration: configuration({ id: "2555417834789" }),
    says: [
      "error at services[0].id (line 5, column 7): found the number 2555417834789; expected a string [wrong-type]",
    ],
  },
  {
    name: "a token as a number",
    configuration: configuration({ token: "12345" }),
    says: ["error at services[0].token (line 6, column 10): found a number; expected a string [wrong-type]"],
  },
  {
    name: "a token as an object",
    configuration: configuration({ token: '{"value": "t"}' }),
    says: ["error at services[0].token (line 6, column 10): found an object; expected a string [wrong-type]"],
  },
  {
    name: "authorities as a string",
    configuration: configuration({ authorities: '"a"' }),
    says: [
      "error at services[0].authorities (line 7, column 16): found a string; expected an array of strings [wrong-type]",
    ],
  },
  {
    name: "an authority as a number",
    configuration: configuration({ authorities: '["a", 8080]' }),
    says: [
      "error at services[0].authorities[1] (line 7, column 22): found the number 8080; expected a string [wrong-type]",
    ],
  },
  {
    name: "authorities null",
    configuration: configuration({ authorities: "null" }),
    says: [
      "error at services[0].authorities (line 4, column 14): found nothing; expected the authorities that select this service (an array of strings) [missing-field]",
    ],
  },
  {
    name: "credentials null",
    configuration: configuration({ credentials: "null" }),
    says: [
      "error at services[0].credentials (line 4, column 14): found nothing; expected where to look for credentials (user_key or app_id) [missing-field]",
    ],
  },
  {
    name: "no id",
    configuration: `{"api": "v1", "backend": {"upstream": {"name": "b", "url": "http://b"}}, "services": [\n{"token": "t"}]}`,
    says: [
      "error at services[0].id (line 2, column 1): found nothing; expected the service's id in 3scale (a string) [missing-field]",
      "error at services[0].authorities (line 2, column 1): found nothing; expected the authorities that select this service (an array of strings) [missing-field]",
      "error at services[0].credentials (line 2, column 1): found nothing; expected where to look for credentials (user_key or app_id) [missing-field]",
      "warning at services[0].mapping_rules (line 2, column 1): found none; expected at least one mapping rule: without one every request to this service gets a 404 [suspicious]",
    ],
  },
  {
    name: "backend as a string",
    configuration: '{"api": "v1", "backend": "http://b", "services": []}',
    says: [
      "error at backend (line 1, column 26): found a string; expected an object [wrong-type]",
      "warning at services (line 1, column 1): found an empty list; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
  {
    name: "a backend without upstream",
    configuration: '{"api": "v1", "backend": {}, "services": []}',
    says: [
      "error at backend.upstream (line 1, column 26): found nothing; expected an object with name (the Envoy cluster) and url [missing-field]",
      "warning at services (line 1, column 1): found an empty list; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
  {
    name: "an empty upstream",
    configuration: configuration({ upstream: "" }),
    says: [
      "error at backend.upstream.name (line 3, column 25): found nothing; expected the name of an Envoy cluster (a string) [missing-field]",
      "error at backend.upstream.url (line 3, column 25): found nothing; expected an absolute URL such as https://su1.3scale.net [missing-field]",
    ],
  },
  {
    name: "a system without anything",
    configuration: configuration({ top: ', "system": {}' }),
    says: [
      "error at system.upstream (line 10, column 15): found nothing; expected an object with name (the Envoy cluster) and url [missing-field]",
      "error at system.token (line 10, column 15): found nothing; expected an access token for the Account Management API (a string) [missing-field]",
    ],
  },
  {
    name: "a field twice",
    configuration: configuration({ service: ', "id": "2"' }),
    says: [
      "error at services[0].id (line 9, column 97): found the field a second time; expected each field once [duplicate-field]",
    ],
  },
  {
    name: "a field twice, null first",
    configuration: '{"api": null, "api": "v1"}',
    says: [
      "error at api (line 1, column 15): found the field a second time; expected each field once [duplicate-field]",
      "warning at backend (line 1, column 1): found nothing; expected 3scale's backend to ask: without it every request is refused [suspicious]",
      "warning at services (line 1, column 1): found nothing; expected at least one service: without one every request is refused [suspicious]",
    ],
  },
  {
    name: "passthrough_metadata as a string",
    configuration: configuration({ top: ', "passthrough_metadata": "yes"' }),
    says: ["error at passthrough_metadata (line 10, column 29): found a string; expected true or false [wrong-type]"],
  },
];
