import { nearestName } from "../../../assembly/core/config/nearest-name";

const NAMES: StaticArray<string> = ["api", "backend", "services", "passthrough_metadata"];

describe("nearestName", () => {
  test("finds what was meant", () => {
    const rows: string[] = [
      "api",
      "api",
      "apis",
      "api",
      "ap",
      "api",
      "pai",
      "api",
      "backends",
      "backend",
      "bakend",
      "backend",
      "service",
      "services",
      "servcies",
      "services",
      "pasthrough_metdata",
      "passthrough_metadata",
      "passthroughMetadata",
      "passthrough_metadata",
      "passthru_metadata",
      "passthrough_metadata",
    ];
    for (let i = 0; i < rows.length; i += 2) expect(nearestName(rows[i], NAMES)).toBe(rows[i + 1], rows[i]);
  });

  test("says nothing where nothing is near", () => {
    const words: string[] = ["timeout", "xyzzy", "bac", "completely_different_name", "serv"];
    for (let i = 0; i < words.length; i++) expect(nearestName(words[i], NAMES)).toBe("", words[i]);
  });

  test("the nearer wins, then the first", () => {
    expect(nearestName("keys", ["key", "keys"])).toBe("keys");
    expect(nearestName("kex", ["key", "kez"])).toBe("key");
    expect(nearestName("a", new StaticArray<string>(0))).toBe("");
  });
});
