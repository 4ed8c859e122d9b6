import { isYes, verdictOf } from "../../../assembly/core/backend/verdict";
import { Outcome, outcomeName } from "../../../assembly/core/decision/outcome";
import { raw } from "../support";

function verdict(status: string, reason: string = ""): string {
  return outcomeName(verdictOf(raw(status), raw(reason)));
}

describe("verdictOf", () => {
  test("200 is the only yes", () => {
    expect(verdict("200")).toBe("allowed");
    expect(verdict("200", "limits_exceeded")).toBe("allowed");
    for (let status = 100; status < 600; status++) {
      expect(isYes(raw(status.toString()))).toBe(status == 200, status.toString());
    }
  });

  test("a 4xx is a no, anything else no verdict, over all statuses", () => {
    for (let status = 100; status < 600; status++) {
      if (status == 200) continue;
      const text = status.toString();
      expect(verdict(text)).toBe(status / 100 == 4 ? "authentication_failed" : "backend_error", text);
    }
  });

  test("limits_exceeded, and no other reason, is over the limits", () => {
    expect(verdict("409", "limits_exceeded")).toBe("limits_exceeded");
    expect(verdict("429", "limits_exceeded")).toBe("limits_exceeded");
    const reasons: string[] = [
      "application_key_invalid",
      "limits_exceeded ",
      "Limits_exceeded",
      "limits_exceede",
      "\xff",
    ];
    for (let i = 0; i < reasons.length; i++)
      expect(verdict("409", reasons[i])).toBe("authentication_failed", reasons[i]);
  });

  test("what is no status is no verdict", () => {
    const statuses: string[] = ["", "4", "40", "4000", "2000", "20", "OK", " 200", "200 "];
    for (let i = 0; i < statuses.length; i++) expect(verdict(statuses[i])).toBe("backend_error", statuses[i]);
  });

  test("every outcome has a name of its own", () => {
    const names: string[] = [];
    for (let i: i32 = 0; i < Outcome.Count; i++) {
      const name = outcomeName(<Outcome>i);
      expect(names.includes(name)).toBe(false, name);
      names.push(name);
    }
  });
});
