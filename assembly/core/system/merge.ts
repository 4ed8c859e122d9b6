import { Bytes } from "../bytes/bytes";
import { shown } from "../config/config-document";
import { ServiceSettings } from "../config/model";
import { expectedOfPattern } from "../config/read-mapping-rules";
import * as values from "../config/wording";
import { MappingRule } from "../usage/mapping-rule";
import { isMethod, ruleMethod } from "../usage/method";
import { MetricNumbers } from "../usage/metric";
import { Pattern, PatternFault } from "../usage/pattern";
import { deriveAuthorities } from "./derive-authorities";
import { deriveCredentials } from "./derive-credentials";
import { Notes } from "./notes";
import { ProxyConfig, ProxyRule } from "./proxy-config";
import * as wording from "./wording";

/** A service of which a part is configured and the rest was fetched. */
export class MergedSettings {
  constructor(
    readonly settings: ServiceSettings,
    readonly notes: Notes,
  ) {}
}

/**
 * Puts what was fetched of a service under what is configured of it. What is configured wins, field by field: the id, the
 * token, the authorities, the credentials. Of rules both count, the configured ones first; a fetched one that a configured
 * one repeats (method, pattern and metric) is dropped. `statics` stays as it is.
 */
export function mergeSettings(statics: ServiceSettings, fetched: ProxyConfig, metrics: MetricNumbers): MergedSettings {
  const notes = new Notes();
  const merged = new ServiceSettings();
  merged.id = statics.id;
  merged.line = statics.line;
  merged.column = statics.column;
  merged.token = mergeToken(statics, fetched, notes);
  mergeAuthorities(statics, fetched, merged, notes);
  merged.credentials = statics.hasCredentials ? statics.credentials : deriveCredentials(fetched, notes);
  merged.hasCredentials = merged.credentials != null;
  metrics.begin(statics.metrics);
  merged.rules = mergeRules(statics.rules, fetched.rules, metrics, notes);
  merged.metrics = metrics.all();
  merged.hasRules = merged.rules.length > 0;
  return new MergedSettings(merged, notes);
}

function mergeToken(statics: ServiceSettings, fetched: ProxyConfig, notes: Notes): Bytes | null {
  if (statics.token != null) return statics.token;
  if (fetched.token == null) notes.add(fetched.hasProviderKey ? wording.PROVIDER_KEY : wording.NO_TOKEN);
  return fetched.token;
}

function mergeAuthorities(statics: ServiceSettings, fetched: ProxyConfig, merged: ServiceSettings, notes: Notes): void {
  merged.hasAuthorities = true;
  if (statics.hasAuthorities) {
    merged.authorities = statics.authorities;
    return;
  }
  merged.authorities = deriveAuthorities(fetched.hosts, fetched.endpoint);
  if (merged.authorities.length == 0) notes.add(wording.NO_HOSTS);
}

function mergeRules(
  statics: StaticArray<MappingRule>,
  fetched: ProxyRule[],
  metrics: MetricNumbers,
  notes: Notes,
): StaticArray<MappingRule> {
  const rules = statics.slice<MappingRule[]>();
  for (let i = 0; i < fetched.length; i++) {
    const rule = fetched[i];
    if (!isUsable(rule, notes)) continue;
    const method = ruleMethod(rule.method);
    const pattern = Pattern.compile(rule.pattern);
    const metric = metrics.numberOf(rule.metric);
    if (isRepeated(statics, method, pattern, metric)) continue;
    if (rule.delta < 0 && notes.hasRoom) notes.add(wording.negativeDelta(wording.ruleAt(rule.position), rule.delta));
    rules.push(new MappingRule(method, pattern, [<i64>metric, max<i64>(rule.delta, 0)], rule.last));
  }
  return StaticArray.fromArray(rules);
}

function isSound(rule: ProxyRule): bool {
  return isMethod(rule.method) && Pattern.check(rule.pattern) == PatternFault.None && !rule.metric.isEmpty();
}

/** Says whether a rule can count; if not, it is noted. */
function isUsable(rule: ProxyRule, notes: Notes): bool {
  if (!notes.hasRoom && !isSound(rule)) {
    notes.skipUnsaid();
    return false;
  }
  const patternFault = Pattern.check(rule.pattern);
  let field = "";
  let expected = "";
  if (!isMethod(rule.method)) {
    field = "the method " + shown(rule.method);
    expected = values.METHOD;
  } else if (patternFault != PatternFault.None) {
    field = "the pattern " + shown(rule.pattern);
    expected = expectedOfPattern(patternFault);
  } else if (rule.metric.isEmpty()) {
    field = "a metric without a name";
    expected = wording.RULE_METRIC;
  } else return true;
  notes.skipRule(wording.ruleSkipped(wording.ruleAt(rule.position), field, expected));
  return false;
}

function isRepeated(statics: StaticArray<MappingRule>, method: Bytes | null, pattern: Pattern, metric: i32): bool {
  for (let i = 0; i < statics.length; i++) {
    if (statics[i].counts(metric) && statics[i].matchesSame(method, pattern)) return true;
  }
  return false;
}
