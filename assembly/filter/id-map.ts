/**
 * A map from a 32-bit id to a number that is not negative. Open addressing; entries are removed without tombstones, so
 * that it neither slows down nor allocates while contexts and calls come and go.
 */
export class IdMap {
  private keys: StaticArray<u32> = new StaticArray<u32>(64);
  /** The value + 1, or 0 for a free place. */
  private values: StaticArray<i32> = new StaticArray<i32>(64);
  private count: i32 = 0;

  get size(): i32 {
    return this.count;
  }

  /** How many places there are for ids. */
  get places(): i32 {
    return this.values.length;
  }

  /** Returns the id at a place, -1 where there is none. The removal of an id may put another in its place. */
  idAt(place: i32): i64 {
    return this.values[place] == 0 ? -1 : <i64>this.keys[place];
  }

  isEmpty(): bool {
    return this.count == 0;
  }

  /** Returns the value of `id`, -1 where it has none. */
  get(id: u32): i32 {
    return unchecked(this.values[this.placeOf(id)]) - 1;
  }

  set(id: u32, value: i32): void {
    const place = this.placeOf(id);
    if (unchecked(this.values[place]) == 0) this.count++;
    unchecked((this.keys[place] = id));
    unchecked((this.values[place] = value + 1));
    if (this.count * 2 > this.values.length) this.grow();
  }

  remove(id: u32): void {
    const mask = this.values.length - 1;
    let hole = this.placeOf(id);
    if (unchecked(this.values[hole]) == 0) return;
    this.count--;
    // Move up the entries that the hole would cut off from the place they hash to.
    for (let next = (hole + 1) & mask; unchecked(this.values[next]) != 0; next = (next + 1) & mask) {
      const home = (<i32>hash(unchecked(this.keys[next]))) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        unchecked((this.keys[hole] = this.keys[next]));
        unchecked((this.values[hole] = this.values[next]));
        hole = next;
      }
    }
    unchecked((this.values[hole] = 0));
  }

  private placeOf(id: u32): i32 {
    const mask = this.values.length - 1;
    let place = (<i32>hash(id)) & mask;
    while (unchecked(this.values[place]) != 0 && unchecked(this.keys[place]) != id) place = (place + 1) & mask;
    return place;
  }

  private grow(): void {
    const keys = this.keys;
    const values = this.values;
    this.keys = new StaticArray<u32>(keys.length * 2);
    this.values = new StaticArray<i32>(values.length * 2);
    for (let i = 0; i < values.length; i++) {
      if (values[i] == 0) continue;
      const place = this.placeOf(keys[i]);
      this.keys[place] = keys[i];
      this.values[place] = values[i];
    }
  }
}

function hash(id: u32): u32 {
  return (id * 0x9e3779b1) >> 7;
}
