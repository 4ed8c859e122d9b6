import { LENGTH_MODES, LOG_LEVELS, OPERATIONS, PLACEMENTS, type ParamSpec } from "./operations-table.ts";
import { runReference, type Operation } from "./operations-reference.ts";
import { encodeStruct } from "./operations-struct.ts";

/** A small generator of numbers (mulberry32): the same ones in every run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A number from 0 to `below` - 1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const TEXTS = ["", "a", "b", ":", ",", "ab", "a:b", "::", "é", "€", "aa", "0", "1", "k", "😀", "\0", "x", '"'];
const GLOBS = ["*", "a*", "*b", "?", "??", "+", "a+", "*a*b*", "a?c", "\\*", "a\\:b", "?:+", "", "é?", "*é*", "++?"];
const COUNTS = [0, 0, 1, 1, 2, 2, 3, 4, 7, 100, 2147483647, 2147483648, 4294967295];
const INDEXES = [0, 0, 1, 2, 3, -1, -1, -2, -3, -4, 5, 2147483648, -2147483649, Number.MAX_SAFE_INTEGER];
const KEYS = ["k", "a", "0", "1", "", "é", "+1", "00", "-1", "sub", "4294967296", "toString", "__proto__"];
const INSERTS = ['"', "\\", "=", "\\ud83d", "\\ude00", "[", "{", ",", "é"];
const MOST_NESTING = 4;

/** A list of operations with whatever parameters; `nesting` is that of the list itself. */
export function randomOperations(random: Random, nesting = 0): Operation[] {
  const count = nesting === 0 ? 1 + random.below(5) : random.below(4);
  return Array.from({ length: count }, () => randomOperation(random, nesting));
}

/**
 * A list of operations most of which succeed on `stack`: each is tried, and mostly another taken where it fails. So programs
 * get further than the first operation that happens to fail.
 */
export function likelyOperations(random: Random, stack: readonly string[]): Operation[] {
  const operations: Operation[] = [];
  let current = stack;
  for (let i = 2 + random.below(5); i > 0; i--) {
    let next = randomOperation(random, 1);
    let result = runReference([next], current).values;
    for (let tries = 4; tries > 0 && result === undefined; tries--) {
      next = randomOperation(random, 1);
      result = runReference([next], current).values;
    }
    operations.push(next);
    if (result === undefined) break;
    current = result;
  }
  return operations;
}

function randomOperation(random: Random, nesting: number): Operation {
  for (;;) {
    const { name, value, fields } = random.pick(OPERATIONS);
    const params = value === undefined ? fields : [value];
    const nests = params.some(({ type }) => type === "Operations");
    // Few that fail for certain, and no list of operations beyond a nesting that runs in no time.
    if ((nests && nesting >= MOST_NESTING) || (name === "fail" && !random.once(3))) continue;
    if (params.length === 0) return random.once(8) ? { [name]: null } : name;
    if (params.every(({ required }) => !required) && random.once(4)) return random.once(2) ? name : { [name]: null };
    if (value !== undefined) return { [name]: randomParam(random, value, nesting) };
    return { [name]: randomFields(random, fields, nesting) };
  }
}

function randomFields(random: Random, fields: readonly ParamSpec[], nesting: number): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const field of fields) {
    if (field.required || random.once(2)) object[field.name] = randomParam(random, field, nesting);
    else if (random.once(8)) object[field.name] = null;
  }
  return object;
}

function randomParam(random: Random, { type }: ParamSpec, nesting: number): unknown {
  const list = <T>(make: () => T, most: number): T[] => Array.from({ length: random.below(most + 1) }, make);
  switch (type) {
    case "Text":
      return random.pick(TEXTS);
    case "Count":
      return random.pick(COUNTS);
    case "Index":
      return random.pick(INDEXES);
    case "Indexes":
      return list(() => random.pick(INDEXES), 3);
    case "Texts":
      return list(() => random.pick(KEYS), 3);
    case "Globs":
      return list(() => random.pick(GLOBS), 3);
    case "Operations":
      return randomOperations(random, nesting + 1);
    case "Operation":
      return randomOperation(random, nesting + 1);
    case "LengthMode":
      return random.pick([...LENGTH_MODES, "Bytes", "UTF8"]);
    case "Placement":
      return random.pick([...PLACEMENTS, "Prepend"]);
    case "LogLevel":
      return random.pick([...LOG_LEVELS, "INFO"]);
    case "None":
      return null;
  }
}

/** A stack of one to six values, one character a byte: texts, encodings of all kinds, and what is left of them broken. */
export function randomStack(random: Random): string[] {
  return Array.from({ length: 1 + (random.once(2) ? 0 : random.below(6)) }, () => randomValue(random));
}

/** A value that `json`, `protobuf` or one of the base64 operations may take, or nearly so; else any text or bytes. */
export function randomValue(random: Random): string {
  const value = wholeValue(random);
  return random.once(5) ? broken(random, value) : value;
}

function wholeValue(random: Random): string {
  switch (random.below(8)) {
    case 0:
      return utf8(JSON.stringify(randomTree(random, 0)));
    case 1:
      return encodeStruct(randomObject(random, 0)).toString("latin1");
    case 2: {
      const encoded = Buffer.from(wholeValue(random), "latin1").toString(random.once(2) ? "base64" : "base64url");
      return random.once(3) ? encoded.replace(/=+$/, "") : encoded;
    }
    case 3:
      return randomBytes(random);
    default:
      return utf8(Array.from({ length: random.below(7) }, () => random.pick(TEXTS)).join(""));
  }
}

/** A lookup in a JSON text or a Struct, its path and keys mostly along what is there; the value may be broken. */
export function randomLookup(random: Random): { operation: Operation; value: string } {
  const object = randomObject(random, 0);
  const isJson = random.once(2);
  const path: string[] = [];
  let current: unknown = object;
  for (let steps = random.below(4); steps > 0; steps--) {
    const step = randomStep(random, current);
    path.push(step);
    current = memberOf(current, step);
  }
  const keys = random.once(3) ? [] : [random.pick(KEYS), randomStep(random, current)].slice(random.below(2));
  const value = isJson ? utf8(spaced(random, JSON.stringify(object))) : encodeStruct(object).toString("latin1");
  return {
    operation: { [isJson ? "json" : "protobuf"]: { path, keys } },
    value: random.once(6) ? broken(random, value) : value,
  };
}

/** A name, an index or a text that leads on from a tree, mostly. */
function randomStep(random: Random, tree: unknown): string {
  if (typeof tree !== "object" || tree === null || random.once(8)) {
    return typeof tree === "string" && random.once(2) ? tree : random.pick(KEYS);
  }
  const names = Object.keys(tree);
  if (names.length === 0 || (names.length === 1 && random.once(3))) return "0";
  return random.pick(names);
}

function memberOf(tree: unknown, name: string): unknown {
  if (typeof tree !== "object" || tree === null) return tree;
  const members = Object.entries(tree);
  return (members.find(([key]) => key === name) ?? members[0])?.[1];
}

/** The same JSON text with white space, an escape or a field twice. */
function spaced(random: Random, json: string): string {
  switch (random.below(4)) {
    case 0:
      return json.replaceAll(/(?<=[,:{[])(?=["[{])/g, " \n\t");
    case 1:
      return json.replaceAll(/(?<!\\)a/g, "\\u0061").replaceAll("k", "\\u006B");
    case 2:
      return json.replace(/^\{("(?:[^"\\]|\\.)*"):/, "{$1:[0,{}],$1:");
    default:
      return json;
  }
}

function randomTree(random: Random, depth: number): unknown {
  const kind = random.below(depth > 3 ? 5 : 9);
  if (kind < 3) return random.pick(TEXTS);
  if (kind === 3) return random.pick([0, -1.5, 1e300, true, false]);
  if (kind === 4) return random.once(2) ? null : random.pick(KEYS);
  if (kind > 6) return randomObject(random, depth);
  // Lists of strings are what lookups end in.
  const strings = kind === 5;
  return Array.from({ length: random.below(4) }, () => (strings ? random.pick(TEXTS) : randomTree(random, depth + 1)));
}

function randomObject(random: Random, depth: number): Record<string, unknown> {
  const entries = Array.from(
    { length: random.once(2) ? 1 : random.below(4) },
    () => [random.pick(KEYS), randomTree(random, depth + 1)] as const,
  );
  return Object.fromEntries(entries);
}

function randomBytes(random: Random): string {
  return Array.from({ length: random.below(12) }, () => String.fromCharCode(random.below(256))).join("");
}

/** A few bytes changed, cut off, doubled or put in. */
function broken(random: Random, value: string): string {
  let result = value;
  for (let i = random.below(3); i >= 0; i--) {
    const at = random.below(result.length + 1);
    const insert = random.once(2) ? String.fromCharCode(random.below(256)) : utf8(random.pick(INSERTS));
    const [head, tail] = [result.slice(0, at), result.slice(at)];
    result = random.pick([head, head + insert + tail, head + tail.slice(1), head + head + tail, head + insert]);
  }
  return result;
}

function utf8(text: string): string {
  return Buffer.from(text).toString("latin1");
}
