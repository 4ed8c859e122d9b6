import { Bytes } from "../../../assembly/core/bytes/bytes";
import { ConfigurationResult, loadConfiguration } from "../../../assembly/core/config/configuration";
import { Diagnostic } from "../../../assembly/core/config/diagnostics";
import { MemorySource } from "../../../assembly/core/json/byte-source";
import { configuration } from "../sample-configuration";

function load(json: string, windowBytes: i32 = i32.MAX_VALUE): ConfigurationResult {
  return loadConfiguration(new MemorySource(Bytes.of(json), windowBytes));
}

function append(text: string, diagnostics: Diagnostic[]): string {
  for (let i = 0; i < diagnostics.length; i++) text += diagnostics[i].toString() + "\n";
  return text;
}

function said(result: ConfigurationResult): string {
  return append(append("", result.diagnostics.errors), result.diagnostics.warnings);
}

describe("loadConfiguration", () => {
  test("accepts a whole configuration", () => {
    const result = load(configuration(""));
    expect(result.diagnostics.errorCount).toBe(0, said(result));
    const config = result.config;
    expect(config != null).toBe(true);
    if (config != null) {
      expect(config.services.length).toBe(3);
      expect(config.hasServices).toBe(true);
      expect(config.backend != null).toBe(true);
    }
  });

  test("refuses what is empty, broken or no object, and says why", () => {
    const documents: string[] = [
      "",
      " ",
      "null",
      "[]",
      '"v1"',
      "{",
      "{}",
      '{"api":"v2"}',
      "\ufeff{}",
      '{"api":"v1"} x',
    ];
    for (let i = 0; i < documents.length; i++) {
      const result = load(documents[i]);
      expect(result.config == null).toBe(true, documents[i]);
      expect(result.diagnostics.errorCount).toBeGreaterThan(0, documents[i]);
    }
  });

  test("says where a fault is", () => {
    const result = load(
      '{"api":"v1",\n "services":[{"id":"1","authorities":["a"],"credentials":{"user_key":[]},\n  "mapping_rules":[{"method":"GET","pattern":"/{}","usages":[]}]}]}',
    );
    expect(said(result).startsWith("error at services[0].mapping_rules[0].pattern (line 3, column 46): found ")).toBe(
      true,
      said(result),
    );
  });

  test("tells all faults at once", () => {
    const result = load('{"api":1,"backend":2,"services":[3,{"id":4}]}');
    const text = said(result);
    expect(text.includes("error at api (")).toBe(true, text);
    expect(text.includes("error at backend (")).toBe(true, text);
    expect(text.includes("error at services[0] (")).toBe(true, text);
    expect(text.includes("error at services[1].id (")).toBe(true, text);
  });

  test("says the same whatever the window", () => {
    const documents: string[] = [
      configuration(""),
      '{"api":"v1","services":[{"id":"1","authorities":["a"],"typo":1,"credentials":{"user_kye":[]}}]}',
      '{"api":"v1",\n"services":[{"id":"1" "x"}]}',
    ];
    for (let i = 0; i < documents.length; i++) {
      const whole = load(documents[i]);
      for (let window = 1; window <= 7; window++) {
        const cut = load(documents[i], window);
        expect(said(cut)).toBe(said(whole));
        expect(cut.config == null).toBe(whole.config == null);
      }
    }
  });
});
