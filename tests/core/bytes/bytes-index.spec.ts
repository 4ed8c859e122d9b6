import { Bytes } from "../../../assembly/core/bytes/bytes";
import { BytesIndex } from "../../../assembly/core/bytes/bytes-index";

describe("BytesIndex", () => {
  test("numbers in the order of first meeting", () => {
    const index = new BytesIndex();
    expect(index.add(Bytes.of("hits"))).toBe(0);
    expect(index.add(Bytes.of("reads"))).toBe(1);
    expect(index.add(Bytes.of("hits"))).toBe(0);
    expect(index.add(Bytes.of(""))).toBe(2);
    expect(index.add(Bytes.of("Hits"))).toBe(3);
    expect(index.values.length).toBe(4);
    expect(index.values[1].printable()).toBe("reads");
  });

  test("find numbers nothing", () => {
    const index = new BytesIndex();
    expect(index.find(Bytes.of("hits"))).toBe(-1);
    expect(index.add(Bytes.of("reads"))).toBe(0);
    expect(index.find(Bytes.of("hits"))).toBe(-1);
    expect(index.find(Bytes.of("reads"))).toBe(0);
    expect(index.values.length).toBe(1);
  });

  test("10,000 entries, each added twice and found", () => {
    const index = new BytesIndex();
    let wrong = 0;
    for (let i = 0; i < 10000; i++) if (index.add(Bytes.of("metric-" + i.toString())) != i) wrong++;
    for (let i = 9999; i >= 0; i--) if (index.add(Bytes.of("metric-" + i.toString())) != i) wrong++;
    for (let i = 0; i < 10000; i++) if (index.find(Bytes.of("metric-" + i.toString())) != i) wrong++;
    for (let i = 0; i < 10000; i++) if (index.find(Bytes.of("other-" + i.toString())) != -1) wrong++;
    expect(wrong).toBe(0);
    expect(index.values.length).toBe(10000);
  });
});
