import { Bytes } from "../bytes/bytes";
import { MappingRule } from "../usage/mapping-rule";
import { isMethod, ruleMethod } from "../usage/method";
import { MetricNumbers } from "../usage/metric";
import { Pattern, PatternFault } from "../usage/pattern";
import { Code } from "./diagnostics";
import { ConfigDocument, shown, Unknown } from "./config-document";
import * as wording from "./wording";

const NAMES: StaticArray<string> = ["method", "pattern", "usages", "last"];
const enum Field {
  Method,
  Pattern,
  Usages,
  Last,
}

const USAGE_NAMES: StaticArray<string> = ["name", "delta"];
const enum UsageField {
  Name,
  Delta,
}

const NO_USAGES: StaticArray<i64> = [];
/** The string that was read last, and the usages of the rule that is being read. */
const text: Bytes = new Bytes();
const counted: i64[] = [];
/** The rules of the service that is being read. */
const rules: MappingRule[] = [];
const SLASH: u8 = 0x2f;
const STAR: u8 = 0x2a;

/** Reads the `mapping_rules` of a service, and numbers the metrics that they count. */
export function readMappingRules(document: ConfigDocument, metrics: MetricNumbers): StaticArray<MappingRule> {
  metrics.clear();
  if (!document.array()) return [];
  for (let i = 0; document.nextElement(i); i++) {
    const rule = readMappingRule(document, metrics);
    if (rule != null) rules.push(rule);
    document.endField();
  }
  const all = StaticArray.fromArray(rules);
  rules.length = 0;
  return all;
}

function readMappingRule(document: ConfigDocument, metrics: MetricNumbers): MappingRule | null {
  const fields = document.object(NAMES, Unknown.Warn);
  if (fields == null) return null;
  let method: Bytes | null = null;
  let pattern: Pattern | null = null;
  let usages = NO_USAGES;
  let last = false;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    switch (field) {
      case Field.Method:
        method = readMethod(document);
        break;
      case Field.Pattern:
        pattern = readPattern(document);
        break;
      case Field.Usages:
        usages = readUsages(document, metrics);
        break;
      case Field.Last:
        last = document.boolean();
        break;
    }
    document.endField();
  }
  document.require(fields, Field.Method, wording.METHOD);
  document.require(fields, Field.Pattern, wording.PATTERN);
  document.require(fields, Field.Usages, wording.USAGES);
  if (pattern == null) return null;
  return new MappingRule(method, pattern, usages, last);
}

/** Returns the method in capitals, null for `any`. */
function readMethod(document: ConfigDocument): Bytes | null {
  if (!document.stringInto(text, wording.METHOD)) return null;
  if (!isMethod(text)) document.report(true, Code.InvalidValue, shown(text), wording.METHOD);
  return ruleMethod(text);
}

function readPattern(document: ConfigDocument): Pattern | null {
  if (!document.stringInto(text)) return null;
  const fault = Pattern.check(text);
  if (fault != PatternFault.None) {
    document.report(true, Code.InvalidPattern, shown(text), expectedOfPattern(fault));
    return null;
  }
  warnOfPattern(document, text);
  return Pattern.compile(text);
}

/** Says what a pattern with a fault lacks. */
export function expectedOfPattern(fault: PatternFault): string {
  if (fault == PatternFault.EmptyPlaceholder) return wording.PATTERN_EMPTY_PLACEHOLDER;
  return fault == PatternFault.UnclosedBrace ? wording.PATTERN_UNCLOSED : wording.PATTERN_NUL;
}

/** Warns of patterns that are read in a way that their author may not have meant. */
function warnOfPattern(document: ConfigDocument, text: Bytes): void {
  let warning = "";
  const question = text.indexOf(0x3f);
  const pathEnd = question < 0 ? text.length : question;
  let inBraces = false;
  for (let i = 0; i < pathEnd; i++) {
    const byte = text.at(i);
    if (byte == 0x7b) inBraces = true;
    else if (byte == 0x7d) inBraces = false;
    else if (inBraces) continue;
    else if (byte == STAR) warning = wording.PATTERN_STAR;
    else if (byte <= 0x20 || byte >= 0x7f) warning = wording.PATTERN_RAW;
  }
  if (pathEnd > 0 && text.at(0) != SLASH && text.at(0) != 0x7b) warning = wording.PATTERN_SLASH;
  if (warning.length > 0) document.report(false, Code.Suspicious, shown(text), warning);
}

/** Returns metric and delta of each usage, one after the other. */
function readUsages(document: ConfigDocument, metrics: MetricNumbers): StaticArray<i64> {
  const faults = document.diagnostics.errorCount;
  if (!document.array(wording.USAGES)) return NO_USAGES;
  counted.length = 0;
  for (let i = 0; document.nextElement(i); i++) {
    readUsage(document, metrics);
    document.endField();
  }
  if (counted.length == 0 && document.diagnostics.errorCount == faults) {
    document.report(false, Code.Suspicious, "an empty list", wording.USAGES_EMPTY);
  }
  return StaticArray.fromArray(counted);
}

function readUsage(document: ConfigDocument, metrics: MetricNumbers): void {
  const fields = document.object(USAGE_NAMES, Unknown.Warn);
  if (fields == null) return;
  let metric: i32 = 0;
  let delta: i64 = 0;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    if (field == UsageField.Name) {
      if (document.stringInto(text)) metric = metrics.numberOf(text);
    } else {
      delta = document.integer(i64.MIN_VALUE, i64.MAX_VALUE, wording.DELTA, 0);
      if (delta < 0) {
        document.report(false, Code.Suspicious, delta.toString(), wording.DELTA_NEGATIVE);
        delta = 0;
      }
    }
    document.endField();
  }
  document.require(fields, UsageField.Name, wording.METRIC);
  document.require(fields, UsageField.Delta, wording.DELTA);
  counted.push(metric);
  counted.push(delta);
}
