import { isUtf8 } from "node:buffer";

/**
 * The decoding and the structured lookups of the reference implementation. All strings are latin-1: one character is one
 * byte.
 */

/** A JSON text or a google.protobuf.Struct, as far as lookups care. */
export type Tree =
  | { kind: "struct"; entries: Map<string, Tree> }
  | { kind: "list"; elements: Tree[] }
  | { kind: "string"; text: string }
  /** Numbers, booleans and null, which are never coerced. */
  | { kind: "other" };

const JSON_DEPTH = 128;
const PROTOBUF_DEPTH = 100;
const OTHER: Tree = { kind: "other" };

/** RFC 4648 without need of padding, which decodes to UTF-8; undefined for anything else. */
export function decodeBase64(text: string, urlSafe: boolean): string | undefined {
  const [, body, padding] = (urlSafe ? /^([A-Za-z0-9+/_-]*)(={0,2})$/ : /^([A-Za-z0-9+/]*)(={0,2})$/).exec(text) ?? [];
  if (body === undefined || padding === undefined) return undefined;
  const missing = (4 - (body.length % 4)) % 4;
  if (missing === 3 || padding.length > missing) return undefined;
  const bytes = Buffer.from(body, "base64");
  const canonical = bytes.toString("base64").replace(/=+$/, "");
  // Node.js ignores bits beyond the last byte.
  if (canonical !== body.replaceAll("-", "+").replaceAll("_", "/")) return undefined;
  return isUtf8(bytes) ? bytes.toString("latin1") : undefined;
}

/** Reads a JSON text in UTF-8; undefined where it is none, or deeper than 128 levels. */
export function readJson(document: string): Tree | undefined {
  const bytes = Buffer.from(document, "latin1");
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString();
  if (!hasWholeSurrogates(text) || depthOf(text) > JSON_DEPTH) return undefined;
  try {
    return treeOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function treeOf(value: unknown): Tree {
  if (typeof value === "string") return { kind: "string", text: Buffer.from(value).toString("latin1") };
  if (Array.isArray(value)) return { kind: "list", elements: value.map(treeOf) };
  if (typeof value !== "object" || value === null) return OTHER;
  const entries = Object.entries(value).map(
    ([name, child]) => [Buffer.from(name).toString("latin1"), treeOf(child)] as const,
  );
  return { kind: "struct", entries: new Map(entries) };
}

/** Whether every `\u` escape of half a character is followed by that of the other half. */
function hasWholeSurrogates(text: string): boolean {
  const escapes = /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F]|\\[^]/g;
  return [...text.matchAll(escapes)].every(([escape]) => escape.length !== 4);
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:\\[^]|[^"\\])*"?|[[\]{}]/g)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, ++depth);
    else if (token === "]" || token === "}") depth--;
  }
  return deepest;
}

/** Reads a google.protobuf.Struct; undefined where the bytes are none, or deeper than 100 messages. */
export function readStruct(document: string): Tree | undefined {
  try {
    return structOf(Buffer.from(document, "latin1"), 1);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

class Malformed extends Error {}

type Field = { number: number; wire: 2; bytes: Buffer } | { number: number; wire: 0 | 1 | 5 };

/** `depth` is that of the message, 1 for the outermost. */
function* fieldsOf(message: Buffer, depth: number): Generator<Field> {
  if (depth >= PROTOBUF_DEPTH) throw new Malformed();
  let at = 0;
  const varint = (): bigint => {
    for (let i = 0, value = 0n; i < 10; i++) {
      const byte = message[at++];
      if (byte === undefined) throw new Malformed();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Malformed();
  };
  while (at < message.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (number === 0 || tag > 0xffff_ffffn) throw new Malformed();
    if (wire === 0) {
      varint();
      yield { number, wire };
    } else if (wire === 1 || wire === 5) {
      at += wire === 1 ? 8 : 4;
      if (at > message.length) throw new Malformed();
      yield { number, wire };
    } else if (wire === 2) {
      const length = varint();
      if (length > BigInt(message.length - at)) throw new Malformed();
      yield { number, wire, bytes: message.subarray(at, (at += Number(length))) };
    } else throw new Malformed();
  }
}

function delimited(field: Field): Buffer {
  if (field.wire !== 2) throw new Malformed();
  return field.bytes;
}

function text(field: Field): string {
  const bytes = delimited(field);
  if (!isUtf8(bytes)) throw new Malformed();
  return bytes.toString("latin1");
}

function structOf(message: Buffer, depth: number): Tree {
  const entries = new Map<string, Tree>();
  for (const field of fieldsOf(message, depth)) {
    if (field.number !== 1) continue;
    let name = "";
    let value: Tree = OTHER;
    for (const part of fieldsOf(delimited(field), depth + 1)) {
      if (part.number === 1) name = text(part);
      if (part.number === 2) value = valueOf(delimited(part), depth + 2);
    }
    entries.set(name, value);
  }
  return { kind: "struct", entries };
}

/** A Value holds what was set last. */
function valueOf(message: Buffer, depth: number): Tree {
  let value: Tree = OTHER;
  for (const field of fieldsOf(message, depth)) {
    const { number } = field;
    if (number === 3) value = { kind: "string", text: text(field) };
    else if (number === 5) value = structOf(delimited(field), depth + 1);
    else if (number === 6) value = { kind: "list", elements: [...listOf(delimited(field), depth + 1)] };
    else if (number <= 4) {
      if (field.wire !== (number === 2 ? 1 : 0)) throw new Malformed();
      value = OTHER;
    }
  }
  return value;
}

function* listOf(message: Buffer, depth: number): Generator<Tree> {
  for (const field of fieldsOf(message, depth)) {
    if (field.number === 1) yield valueOf(delimited(field), depth + 1);
  }
}

/** The strings that path and keys lead to; undefined where they lead to none. */
export function lookUp(tree: Tree, path: readonly string[], keys: readonly string[]): string[] | undefined {
  let current: Tree | undefined = tree;
  for (const segment of path) {
    if (segment !== "") current = current && member(current, [segment]);
  }
  if (current === undefined) return undefined;
  if (keys.length === 0) return strings(current);
  const found = member(current, keys);
  if (found?.kind === "struct") return found.entries.size === 1 ? strings([...found.entries.values()][0]!) : undefined;
  return found && strings(found);
}

/** What the first of the keys leads to that is there. */
function member(tree: Tree, keys: readonly string[]): Tree | undefined {
  if (tree.kind === "struct") {
    const present = keys.find((key) => tree.entries.has(key));
    if (present !== undefined) return tree.entries.get(present);
    return keys.includes("0") && tree.entries.size === 1 ? [...tree.entries.values()][0] : undefined;
  }
  if (tree.kind === "list") {
    const indexes = keys.filter((key) => /^\+?[0-9]+$/.test(key)).map(Number);
    return tree.elements[indexes.find((index) => index < tree.elements.length) ?? -1];
  }
  return tree.kind === "string" && keys.includes(tree.text) ? tree : undefined;
}

function strings(tree: Tree): string[] | undefined {
  if (tree.kind === "string") return [tree.text];
  if (tree.kind !== "list") return undefined;
  const texts = tree.elements.map((element) => (element.kind === "string" ? element.text : undefined));
  return texts.every((one) => one !== undefined) ? texts : undefined;
}
