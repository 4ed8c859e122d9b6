/** What the diagnostics expect of a value, worded in one place. */

export const OBJECT: string = "an object";
export const ARRAY: string = "an array";
export const STRING: string = "a string";
export const BOOLEAN: string = "true or false";

export const ID: string = "the service's id in 3scale (a string)";
export const UPSTREAM: string = "an object with name (the Envoy cluster) and url";
export const CLUSTER: string = "the name of an Envoy cluster (a string)";
export const SYSTEM_TOKEN: string = "an access token for the Account Management API (a string)";
export const PATTERN: string = 'a pattern of paths such as "/v1/{id}" (a string)';
export const USAGES: string = "the metrics to count (an array of objects with name and delta)";
export const METRIC: string = "the metric's system name (a string)";

export const API: string = '"v1"';
export const CONFIGURATION: string = "a v1 configuration in JSON, as docs/configuration.md describes it";
export const NO_BOM: string = 'the configuration\'s opening "{" (save the file as UTF-8 without a byte order mark)';

export const TIMEOUT: string =
  "a whole number of milliseconds from 0 to 4294967295 (written without point and exponent)";
export const TIMEOUT_ZERO: string = "at least 1: the default of 1000 milliseconds is used";
export const TTL: string = "a whole number of seconds from 0 to 9007199254740991 (written without point and exponent)";
export const TTL_ZERO: string = "at least 1: 1 second is used";
export const DELTA: string =
  "a whole number from -9223372036854775808 to 9223372036854775807 (written without point and exponent)";
export const DELTA_NEGATIVE: string = "0 or more: it counts as 0";
export const STATUS: string = "a whole number from 400 to 599, an HTTP status";
export const MODE: string = '"deny" or "allow"';
export const ENVIRONMENT: string = '"production", "staging" or "sandbox"';

export const SERVICE_AUTHORITIES: string = "the authorities that select this service (an array of strings)";
export const SERVICE_CREDENTIALS: string = "where to look for credentials (user_key or app_id)";
export const SERVICE_ID: string = "the service's id in 3scale: without it 3scale refuses every request";
export const SERVICE_TOKEN: string = "the service's token: without it every request is refused";
export const AUTHORITIES_EMPTY: string = "at least one authority: as it is nothing selects this service";
export const BACKEND: string = "3scale's backend to ask: without it every request is refused";
export const SERVICES: string = "at least one service: without one every request is refused";
export const RULES_EMPTY: string = "at least one mapping rule: without one every request to this service gets a 404";
export const USAGES_EMPTY: string = "at least one usage: a request that matches this rule only gets a 404";

export const CREDENTIALS_KIND: string = "user_key or app_id (app_key goes with app_id only)";
export const SOURCE_KIND: string = "exactly one of header, query_string, filter";
export const METHOD: string = 'an HTTP method such as "GET", or "any"';

export const PATTERN_EMPTY_PLACEHOLDER: string = 'a name between the braces of each placeholder, as "{id}"';
export const PATTERN_UNCLOSED: string = 'each "{" closed by a "}"';
export const PATTERN_NUL: string = "no NUL byte in a pattern: no request can carry one";
export const PATTERN_STAR: string = 'a placeholder as "{any}" if other characters may stand there: "*" is literal';
export const PATTERN_SLASH: string = 'a pattern that begins with "/": paths do, so nothing else matches';
export const PATTERN_RAW: string =
  "space and characters beyond ASCII percent-encoded, as paths carry them (%20, %C3%A9): as it is nothing matches";

export const GLOB_ESCAPE: string =
  "a backslash before one of * + ? \\ only: elsewhere it stands for itself, so nothing matches";

export const URL: string = "an absolute URL such as https://su1.3scale.net";
export const URL_SCHEME: string = "a URL that begins with http:// or https://";
export const URL_HOST: string =
  "a host name of letters, digits, - . _ ~ after the scheme, or an IPv6 address in brackets (internationalized names as xn--…)";
export const URL_PORT: string = "a port from 1 to 65535 after the colon behind the host";
export const URL_USERINFO: string = "a URL without user information: it is not sent";
export const URL_FRAGMENT: string = "a URL without a fragment: it is not sent";

export const RESERVED: string = "the field left out: the name is reserved for a later version";
export const ONCE: string = "each field once";
export const EXTENSION_OWN: string = "no value but 1: the filter sends this option itself, so this one is ignored";

export const OPERATION: string =
  'the name of an operation such as "strrev", or an object with the name of one as its only field';
export const OPERATION_PARAMETER: string =
  'the operation with its parameters, as {"prefix": "a"}: it cannot do without them';
export const OPERATION_BARE: string = "the bare name of this operation: it takes no parameters";
export const OPERATION_NESTING: string = "at most 32 levels of operations inside operations";
export const OPERATIONS: string = "an array of operations";
export const STRINGS: string = "an array of strings";
export const INDEXES: string = "an array of whole numbers, indexes into the stack";
export const INDEX: string = "a whole number, an index into the stack";
export const COUNT: string = "a whole number from 0 to 4294967295";
export const LENGTH_MODE: string = '"utf8" or "bytes"';
export const PLACEMENT: string = '"append" or "prepend"';
export const LOG_LEVEL: string = '"trace", "debug", "info", "warn", "error" or "critical"';
export const FILTER_PATH: string =
  "a path of at least two segments, the name of the filter and an entry of its metadata: as it is nothing is found";

export const SENDABLE: string = "none: with passthrough_metadata it is sent as a header";
export const NOT_VERIFIED: string =
  "a filter that verifies the token before this one (Envoy's jwt_authn): reading a claim does not verify it, and a client can send what it likes";
export const KEYS_EMPTY: string = "at least one key: as it is nothing is found";
