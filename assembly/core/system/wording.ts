/** What is said of a fetched proxy configuration, worded in one place. */

export const VERSION: string = "the configuration's version (a whole number)";
export const HOSTS: string = "the gateway's host names (an array of strings)";
export const RULES: string = "the mapping rules (an array of objects)";
export const MOST_RULES: string = "at most 20,000 mapping rules";
export const MOST_HOSTS: string = "at most 1,000 hosts";
export const TOKEN: string = "the service's token (a string)";
export const BACKEND_VERSION: string = '"1", "2" or "oauth"';
export const INTEGER: string = "a whole number";
export const RULE_METHOD: string = "an HTTP method (a string)";
export const RULE_PATTERN: string = "a pattern of paths (a string)";
export const RULE_METRIC: string = "a metric's system name (a string that is not empty)";

export const NO_TOKEN: string =
  "3scale gives no service token: configure the service's token, without it every request is refused";
export const PROVIDER_KEY: string =
  "3scale gives a provider key, which is not supported: configure the service's token, without it every request is refused";
export const NO_HOSTS: string =
  "3scale gives no host: configure the service's authorities, without them nothing selects it";
export const NO_AUTHENTICATION: string =
  "3scale gives no known authentication method: configure the service's credentials, without them every request is refused";
export const NO_LOCATION: string =
  "3scale gives no known location of credentials: configure the service's credentials, without them every request is refused";
export const NO_ISSUER: string =
  "3scale gives no OpenID Connect issuer: set it in 3scale, or configure the service's credentials, without them every request is refused";
export const LIQUID_CLAIM: string =
  "3scale gives a Liquid template for the claim with the client's id, which is not supported: name a plain claim, or configure the service's credentials, without them every request is refused";

/** Says which rule is meant: by the position that 3scale's portal shows it at. */
export function ruleAt(position: i64): string {
  return "rule at position " + position.toString();
}

/** Says which rule is meant, where its position cannot be read: by its place in the list, counted from 1. */
export function ruleInPlace(place: i32): string {
  return "rule " + place.toString() + " of the list";
}

export function ruleSkipped(rule: string, found: string, expected: string): string {
  return rule + " is skipped: found " + found + "; expected " + expected;
}

export function negativeDelta(rule: string, delta: i64): string {
  return rule + " counts 0: found the delta " + delta.toString() + "; expected 0 or more";
}
