import { Bytes } from "../../../assembly/core/bytes/bytes";
import { ConfigDocument } from "../../../assembly/core/config/config-document";
import { ServiceSettings } from "../../../assembly/core/config/model";
import { readService } from "../../../assembly/core/config/read-service";
import { MemorySource } from "../../../assembly/core/json/byte-source";
import { mergeSettings, MergedSettings } from "../../../assembly/core/system/merge";
import { MetricNumbers, MetricPool } from "../../../assembly/core/usage/metric";
import { UsageSum } from "../../../assembly/core/usage/usage-sum";
import { configOf, documentOf, expectNoPart, expectPart, resolve } from "./support";

const numbers: MetricNumbers = new MetricNumbers(new MetricPool());

/** Reads a service of a configuration, given as JSON without braces, the id left out. */
function staticOf(fields: string): ServiceSettings {
  const document = new ConfigDocument(
    new MemorySource(Bytes.of('{"id":"11"' + (fields.length > 0 ? "," + fields : "") + "}")),
  );
  const service = readService(document, numbers);
  document.finish();
  expect(document.diagnostics.errorCount).toBe(0);
  return service == null ? new ServiceSettings() : service;
}

function merge(statics: string, content: string, proxy: string): MergedSettings {
  return mergeSettings(staticOf(statics), configOf(documentOf(content, proxy)), numbers);
}

function tokenOf(merged: MergedSettings): string {
  const token = merged.settings.token;
  return token == null ? "null" : token.printable();
}

/** Says whether the service has an authority. */
function has(merged: MergedSettings, authority: string): bool {
  const authorities = merged.settings.authorities;
  for (let i = 0; i < authorities.length; i++) if (authorities[i].matches(Bytes.of(authority), true)) return true;
  return false;
}

/** Returns the rules: method, path and usages of each. */
function rulesOf(settings: ServiceSettings): string {
  const lines: string[] = [];
  for (let i = 0; i < settings.rules.length; i++) {
    const rule = settings.rules[i];
    const method = rule.method;
    let line = (method == null ? "any" : method.printable()) + " " + rule.pattern.path.printable();
    for (let m = 0; m < settings.metrics.length; m++) {
      if (rule.counts(m)) line += " " + settings.metrics[m].name.printable();
    }
    lines.push(rule.last ? line + " last" : line);
  }
  return lines.join("; ");
}

/** Returns what all rules together count: `hits 2, reads 1`. */
function sumOf(settings: ServiceSettings): string {
  const sum = new UsageSum();
  sum.reset(settings.metrics.length);
  for (let i = 0; i < settings.rules.length; i++) settings.rules[i].addTo(sum);
  const lines: string[] = [];
  for (let i = 0; i < settings.metrics.length; i++) {
    lines.push(settings.metrics[i].name.printable() + " " + sum.sum(i).toString());
  }
  return lines.join(", ");
}

function fetchedRule(method: string, pattern: string, metric: string, more: string = ""): string {
  return (
    '{"http_method":"' +
    method +
    '","pattern":"' +
    pattern +
    '","metric_system_name":"' +
    metric +
    '","delta":1' +
    more +
    "}"
  );
}

function staticRule(method: string, pattern: string, usages: string, more: string = ""): string {
  return '{"method":"' + method + '","pattern":"' + pattern + '","usages":[' + usages + "]" + more + "}";
}

function fetchedRules(rules: string[]): string {
  return '"proxy_rules":[' + rules.join(",") + "]";
}

function staticRules(rules: string[]): string {
  return '"mapping_rules":[' + rules.join(",") + "]";
}

const HITS: string = '{"name":"hits","delta":1}';

describe("mergeSettings", () => {
  test("the id is the configured one", () => {
    expect(merge("", '"name":"x"', "").settings.id.printable()).toBe("11");
  });

  test("the token: configured only, fetched only, both, neither", () => {
    const fetched = '"backend_authentication_value":"fetched"';
    expect(tokenOf(merge('"token":"static"', "", ""))).toBe("static");
    expect(tokenOf(merge("", fetched, ""))).toBe("fetched");
    expect(tokenOf(merge('"token":"static"', fetched, ""))).toBe("static");
    const neither = merge("", "", "");
    expect(tokenOf(neither)).toBe("null");
    expectPart(neither.notes.lines.join(), "no service token");
    const provider = merge("", '"backend_authentication_type":"provider_key",' + fetched, "");
    expect(tokenOf(provider)).toBe("null");
    expectPart(provider.notes.lines.join(), "provider key");
    expectNoPart(provider.notes.lines.join(), "fetched");
    // A token that is configured to be empty is one that is configured.
    expect(tokenOf(merge('"token":""', fetched, ""))).toBe("");
    expectNoPart(merge('"token":"static"', "", "").notes.lines.join(), "token");
  });

  test("authorities: configured only, fetched only, both, neither", () => {
    const statics = '"authorities":["static.example"]';
    const fetched = '"hosts":["fetched.example"],"endpoint":"https://endpoint.example:443"';
    let merged = merge(statics, "", "");
    expect(has(merged, "static.example")).toBe(true);
    merged = merge("", "", fetched);
    expect(has(merged, "fetched.example") && has(merged, "endpoint.example:8443")).toBe(true);
    merged = merge(statics, "", fetched);
    expect(has(merged, "static.example")).toBe(true);
    expect(has(merged, "fetched.example") || has(merged, "endpoint.example")).toBe(false);
    merged = merge('"authorities":[]', "", fetched);
    expect(merged.settings.authorities.length).toBe(0);
    merged = merge("", "", "");
    expect(merged.settings.authorities.length).toBe(0);
    expectPart(merged.notes.lines.join(), "no host");
  });

  test("credentials: configured only, fetched only, both, neither", () => {
    const statics = '"credentials":{"user_key":[{"query_string":{"keys":["static"]}}]}';
    const fetched = '"authentication_method":"1","auth_user_key":"fetched"';
    const path = "/?static=s&fetched=f";
    let merged = merge(statics, "", "");
    expect(resolve(merged.settings.credentials, path)).toBe("user_key=s");
    expectNoPart(merged.notes.lines.join(), "authentication");
    merged = merge("", "", fetched);
    expect(resolve(merged.settings.credentials, path)).toBe("user_key=f");
    expect(merged.settings.hasCredentials).toBe(true);
    expect(merged.notes.mentionsFormBody).toBe(true);
    merged = merge(statics, "", fetched);
    expect(resolve(merged.settings.credentials, "/?fetched=f")).toBe("nothing");
    expect(resolve(merged.settings.credentials, path)).toBe("user_key=s");
    expect(merged.notes.mentionsFormBody).toBe(false);
    merged = merge("", "", "");
    expect(merged.settings.credentials == null).toBe(true);
    expect(merged.settings.hasCredentials).toBe(false);
    expectPart(merged.notes.lines.join(), "authentication method");
  });

  test("rules: configured only, fetched only, both, neither", () => {
    const statics = staticRules([staticRule("GET", "/s", HITS)]);
    const fetched = fetchedRules([
      fetchedRule("get", "/f", "reads", ',"position":2'),
      fetchedRule("ANY", "/e", "hits", ',"position":1'),
    ]);
    expect(rulesOf(merge(statics, "", "").settings)).toBe("GET /s hits");
    expect(rulesOf(merge("", "", fetched).settings)).toBe("any /e hits; GET /f reads");
    const both = merge(statics, "", fetched).settings;
    expect(rulesOf(both)).toBe("GET /s hits; any /e hits; GET /f reads");
    expect(sumOf(both)).toBe("hits 2, reads 1");
    expect(both.hasRules).toBe(true);
    const neither = merge("", "", "").settings;
    expect(rulesOf(neither)).toBe("");
    expect(neither.hasRules).toBe(false);
  });

  test("a fetched rule that a configured one repeats is dropped", () => {
    const statics = staticRules([
      staticRule("get", "/a/{id}/../b$?x={y}&z=1", '{"name":"reads","delta":5},{"name":"hits","delta":1}'),
      staticRule("any", "/any", HITS),
    ]);
    const merged = merge(
      statics,
      "",
      fetchedRules([
        fetchedRule("GET", "/a//b$?z=1&x={other}", "hits"),
        fetchedRule("Get", "/a/b$?x={y}&z=1", "reads"),
        fetchedRule("any", "/%61ny", "hits"),
        fetchedRule("POST", "/a/b$?x={y}&z=1", "hits"),
        fetchedRule("GET", "/a/b?x={y}&z=1", "hits"),
        fetchedRule("GET", "/a/b$?x={y}&z=2", "hits"),
        fetchedRule("GET", "/a/b$?x={y}", "hits"),
        fetchedRule("GET", "/a/b$?x&z=1", "hits"),
        fetchedRule("GET", "/a/b$?x={y}&z=1", "other"),
        fetchedRule("GET", "/any", "hits"),
        fetchedRule("GET", "/any", "hits"),
      ]),
    );
    expect(rulesOf(merged.settings)).toBe(
      "GET /a/b reads hits; any /any hits; POST /a/b hits; GET /a/b hits; GET /a/b hits; GET /a/b hits; GET /a/b hits; " +
        "GET /a/b other; GET /any hits; GET /any hits",
    );
    expect(merged.notes.skippedRules).toBe(0);
  });

  test("a rule that ends the evaluation still does, wherever it comes from", () => {
    const merged = merge(
      staticRules([staticRule("GET", "/s", HITS, ',"last":true')]),
      "",
      fetchedRules([
        fetchedRule("GET", "/f", "hits", ',"last":true'),
        fetchedRule("GET", "/s", "hits", ',"last":false'),
      ]),
    );
    expect(rulesOf(merged.settings)).toBe("GET /s hits last; GET /f hits last");
  });

  test("rules that cannot count are left out and noted, the rest serves", () => {
    const merged = merge(
      '"token":"t","authorities":["a"],"credentials":{"user_key":[{"header":{"keys":["k"]}}]}',
      "",
      fetchedRules([
        fetchedRule("GET", "/a/{", "hits", ',"position":3'),
        fetchedRule("GET", "/a/{}", "hits", ',"position":4'),
        fetchedRule("GET", "/%00", "hits", ',"position":5'),
        fetchedRule("G T", "/", "hits", ',"position":6'),
        fetchedRule("GET", "/", "", ',"position":7'),
        fetchedRule("GET", "/ok", "hits", ',"position":8'),
        '{"http_method":"GET","pattern":"/less","metric_system_name":"writes","delta":-4,"position":9}',
      ]),
    );
    expect(rulesOf(merged.settings)).toBe("GET /ok hits; GET /less writes");
    expect(sumOf(merged.settings)).toBe("hits 1, writes 0");
    expect(merged.notes.skippedRules).toBe(5);
    expect(merged.notes.lines.join("\n")).toBe(
      'rule at position 3 is skipped: found the pattern "/a/{"; expected each "{" closed by a "}"\n' +
        'rule at position 4 is skipped: found the pattern "/a/{}"; expected a name between the braces of each placeholder, as "{id}"\n' +
        'rule at position 5 is skipped: found the pattern "/%00"; expected no NUL byte in a pattern: no request can carry one\n' +
        'rule at position 6 is skipped: found the method "G T"; expected an HTTP method such as "GET", or "any"\n' +
        "rule at position 7 is skipped: found a metric without a name; expected a metric's system name (a string that is not empty)\n" +
        "rule at position 9 counts 0: found the delta -4; expected 0 or more",
    );
  });

  test("what is configured stays as it is, however often it is merged", () => {
    const statics = staticOf(
      staticRules([staticRule("GET", "/s", '{"name":"b","delta":1},{"name":"a","delta":2}')]) + ',"token":"static"',
    );
    const before = rulesOf(statics) + sumOf(statics);
    const other = staticOf(staticRules([staticRule("GET", "/", '{"name":"zz","delta":1}')]));
    for (let version = 0; version < 5; version++) {
      const metric = "m" + version.toString();
      const fetched = configOf(
        documentOf("", fetchedRules([fetchedRule("GET", "/f", metric), fetchedRule("GET", "/s", "a")])),
      );
      const merged = mergeSettings(statics, fetched, numbers).settings;
      expect(sumOf(merged)).toBe("b 1, a 2, " + metric + " 1");
      expect(rulesOf(statics) + sumOf(statics)).toBe(before);
      expect(statics.hasAuthorities).toBe(false);
      mergeSettings(other, fetched, numbers);
    }
  });
});
