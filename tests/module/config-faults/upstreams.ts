import { configuration } from "../config-text.ts";
import type { Fault } from "./fault.ts";

/** Faults in an `upstream`, in `on_failure` and in the `system`. */
export const UPSTREAMS: Fault[] = [
  {
    name: "a URL empty",
    configuration: configuration({ upstream: '"name": "b", "url": ""' }),
    says: [
      "error at backend.upstream.url (line 3, column 46): found an empty string; expected an absolute URL such as https://su1.3scale.net [invalid-url]",
    ],
  },
  {
    name: "a URL without a scheme",
    configuration: configuration({ upstream: '"name": "b", "url": "su1.3scale.net"' }),
    says: [
      'error at backend.upstream.url (line 3, column 46): found a string that does not begin with "http://" or "https://"; expected an absolute URL such as https://su1.3scale.net [invalid-url]',
    ],
  },
  {
    name: "a URL that begins with a host and a port",
    configuration: configuration({ upstream: '"name": "b", "url": "backend:3000"' }),
    says: [
      'error at backend.upstream.url (line 3, column 46): found a string that does not begin with "http://" or "https://"; expected an absolute URL such as https://su1.3scale.net [invalid-url]',
    ],
  },
  {
    name: "a URL of another scheme",
    configuration: configuration({ upstream: '"name": "b", "url": "ftp://su1.3scale.net"' }),
    says: [
      'error at backend.upstream.url (line 3, column 46): found the scheme "ftp"; expected a URL that begins with http:// or https:// [invalid-url]',
    ],
  },
  {
    name: "a URL without slashes",
    configuration: configuration({ upstream: '"name": "b", "url": "https:su1.3scale.net"' }),
    says: [
      'error at backend.upstream.url (line 3, column 46): found no "//" after the scheme; expected an absolute URL such as https://su1.3scale.net [invalid-url]',
    ],
  },
  {
    name: "a URL without a host",
    configuration: configuration({ upstream: '"name": "b", "url": "https:///"' }),
    says: [
      "error at backend.upstream.url (line 3, column 46): found no host; expected a host name of letters, digits, - . _ ~ after the scheme, or an IPv6 address in brackets (internationalized names as xn--…) [invalid-url]",
    ],
  },
  {
    name: "a URL with a space in its host",
    configuration: configuration({ upstream: '"name": "b", "url": "https://su1.3scale .net"' }),
    says: [
      'error at backend.upstream.url (line 3, column 46): found " " as byte 19 of the URL; expected a host name of letters, digits, - . _ ~ after the scheme, or an IPv6 address in brackets (internationalized names as xn--…) [invalid-url]',
    ],
  },
  {
    name: "a URL with a host beyond ASCII",
    configuration: configuration({ upstream: '"name": "b", "url": "https://bücher.example"' }),
    says: [
      'error at backend.upstream.url (line 3, column 46): found "\\xc3" as byte 10 of the URL; expected a host name of letters, digits, - . _ ~ after the scheme, or an IPv6 address in brackets (internationalized names as xn--…) [invalid-url]',
    ],
  },
  {
    name: "a URL with letters for a port",
    configuration: configuration({ upstream: '"name": "b", "url": "https://b:https"' }),
    says: [
      'error at backend.upstream.url (line 3, column 46): found "h" as byte 11 of the URL; expected a port from 1 to 65535 after the colon behind the host [invalid-url]',
    ],
  },
  {
    name: "a URL with a port too large",
    configuration: configuration({ upstream: '"name": "b", "url": "https://b:65536"' }),
    says: [
      "error at backend.upstream.url (line 3, column 46): found a port out of range; expected a port from 1 to 65535 after the colon behind the host [invalid-url]",
    ],
  },
  {
    name: "a URL with port 0",
    configuration: configuration({ upstream: '"name": "b", "url": "https://b:0/"' }),
    says: [
      "error at backend.upstream.url (line 3, column 46): found a port out of range; expected a port from 1 to 65535 after the colon behind the host [invalid-url]",
    ],
  },
  {
    name: "a URL with an empty address",
    configuration: configuration({ upstream: '"name": "b", "url": "https://[]"' }),
    says: [
      "error at backend.upstream.url (line 3, column 46): found no address in brackets; expected a host name of letters, digits, - . _ ~ after the scheme, or an IPv6 address in brackets (internationalized names as xn--…) [invalid-url]",
    ],
  },
  {
    name: "a URL with something after its address",
    configuration: configuration({ upstream: '"name": "b", "url": "https://[::1]x"' }),
    says: [
      'error at backend.upstream.url (line 3, column 46): found "x" as byte 14 of the URL; expected a port from 1 to 65535 after the colon behind the host [invalid-url]',
    ],
  },
  {
    name: "a URL with user information and a bad port",
    configuration: configuration({ upstream: '"name": "b", "url": "https://user:secret@b:x"' }),
    says: [
      'error at backend.upstream.url (line 3, column 46): found "x" as byte 23 of the URL; expected a port from 1 to 65535 after the colon behind the host [invalid-url]',
    ],
  },
  {
    name: "a timeout with an exponent",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "timeout": 1e3' }),
    says: [
      "error at backend.upstream.timeout (line 3, column 69): found the number 1e3; expected a whole number of milliseconds from 0 to 4294967295 (written without point and exponent) [invalid-value]",
    ],
  },
  {
    name: "a negative timeout",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "timeout": -1' }),
    says: [
      "error at backend.upstream.timeout (line 3, column 69): found the number -1; expected a whole number of milliseconds from 0 to 4294967295 (written without point and exponent) [invalid-value]",
    ],
  },
  {
    name: "a timeout as a string",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "timeout": "1s"' }),
    says: [
      "error at backend.upstream.timeout (line 3, column 69): found a string; expected a whole number of milliseconds from 0 to 4294967295 (written without point and exponent) [wrong-type]",
    ],
  },
  {
    name: "a timeout too large",
    configuration: configuration({ upstream: '"name": "b", "url": "http://b", "timeout": 4294967296' }),
    says: [
      "error at backend.upstream.timeout (line 3, column 69): found the number 4294967296; expected a whole number of milliseconds from 0 to 4294967295 (written without point and exponent) [invalid-value]",
    ],
  },
  {
    name: "an unknown mode",
    configuration: configuration({ backend: ', "on_failure": {"mode": "open"}' }),
    says: [
      'error at backend.on_failure.mode (line 3, column 82): found "open"; expected "deny" or "allow" [invalid-value]',
    ],
  },
  {
    name: "a status too small",
    configuration: configuration({ backend: ', "on_failure": {"status": 200}' }),
    says: [
      "error at backend.on_failure.status (line 3, column 84): found the number 200; expected a whole number from 400 to 599, an HTTP status [invalid-value]",
    ],
  },
  {
    name: "a status as a string",
    configuration: configuration({ backend: ', "on_failure": {"status": "502"}' }),
    says: [
      "error at backend.on_failure.status (line 3, column 84): found a string; expected a whole number from 400 to 599, an HTTP status [wrong-type]",
    ],
  },
  {
    name: "extensions as a string",
    configuration: configuration({ backend: ', "extensions": "no_body"' }),
    says: [
      "error at backend.extensions (line 3, column 73): found a string; expected an array of strings [wrong-type]",
    ],
  },
  {
    name: "an extension as null",
    configuration: configuration({ backend: ', "extensions": [null]' }),
    says: ["error at backend.extensions[0] (line 3, column 74): found null; expected a string [wrong-type]"],
  },
  {
    name: "a ttl as a string",
    configuration: configuration({
      top: ', "system": {"upstream": {"name": "s", "url": "http://s"}, "token": "t", "ttl": "5m"}',
    }),
    says: [
      "error at system.ttl (line 10, column 83): found a string; expected a whole number of seconds from 0 to 9007199254740991 (written without point and exponent) [wrong-type]",
    ],
  },
  {
    name: "a system's token as a number",
    configuration: configuration({ top: ', "system": {"upstream": {"name": "s", "url": "http://s"}, "token": 12345}' }),
    says: ["error at system.token (line 10, column 71): found a number; expected a string [wrong-type]"],
  },
  {
    name: "an unknown environment beside a system",
    configuration: configuration({
      service: ', "environment": "development"',
      top: ', "system": {"upstream": {"name": "s", "url": "http://s"}, "token": "t"}',
    }),
    says: [
      'error at services[0].environment (line 9, column 112): found "development"; expected "production", "staging" or "sandbox" [invalid-value]',
    ],
  },
];
