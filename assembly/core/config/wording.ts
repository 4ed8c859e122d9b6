/** What the diagnostics expect of a value, worded in one place. */

export const OBJECT: string = "an object";
export const ARRAY: string = "an array";
export const STRING: string = "a string";
export const BOOLEAN: string = "true or false";
export const INTEGER: string = "an integer";

export const API: string = '"v1"';
export const CONFIGURATION: string = "a v1 configuration in JSON, as docs/configuration.md describes it";
export const NO_BOM: string = 'the configuration\'s opening "{" (save the file as UTF-8 without a byte order mark)';

export const TIMEOUT: string = "a whole number of milliseconds from 0 to 4294967295";
export const TIMEOUT_ZERO: string = "at least 1; the default of 1000 milliseconds is used";
export const TTL: string = "a whole number of seconds from 0 to 9007199254740991";
export const TTL_ZERO: string = "at least 1 second; 1 is used";
export const DELTA: string = "a whole number from -9223372036854775808 to 9223372036854775807";
export const DELTA_NEGATIVE: string = "a number that is not negative; it counts as 0";
export const STATUS: string = "an HTTP status from 400 to 599";
export const MODE: string = '"deny" or "allow"';
export const ENVIRONMENT: string = '"production", "staging" or "sandbox"';

export const SERVICE_AUTHORITIES: string = "the authorities that select this service (an array of strings)";
export const SERVICE_CREDENTIALS: string = "where to look for credentials (user_key or app_id)";
export const SERVICE_ID: string = "the service's id in 3scale; without it 3scale refuses every request";
export const SERVICE_TOKEN: string = "the service's token; without it every request is refused";
export const AUTHORITIES_EMPTY: string = "at least one authority; nothing selects this service";
export const BACKEND: string = "where 3scale's backend is; without it every request is refused";
export const SERVICES: string = "at least one service; every request is refused";
export const RULES_EMPTY: string = "at least one mapping rule; every request to this service gets a 404";
export const USAGES_EMPTY: string = "at least one usage; a request that matches nothing else gets a 404";

export const CREDENTIALS_KIND: string = "user_key or app_id (app_key goes with app_id only)";
export const SOURCE_KIND: string = "exactly one of header, query_string, filter";
export const METHOD: string = "an HTTP method, or any";

export const PATTERN_EMPTY_PLACEHOLDER: string = 'a name between the braces of each placeholder, as "{id}"';
export const PATTERN_UNCLOSED: string = 'each "{" closed by a "}"';
export const PATTERN_NUL: string = "no NUL byte in a pattern: no request can carry one";
export const PATTERN_STAR: string = 'a placeholder as "{any}" if other characters may stand there: "*" is literal';
export const PATTERN_SLASH: string = 'a pattern that begins with "/": paths do, so nothing else matches';
export const PATTERN_RAW: string =
  "space and characters beyond ASCII percent-encoded, as paths carry them (%20, %C3%A9): as it is nothing matches";

export const GLOB_ESCAPE: string =
  "a backslash before one of * + ? \\ only: before a letter or a digit it stands for itself, so nothing matches";

export const URL: string = "an absolute URL such as https://su1.3scale.net";
export const URL_SCHEME: string = "a URL that begins with http:// or https://";
export const URL_HOST: string = "a host name or address after the scheme (internationalized names as xn--…)";
export const URL_PORT: string = "a port from 1 to 65535";
export const URL_USERINFO: string = "no user information: it is not sent";
export const URL_FRAGMENT: string = "no fragment: it is not sent";

export const NOT_YET: string = "no use of it: this version reads it but does not execute it yet, so it refuses it";
export const RESERVED: string = "no use of it: the name is reserved for a later version";
export const NOT_FETCHED: string =
  "no need of it yet: this version checks it but fetches nothing; services need their static configuration";
export const ONCE: string = "each field once";
export const EXTENSION_OWN: string = "no other value for an option that the filter itself needs; it is ignored";
