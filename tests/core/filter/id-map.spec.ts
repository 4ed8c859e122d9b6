import { IdMap } from "../../../assembly/filter/id-map";
import { Random } from "../support";

describe("IdMap", () => {
  test("has what was set, until it is removed", () => {
    const map = new IdMap();
    expect(map.get(7)).toBe(-1);
    map.set(7, 0);
    expect(map.get(7)).toBe(0);
    map.set(7, 5);
    expect(map.get(7)).toBe(5);
    map.remove(8);
    expect(map.get(7)).toBe(5);
    map.remove(7);
    map.remove(7);
    expect(map.get(7)).toBe(-1);
  });

  test("takes any id", () => {
    const map = new IdMap();
    map.set(0, 1);
    map.set(u32.MAX_VALUE, 2);
    map.set(0x80000000, 3);
    expect(map.get(0)).toBe(1);
    expect(map.get(u32.MAX_VALUE)).toBe(2);
    expect(map.get(0x80000000)).toBe(3);
    map.remove(0);
    expect(map.get(0)).toBe(-1);
    expect(map.get(u32.MAX_VALUE)).toBe(2);
  });

  test("10,000 ids in order, removed in order", () => {
    const map = new IdMap();
    let wrong = 0;
    for (let i = 0; i < 10000; i++) map.set(<u32>i, i);
    for (let i = 0; i < 10000; i++) if (map.get(<u32>i) != i) wrong++;
    for (let i = 0; i < 10000; i++) {
      map.remove(<u32>i);
      if (map.get(<u32>i) != -1) wrong++;
      if (i < 9999 && map.get(9999) != 9999) wrong++;
    }
    expect(wrong).toBe(0);
  });

  test("does what a Map does, whatever happens in whatever order", () => {
    const random = new Random(20241);
    let wrong = 0;
    // Few ids make for many collisions and removals, many for growth.
    for (let ids = 8; ids <= 2048; ids *= 4) {
      const map = new IdMap();
      const model = new Map<u32, i32>();
      for (let step = 0; step < 30000; step++) {
        const id = <u32>random.next(ids) * (random.next(2) == 0 ? 1 : 64);
        if (random.next(5) < 2) {
          map.remove(id);
          model.delete(id);
        } else {
          map.set(id, step);
          model.set(id, step);
        }
        const asked = <u32>random.next(ids);
        if (map.get(asked) != (model.has(asked) ? model.get(asked) : -1)) wrong++;
      }
      const keys = model.keys();
      for (let i = 0; i < keys.length; i++) if (map.get(keys[i]) != model.get(keys[i])) wrong++;
    }
    expect(wrong).toBe(0);
  });
});
