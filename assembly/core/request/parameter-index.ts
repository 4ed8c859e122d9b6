import { hashBytes } from "../bytes/bytes-index";
import { Bytes } from "../bytes/bytes";
import { Pairs } from "./pairs";

/**
 * The parameters of a query by name, the last of duplicates. Built once for a request, so that what rules ask of it costs
 * the same however many parameters a client sends.
 */
export class ParameterIndex {
  private parameters: Pairs = new Pairs();
  /** Open addressing: the index of a parameter + 1, or 0 for a free place. At most half full. */
  private table: usize = heap.alloc(64 << 2);
  private places: i32 = 64;
  private readonly name: Bytes = new Bytes();
  private readonly other: Bytes = new Bytes();

  /** Takes the parameters of a request; they have to stay as they are while the index is used. */
  read(parameters: Pairs): void {
    this.parameters = parameters;
    while (this.places < parameters.count * 2) {
      this.places *= 2;
      this.table = heap.realloc(this.table, <usize>(this.places << 2));
    }
    memory.fill(this.table, 0, <usize>(this.places << 2));
    for (let i = 0; i < parameters.count; i++) {
      parameters.name(i, this.name);
      store<i32>(this.placeOf(this.name), i + 1);
    }
  }

  get count(): i32 {
    return this.parameters.count;
  }

  /** Returns the index of the last parameter called `name`, -1 where there is none. */
  find(name: Bytes): i32 {
    return load<i32>(this.placeOf(name)) - 1;
  }

  /** Points `name` at the name of parameter `index`; returns whether it is the last of this name. */
  lastName(index: i32, name: Bytes): bool {
    this.parameters.name(index, name);
    return this.find(name) == index;
  }

  /** Points `value` at the value of parameter `index`. */
  value(index: i32, value: Bytes): void {
    this.parameters.value(index, value);
  }

  private placeOf(name: Bytes): usize {
    const mask = this.places - 1;
    let place = (<i32>hashBytes(name)) & mask;
    while (true) {
      const slot = this.table + <usize>(place << 2);
      const taken = load<i32>(slot);
      if (taken == 0) return slot;
      this.parameters.name(taken - 1, this.other);
      if (this.other.equals(name)) return slot;
      place = (place + 1) & mask;
    }
  }
}
