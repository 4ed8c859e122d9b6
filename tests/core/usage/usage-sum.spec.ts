import { UsageSum } from "../../../assembly/core/usage/usage-sum";

/** Returns `metric=sum` in the order in which the metrics were met. */
function shown(usages: UsageSum): string {
  const parts: string[] = [];
  for (let i = 0; i < usages.count; i++) {
    const metric = usages.metric(i);
    parts.push(metric.toString() + "=" + usages.sum(metric).toString());
  }
  return parts.join(" ");
}

describe("UsageSum", () => {
  test("sums by metric, in the order of first meeting", () => {
    const usages = new UsageSum();
    usages.reset(5);
    usages.add(3, 1);
    usages.add(0, 10);
    usages.add(3, 4);
    usages.add(4, 0);
    expect(shown(usages)).toBe("3=5 0=10 4=0");
    expect(usages.count).toBe(3);
  });

  test("saturates", () => {
    const usages = new UsageSum();
    usages.reset(2);
    usages.add(0, i64.MAX_VALUE);
    usages.add(0, 0);
    expect(usages.sum(0)).toBe(i64.MAX_VALUE);
    usages.add(0, 1);
    expect(usages.sum(0)).toBe(i64.MAX_VALUE);
    usages.add(0, i64.MAX_VALUE);
    expect(usages.sum(0)).toBe(i64.MAX_VALUE);
    usages.add(1, i64.MAX_VALUE - 1);
    usages.add(1, 1);
    expect(usages.sum(1)).toBe(i64.MAX_VALUE);
  });

  test("reset forgets, for more metrics, fewer and as many", () => {
    const usages = new UsageSum();
    const sizes: i32[] = [2, 2, 50, 1, 50, 0, 3, 200];
    for (let i = 0; i < sizes.length; i++) {
      usages.reset(sizes[i]);
      expect(usages.count).toBe(0);
      for (let metric = 0; metric < sizes[i]; metric++) {
        expect(usages.sum(metric)).toBe(0);
        usages.add(metric, metric + 1);
      }
      expect(usages.count).toBe(sizes[i]);
      if (sizes[i] > 0) expect(usages.sum(sizes[i] - 1)).toBe(sizes[i]);
    }
  });

  test("a metric beyond the room is none", () => {
    const usages = new UsageSum();
    usages.reset(1);
    usages.add(1, 1);
    usages.add(-1, 1);
    usages.add(i32.MAX_VALUE, 1);
    expect(usages.count).toBe(0);
    expect(usages.sum(1)).toBe(0);
    expect(usages.sum(-1)).toBe(0);
    expect(usages.metric(0)).toBe(-1);
    expect(usages.metric(-1)).toBe(-1);
  });

  test("equal sums in any order are equal", () => {
    const a = new UsageSum();
    const b = new UsageSum();
    a.reset(3);
    b.reset(3);
    expect(a.equals(b)).toBe(true);
    a.add(0, 1);
    expect(a.equals(b)).toBe(false);
    expect(b.equals(a)).toBe(false);
    a.add(2, 5);
    b.add(2, 5);
    b.add(0, 1);
    expect(a.equals(b)).toBe(true);
    b.add(0, 1);
    expect(a.equals(b)).toBe(false);
  });

  test("a metric that was met with 0 is not one that was not met", () => {
    const a = new UsageSum();
    const b = new UsageSum();
    a.reset(3);
    b.reset(3);
    a.add(0, 0);
    b.add(1, 0);
    expect(a.equals(b)).toBe(false);
    expect(b.equals(a)).toBe(false);
  });

  test("what was met before a reset does not count in a comparison", () => {
    const a = new UsageSum();
    const b = new UsageSum();
    a.reset(2);
    b.reset(2);
    b.add(1, 7);
    b.reset(2);
    a.add(1, 7);
    b.add(0, 7);
    expect(a.equals(b)).toBe(false);
  });
});
