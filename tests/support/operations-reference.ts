import { decodeBase64, lookUp, readJson, readStruct, type Tree } from "./operations-reference-formats.ts";

/**
 * A second implementation of the operations on credentials, to hold the plugin's against: written from the documents of
 * threescale-wasm-auth, its source and the list of what this filter corrects, for clarity alone. Values are latin-1: one
 * character is one byte.
 */

/** An operation as a configuration has it: a name, or an object whose only field is the name. */
export type Operation = string | Record<string, unknown>;

/** What one lookup may use up, by docs/operations.md. */
export const LIMITS = { values: 4096, bytes: 262_144, steps: 100_000 };

/** How a run ends; `usage` is the largest share of a limit that it took, roughly. */
export interface ReferenceResult {
  /** From the bottom; undefined where an operation failed. */
  values: string[] | undefined;
  usage: number;
}

/** Runs `ops`, which must be valid, on a stack given from its bottom. Stops where it takes double of what it may. */
export function runReference(ops: readonly Operation[], stack: readonly string[]): ReferenceResult {
  const run = new Run();
  try {
    return { values: run.list(ops, [...stack], 0), usage: run.usage() };
  } catch (error) {
    if (!(error instanceof Exhausted)) throw error;
    return { values: undefined, usage: run.usage() };
  }
}

class Exhausted extends Error {}

type Stack = string[] | undefined;
type Fields = Record<string, unknown>;

class Run {
  #values = 0;
  #bytes = 0;
  #steps = 0;

  usage(): number {
    return Math.max(this.#values / LIMITS.values, this.#bytes / LIMITS.bytes, this.#steps / LIMITS.steps);
  }

  /** Runs operations one after another; `below` is how many values outer stacks have meanwhile. */
  list(ops: readonly Operation[], stack: string[], below: number): Stack {
    let current = stack;
    for (const operation of ops) {
      const next = this.#one(operation, current, below);
      if (next === undefined || next.length === 0) return undefined;
      this.#spend(below + next.length, 0);
      current = next;
    }
    return current;
  }

  #spend(values: number, bytes: number): void {
    this.#values = Math.max(this.#values, values);
    this.#bytes += bytes;
    if (this.usage() > 2) throw new Exhausted();
  }

  #made(value: string): string {
    this.#spend(0, value.length);
    return value;
  }

  #one(operation: Operation, stack: string[], below: number): Stack {
    this.#steps++;
    if (stack.length === 0) return undefined;
    const [name, raw] = typeof operation === "string" ? [operation, null] : Object.entries(operation)[0]!;
    return (
      this.#string(name, raw, stack) ??
      this.#stack(name, raw, stack, below) ??
      this.#branch(name, raw, stack, below)
    )?.stack;
  }

  /** Decoding, string and format operations: on the topmost value. */
  #string(name: string, raw: unknown, stack: string[]): { stack: Stack } | undefined {
    const rest = stack.slice(0, -1);
    const top = stack.at(-1)!;
    const fields = (raw ?? {}) as Fields;
    const check = (holds: boolean) => ({ stack: holds ? stack : undefined });
    const replaced = (values: string[] | undefined) => ({ stack: values && [...rest, ...values] });
    switch (name) {
      case "base64_standard":
      case "base64_urlsafe": {
        const decoded = decodeBase64(top, name === "base64_urlsafe");
        return replaced(decoded === undefined ? undefined : [this.#made(decoded)]);
      }
      case "strlen": {
        const { min, max, mode } = fields as { min?: number | null; max?: number | null; mode?: string | null };
        const length = mode?.toLowerCase() === "bytes" ? top.length : countCharacters(top);
        return check(length >= (min ?? 0) && length <= (max ?? Infinity));
      }
      case "strrev":
        return replaced([this.#made(characters(top).reverse().join(""))]);
      case "split":
      case "rsplit": {
        const separator = bytes(fields["separator"] ?? ":");
        const most = (fields["max"] as number | null | undefined) ?? 0;
        return replaced((name === "split" ? split : rsplit)(top, separator, most === 0 ? Infinity : most));
      }
      case "replace": {
        const most = (fields["max"] as number | null | undefined) ?? 0;
        const pattern = bytes(fields["pattern"]);
        return replaced([this.#made(replace(top, pattern, bytes(fields["with"]), most === 0 ? Infinity : most))]);
      }
      case "prefix":
        return check(top.startsWith(bytes(raw)));
      case "suffix":
        return check(top.endsWith(bytes(raw)));
      case "substr":
        return check(top.includes(bytes(raw)));
      case "glob":
        return check((raw as string[]).some((glob) => globExpression(glob).test(top)));
      case "json":
      case "protobuf":
        return replaced(this.#lookUp(name === "json" ? readJson(top) : readStruct(top), fields));
      default:
        return undefined;
    }
  }

  #lookUp(tree: Tree | undefined, fields: Fields): string[] | undefined {
    const path = (fields["path"] as string[] | null | undefined) ?? [];
    const found = tree && lookUp(tree, path.map(bytes), (fields["keys"] as string[]).map(bytes));
    return found?.map((value) => this.#made(value));
  }

  #stack(name: string, raw: unknown, stack: string[], below: number): { stack: Stack } | undefined {
    const count = stack.length;
    const fields = (raw ?? {}) as Record<string, number | null | undefined>;
    const { head, tail } = { head: fields["head"] ?? 0, tail: fields["tail"] ?? 0 };
    switch (name) {
      case "length":
        return { stack: count >= (fields["min"] ?? 0) && count <= (fields["max"] ?? Infinity) ? stack : undefined };
      case "join":
        return { stack: [this.#made(stack.join(bytes(raw)))] };
      case "reverse":
        return { stack: [...stack].reverse() };
      case "contains":
        return { stack: stack.includes(bytes(raw)) ? stack : undefined };
      case "take": {
        const rest = stack.slice(head);
        return { stack: [...stack.slice(0, head), ...rest.slice(Math.max(0, rest.length - tail))] };
      }
      case "drop": {
        const rest = stack.slice(head);
        return { stack: rest.slice(0, Math.max(0, rest.length - tail)) };
      }
      case "push":
        return { stack: [...stack, bytes(raw)] };
      case "pop":
        return { stack: stack.slice(0, Math.max(0, count - ((raw as number | null) ?? 1))) };
      case "dup": {
        const value = stack.at((raw as number | null) ?? -1);
        return { stack: value === undefined ? undefined : [...stack, value] };
      }
      case "xchg":
        return { stack: [...stack.slice(0, -1), bytes(raw)] };
      case "swap": {
        const { from, to } = raw as { from: number; to: number };
        // The same index twice is not looked at, but where it is out of reach for any stack.
        const isIdle = from === to && from < 2147483647 && from > -2147483648;
        return { stack: isIdle ? stack : swap(stack, from, to) };
      }
      case "indexes": {
        const list = raw as number[];
        if (list.length === 0) return { stack };
        const values = list.map((index) => stack.at(index));
        this.#spend(below + count + values.length, 0);
        return { stack: values.every((value) => value !== undefined) ? values : undefined };
      }
      case "flat_map":
      case "select": {
        const results: string[] = [];
        for (const value of stack) {
          const result = this.list(raw as Operation[], [value], below + count + results.length);
          if (result !== undefined) results.push(...result);
          else if (name === "flat_map") return { stack: undefined };
        }
        return { stack: results };
      }
      case "values":
      case "log":
        return { stack };
      default:
        return undefined;
    }
  }

  /** Check and control operations. */
  #branch(name: string, raw: unknown, stack: string[], below: number): { stack: Stack } {
    const inner = below + stack.length;
    const ops = raw as Operation[];
    // Each on a stack of its own.
    const alone = (operation: Operation) => this.list([operation], [...stack], inner);
    const check = (holds: boolean) => ({ stack: holds ? stack : undefined });
    switch (name) {
      case "ok":
        return { stack };
      case "fail":
        return { stack: undefined };
      case "any":
        return check(ops.some((operation) => alone(operation) !== undefined));
      case "one_of":
        return check(ops.filter((operation) => alone(operation) !== undefined).length === 1);
      case "all":
        return check(ops.every((operation) => alone(operation) !== undefined));
      case "none":
        return check(ops.every((operation) => alone(operation) === undefined));
      case "assert":
        return check(this.list(ops, [...stack], inner) !== undefined);
      case "refute":
        return check(this.list(ops, [...stack], inner) === undefined);
      case "test": {
        const branches = raw as { if: Operation; then: Operation[]; else?: Operation[] | null };
        const holds = alone(branches.if) !== undefined;
        return { stack: this.list(holds ? branches.then : (branches.else ?? []), stack, below) };
      }
      case "and":
        return { stack: this.list(ops, stack, below) };
      case "or":
        for (const operation of ops) {
          const result = alone(operation);
          if (result !== undefined) return { stack: result };
        }
        return { stack: undefined };
      case "xor": {
        const results = ops.map(alone).filter((result) => result !== undefined);
        return { stack: results.length === 1 ? results[0] : undefined };
      }
      case "cloned":
        return { stack: this.#extend(stack, raw as Fields, stack, inner) };
      case "partial": {
        const most = ((raw as Fields)["max"] as number | null | undefined) ?? 1;
        const at = Math.max(0, stack.length - most);
        if (most === 0) return { stack: undefined };
        return { stack: this.#extend(stack.slice(0, at), raw as Fields, stack.slice(at), below + at) };
      }
      case "top":
        return { stack: this.#extend(stack.slice(0, -1), { ops }, stack.slice(-1), inner - 1) };
      default:
        throw new Error(`the reference has no operation ${name}`);
    }
  }

  /** `rest` with what the operations make of `part` after it or before it. */
  #extend(rest: string[], fields: Fields, part: string[], below: number): Stack {
    const result = this.list(fields["ops"] as Operation[], [...part], below);
    if (result === undefined) return undefined;
    const prepends = (fields["result"] as string | null | undefined)?.toLowerCase() === "prepend";
    return prepends ? [...result, ...rest] : [...rest, ...result];
  }
}

/** A configured string as its UTF-8 bytes. */
function bytes(text: unknown): string {
  return Buffer.from(text as string).toString("latin1");
}

/** A byte that continues a character goes with what is before it, whatever that is. */
function characters(value: string): string[] {
  return value.match(/[^][\x80-\xbf]*/g) ?? [];
}

function countCharacters(value: string): number {
  return value.replace(/[\x80-\xbf]/g, "").length;
}

/** An empty separator stands before and after each character. */
function allParts(value: string, separator: string): string[] {
  return separator === "" ? ["", ...characters(value), ""] : value.split(separator);
}

function split(value: string, separator: string, most: number): string[] {
  const parts = allParts(value, separator);
  return parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)];
}

/** From the right, the rightmost part first. */
function rsplit(value: string, separator: string, most: number): string[] {
  if (separator === "") {
    const parts = allParts(value, "").reverse();
    return parts.length <= most
      ? parts
      : [
          ...parts.slice(0, most - 1),
          parts
            .slice(most - 1)
            .reverse()
            .join(""),
        ];
  }
  return split(mirrored(value), mirrored(separator), most).map(mirrored);
}

function mirrored(value: string): string {
  return [...value].reverse().join("");
}

function replace(value: string, pattern: string, replacement: string, most: number): string {
  const parts = allParts(value, pattern);
  if (pattern === "") {
    // As many places as there are gaps between the parts.
    return parts.reduce((text, part, i) => text + (i <= most ? replacement : "") + part);
  }
  return parts.reduce((text, part, i) => text + (i <= most ? replacement : pattern) + part);
}

function swap(stack: string[], from: number, to: number): Stack {
  const [a, b] = [stack.at(from), stack.at(to)];
  if (a === undefined || b === undefined) return undefined;
  return stack.with(from, b).with(to, a);
}

const expressions = new Map<string, RegExp>();

/** A glob as a regular expression over bytes. */
function globExpression(glob: string): RegExp {
  let expression = expressions.get(glob);
  if (expression === undefined) {
    const wildcards: Record<string, string> = {
      "*": "[^]*",
      "+": "[^]*[^\\x80-\\xbf][^]*",
      "?": "[\\x80-\\xbf]*(?:[^\\x80-\\xbf][\\x80-\\xbf]*)?",
    };
    const source = bytes(glob).replace(/\\([^A-Za-z0-9])|[^]/g, (all: string, escaped: string | undefined) => {
      return (escaped === undefined ? wildcards[all] : undefined) ?? literal(escaped ?? all);
    });
    expression = new RegExp(`^(?:${source})$`);
    expressions.set(glob, expression);
  }
  return expression;
}

function literal(text: string): string {
  return [...text].map((byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
}
