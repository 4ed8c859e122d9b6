import type { ProxyRule } from "./proxy-config.ts";

/** Rules as somebody has written them: what is wrong with them, or the rules. */
export type ReadRules = { errors: string[] } | { rules: ProxyRule[] };

/** 3scale's own bound. */
const MAX_PATTERN_LENGTH = 255;
const MAX_RULES = 1_000;
const MAX_DELTA = 2_147_483_647;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "ANY"];
const FIELDS = ["method", "pattern", "metric", "delta", "last"];

/**
 * Reads `[{"method": "GET", "pattern": "/a/{id}", "metric": "hits", "delta": 1, "last": false}, …]`, the last two optional.
 * All that is wrong is told, with its place.
 */
export function readRules(json: string, metrics: readonly string[]): ReadRules {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { errors: [`not JSON: ${(error as Error).message}`] };
  }
  if (!Array.isArray(value)) return { errors: ["the rules are to be a list: [{ … }, …]"] };
  if (value.length > MAX_RULES) return { errors: [`more than ${String(MAX_RULES)} rules`] };
  const errors = value.flatMap((rule: unknown, index) => {
    return ruleErrors(rule, metrics).map((error) => `rule ${String(index + 1)}: ${error}`);
  });
  return errors.length > 0 ? { errors } : { rules: value as ProxyRule[] };
}

function ruleErrors(rule: unknown, metrics: readonly string[]): string[] {
  if (typeof rule !== "object" || rule === null || Array.isArray(rule)) return ["not an object"];
  const { method, pattern, metric, delta, last } = rule as Record<string, unknown>;
  const errors = Object.keys(rule)
    .filter((field) => !FIELDS.includes(field))
    .map((field) => `there is no field ${JSON.stringify(field)}; there are ${FIELDS.join(", ")}`);
  if (typeof method !== "string" || !METHODS.includes(method))
    errors.push(`method is to be one of ${METHODS.join(", ")}`);
  errors.push(...patternErrors(pattern));
  if (typeof metric !== "string" || !metrics.includes(metric))
    errors.push(`metric is to be one of ${metrics.join(", ")}`);
  const isCount = typeof delta === "number" && Number.isInteger(delta) && delta > 0 && delta <= MAX_DELTA;
  if (delta !== undefined && !isCount) errors.push(`delta is to be a whole number from 1 to ${String(MAX_DELTA)}`);
  if (last !== undefined && typeof last !== "boolean") errors.push("last is to be true or false");
  return errors;
}

function patternErrors(pattern: unknown): string[] {
  if (typeof pattern !== "string" || !pattern.startsWith("/")) return ["pattern is to begin with /"];
  if (pattern.length > MAX_PATTERN_LENGTH) return [`pattern is longer than ${String(MAX_PATTERN_LENGTH)} characters`];
  if (/[^!-~]/.test(pattern)) return ["pattern is to have visible ASCII characters only"];
  const rest = pattern.replaceAll(/\{[^{}/]+\}/g, "");
  return /[{}]/.test(rest) ? ["pattern has a brace without its other, or nothing in between"] : [];
}
