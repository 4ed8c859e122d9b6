import assert from "node:assert/strict";
import type { EmulatedSystem } from "./system-emulator.ts";

const VM_ID = "3scale";

/** What the plugin's VMs share: the values by the last part of their keys (`lease`, `index`, `slot/0` …). */
export class SharedValues {
  readonly #system: EmulatedSystem;

  constructor(system: EmulatedSystem) {
    this.#system = system;
  }

  get keys(): string[] {
    return this.#system.envoy.sharedData.keys(VM_ID);
  }

  /** The whole key that ends in `end`; fails unless there is just one. */
  key(end: string): string {
    const found = this.keys.filter((key) => key.endsWith(`/${end}`));
    assert.equal(found.length, 1, `one key ends in /${end}: ${found.join(" ")}`);
    return found[0]!;
  }

  /** A copy of a value. */
  get(end: string): Buffer {
    return Buffer.from(this.#system.envoy.sharedData.get(VM_ID, this.key(end))!.value);
  }

  /** The number a value has: another after each write. */
  cas(end: string): number {
    return this.#system.envoy.sharedData.get(VM_ID, this.key(end))!.cas;
  }

  /** Writes as another plugin with the same VM id would. */
  set(end: string, value: Uint8Array | string): void {
    this.#system.envoy.sharedData.set(VM_ID, this.key(end), value);
  }

  /** All values, one after another. */
  text(): string {
    const values = this.keys.map((key) => this.#system.envoy.sharedData.get(VM_ID, key)!.value);
    return [...this.keys, ...values.map((value) => Buffer.from(value).toString("latin1"))].join("\n");
  }
}

/** Numbers from 0 to below `below`, the same ones in every run. */
export function seededNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A copy with `count` bytes changed at random. */
export function flipped(value: Buffer, random: (below: number) => number, count = 1): Buffer {
  const copy = Buffer.from(value);
  for (let i = 0; i < count && copy.length > 0; i++) {
    const at = random(copy.length);
    copy[at] = copy[at]! ^ (1 + random(255));
  }
  return copy;
}

function withNumber(value: Buffer, offset: number, write: (copy: Buffer, offset: number) => void): Buffer {
  const copy = Buffer.from(value);
  if (copy.length >= offset + 8) write(copy, offset);
  return copy;
}

/** What may be found in place of a shared value, made of the right one. */
export const TAMPERINGS: Readonly<Record<string, (value: Buffer) => Buffer>> = {
  empty: () => Buffer.alloc(0),
  garbage: (value) => Buffer.from(value.map((_, index) => (index * 131 + 89) & 0xff)),
  zeros: (value) => Buffer.alloc(value.length),
  ones: (value) => Buffer.alloc(value.length, 0xff),
  "cut in the middle": (value) => value.subarray(0, value.length / 2),
  "cut by a byte": (value) => value.subarray(0, value.length - 1),
  "a byte more": (value) => Buffer.concat([value, Buffer.from([1])]),
  "twice itself": (value) => Buffer.concat([value, value]),
  "a megabyte": () => Buffer.alloc(1 << 20, 0x5a),
  "another first number": (value) =>
    withNumber(value, 0, (copy, at) => copy.writeUInt32LE(copy.readUInt32LE(at) + 1, at)),
  "a negative first number": (value) => withNumber(value, 0, (copy, at) => copy.writeInt32LE(-1, at)),
  "a huge second number": (value) => withNumber(value, 4, (copy, at) => copy.writeInt32LE(0x7fff_ffff, at)),
  "a negative second number": (value) => withNumber(value, 4, (copy, at) => copy.writeInt32LE(-1, at)),
  "another third number": (value) => withNumber(value, 8, (copy, at) => (copy[at] = copy[at]! ^ 1)),
  "another last byte": (value) => Buffer.from(value.map((byte, at) => (at === value.length - 1 ? byte ^ 1 : byte))),
};
