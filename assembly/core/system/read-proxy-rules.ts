import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { BytesIndex } from "../bytes/bytes-index";
import { ConfigDocument, Unknown } from "../config/config-document";
import { Code, Diagnostic } from "../config/diagnostics";
import * as values from "../config/wording";
import { Notes } from "./notes";
import { ProxyRule } from "./proxy-config";
import * as wording from "./wording";

const NAMES: StaticArray<string> = [
  "http_method",
  "pattern",
  "metric_system_name",
  "delta",
  "last",
  "position",
  "owner_id",
  "owner_type",
];
const enum Field {
  Method,
  Pattern,
  Metric,
  Delta,
  Last,
  Position,
  OwnerId,
  OwnerType,
}

/** What a rule without a metric counts, as with threescale-wasm-auth. */
const HITS: Bytes = Bytes.of("Hits");

/** More rules than any product has: reading them must not hold a worker up. */
const MOST_RULES: i32 = 20000;

const owner: ByteWriter = new ByteWriter(256);
const ownerView: Bytes = new Bytes();

/** Whose rules are read: each once, in their order. */
class Owners {
  private readonly names: BytesIndex = new BytesIndex();

  numberOf(type: Bytes, id: i64): i32 {
    owner.clear();
    owner.number64(id);
    owner.bytes(type);
    owner.viewInto(ownerView);
    return this.names.addCopy(ownerView);
  }
}

/** Reads the list of rules; one that is wrong is left out, and noted. Positions are by owner: so are the rules, then. */
export function readProxyRules(document: ConfigDocument, notes: Notes): ProxyRule[] {
  const rules: ProxyRule[] = [];
  if (!document.array(wording.RULES)) return rules;
  const owners = new Owners();
  const faults = document.diagnostics.errorCount;
  let before: i64 = 0;
  for (let i = 0; document.nextElement(i); i++) {
    if (i == MOST_RULES) {
      document.diagnostics.isSilent = false;
      document.report(true, Code.InvalidValue, "more", wording.MOST_RULES);
      // What is left is passed over.
      do {
        document.skip();
        document.endField();
      } while (document.nextElement(i));
      break;
    }
    const rule = new ProxyRule();
    // A rule without a position stays behind the one before it.
    rule.position = before;
    const hasPosition = readRule(document, rule, owners);
    document.endField();
    if (document.isBroken) break;
    const isWrong = document.diagnostics.errorCount > faults;
    const fault = document.diagnostics.withdrawErrors(faults);
    if (isWrong && fault == null) notes.skipUnsaid();
    else if (fault != null) {
      const name = hasPosition ? wording.ruleAt(rule.position) : wording.ruleInPlace(i + 1);
      notes.skipRule(wording.ruleSkipped(name, fieldOf(fault) + fault.found, fault.expected));
    } else rules.push(rule);
    before = rule.position;
    // What is not kept need not be worded, of however many rules.
    document.diagnostics.isSilent = !notes.hasRoom;
  }
  document.diagnostics.isSilent = false;
  numberOwners(rules);
  // Stable: rules of one position stay in the order in which they are listed.
  rules.sort(compareRules);
  return rules;
}

/** Reads one rule; says whether it has its position. */
function readRule(document: ConfigDocument, rule: ProxyRule, owners: Owners): bool {
  const fields = document.object(NAMES, Unknown.Ignore);
  if (fields == null) return false;
  let ownerType = new Bytes();
  let ownerId: i64 = 0;
  let hasPosition = false;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    switch (field) {
      case Field.Method:
        rule.method = stringOf(document, wording.RULE_METHOD);
        break;
      case Field.Pattern:
        rule.pattern = stringOf(document, wording.RULE_PATTERN);
        break;
      case Field.Metric:
        rule.metric = stringOf(document, wording.RULE_METRIC);
        break;
      case Field.Delta:
        rule.delta = document.integer(i64.MIN_VALUE, i64.MAX_VALUE, values.DELTA, 0);
        break;
      case Field.Last:
        rule.last = document.boolean();
        break;
      case Field.Position: {
        const faults = document.diagnostics.errorCount;
        const position = document.integer(i64.MIN_VALUE, i64.MAX_VALUE, wording.INTEGER, rule.position);
        hasPosition = document.diagnostics.errorCount == faults;
        rule.position = position;
        break;
      }
      case Field.OwnerId:
        ownerId = document.integer(i64.MIN_VALUE, i64.MAX_VALUE, wording.INTEGER, 0);
        break;
      default:
        ownerType = stringOf(document, values.STRING);
    }
    document.endField();
  }
  document.require(fields, Field.Method, wording.RULE_METHOD);
  document.require(fields, Field.Pattern, wording.RULE_PATTERN);
  if (!fields.has(Field.Metric)) rule.metric = HITS;
  rule.owner = owners.numberOf(ownerType, ownerId);
  return hasPosition;
}

function stringOf(document: ConfigDocument, expected: string): Bytes {
  const value = document.string(expected);
  return value == null ? new Bytes() : value;
}

/** Returns `pattern: `, the field of a rule at which a fault is; empty where it is the rule itself. */
function fieldOf(fault: Diagnostic): string {
  const dot = fault.path.lastIndexOf(".");
  const bracket = fault.path.lastIndexOf("]");
  return dot > bracket ? fault.path.substring(dot + 1) + ": " : "";
}

/** Numbers the owners anew without those none of whose rules are left. */
function numberOwners(rules: ProxyRule[]): void {
  const numbers = new Map<i32, i32>();
  for (let i = 0; i < rules.length; i++) {
    const owner = rules[i].owner;
    if (!numbers.has(owner)) numbers.set(owner, numbers.size);
    rules[i].owner = numbers.get(owner);
  }
}

function compareRules(a: ProxyRule, b: ProxyRule): i32 {
  if (a.owner != b.owner) return a.owner - b.owner;
  return i32(a.position > b.position) - i32(a.position < b.position);
}
