import { Bytes } from "./bytes";

/** Numbers distinct byte strings in the order in which they are first met. */
export class BytesIndex {
  /** The distinct strings; a number is an index into them. */
  readonly values: Bytes[] = [];
  /** Open addressing: number + 1, or 0 for a free place. Always at most half full. */
  private table: StaticArray<i32> = new StaticArray<i32>(16);

  /** Returns the number of `value`, a new one where it is met for the first time. `value` must own its bytes. */
  add(value: Bytes): i32 {
    const place = this.placeOf(this.table, value);
    const taken = this.table[place];
    if (taken != 0) return taken - 1;
    this.values.push(value);
    this.table[place] = this.values.length;
    if (this.values.length * 2 > this.table.length) this.grow();
    return this.values.length - 1;
  }

  /** Forgets all. */
  clear(): void {
    this.values.length = 0;
    // A large table is not worth zeroing for a few strings.
    if (this.table.length > 64) this.table = new StaticArray<i32>(16);
    else memory.fill(changetype<usize>(this.table), 0, (<usize>this.table.length) << 2);
  }

  /** As `add`, of a view: a value that is met for the first time is copied. */
  addCopy(view: Bytes): i32 {
    const number = this.find(view);
    return number >= 0 ? number : this.add(view.copy());
  }

  /** Returns the number of `value`, -1 where it has none. */
  find(value: Bytes): i32 {
    return this.findHashed(hashBytes(value), value.ptr, value.length);
  }

  /** As `find`, of `length` bytes at `ptr` whose hash is known. */
  findHashed(hash: u32, ptr: usize, length: i32): i32 {
    const mask = this.table.length - 1;
    let place = (<i32>hash) & mask;
    while (true) {
      const taken = this.table[place];
      if (taken == 0 || this.values[taken - 1].equalsSpan(ptr, length)) return taken - 1;
      place = (place + 1) & mask;
    }
  }

  private placeOf(table: StaticArray<i32>, value: Bytes): i32 {
    const mask = table.length - 1;
    let place = (<i32>hashBytes(value)) & mask;
    while (table[place] != 0 && !this.values[table[place] - 1].equals(value)) place = (place + 1) & mask;
    return place;
  }

  private grow(): void {
    const table = new StaticArray<i32>(this.table.length * 2);
    for (let i = 0; i < this.values.length; i++) table[this.placeOf(table, this.values[i])] = i + 1;
    this.table = table;
  }
}

let seed: u32 = 0x811c9dc5;

/** Seeds `hashBytes` with what a client cannot know, so that it cannot choose names that collide. Once, at the start. */
export function seedHash(value: u64): void {
  seed = (<u32>value) ^ (<u32>(value >> 32)) ^ 0x811c9dc5;
}

/** FNV-1a, 32 bits. */
export function hashBytes(value: Bytes): u32 {
  let hash = hashStart();
  for (let i = 0; i < value.length; i++) hash = hashByte(hash, load<u8>(value.ptr + <usize>i));
  return hash;
}

/** The hash of nothing, to go on from byte by byte. */
export function hashStart(): u32 {
  return seed;
}

export function hashByte(hash: u32, byte: u8): u32 {
  return (hash ^ byte) * 0x01000193;
}
