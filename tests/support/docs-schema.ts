/** The fields of schema/v1.schema.json, worded as docs/configuration.md words them. */

/** As much of JSON Schema as is read here. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  $defs?: Record<string, Schema>;
}

/** One row of a table of fields. */
export interface FieldRow {
  name: string;
  type: string;
  default: string;
}

const RESERVED = "#/$defs/reserved";
const OPERATIONS = "#/$defs/operations";
const STATIC_SERVICE = "#/$defs/staticService";
const SERVICE = "#/$defs/service";

/** Returns where objects with fields are: their JSON pointers, `#` first. What operations have is left out. */
export function objectPointers(root: Schema): string[] {
  const found: string[] = [];
  const visit = (schema: Schema, at: string): void => {
    const pointer = schema.$ref ?? at;
    if (pointer === OPERATIONS || found.includes(pointer)) return;
    const target = resolve(root, pointer);
    if (target.items !== undefined) visit(target.items, `${pointer}/items`);
    if (target.properties === undefined) return;
    found.push(pointer);
    for (const [name, field] of Object.entries(target.properties)) visit(field, `${pointer}/properties/${name}`);
  };
  visit(root, "#");
  return found;
}

/** Returns the fields of the object at a JSON pointer, in order. */
export function fieldRows(root: Schema, pointer: string): FieldRow[] {
  const { properties = {}, required = [] } = resolve(root, pointer);
  const withoutSystem = pointer === SERVICE ? (resolve(root, STATIC_SERVICE).required ?? []) : [];
  return Object.entries(properties).map(([name, field]) => {
    let wanted = defaultText(root, field);
    if (withoutSystem.includes(name)) wanted = "required without `system`";
    if (required.includes(name)) wanted = "required";
    return { name, type: typeText(root, field), default: wanted };
  });
}

function resolve(root: Schema, pointer: string): Schema {
  let at: unknown = root;
  for (const part of pointer.split("/").slice(1)) at = (at as Record<string, unknown> | undefined)?.[part];
  if (at === undefined) throw new Error(`the schema has no ${pointer}`);
  return at as Schema;
}

function target(root: Schema, field: Schema): Schema {
  return field.$ref === undefined ? field : resolve(root, field.$ref);
}

function defaultText(root: Schema, field: Schema): string {
  const value = target(root, field).default;
  return value === undefined ? "none" : `\`${String(value)}\``;
}

function typeText(root: Schema, field: Schema): string {
  if (field.$ref === RESERVED) return "reserved";
  if (field.$ref === OPERATIONS) return "list of operations";
  const schema = target(root, field);
  if (schema.enum !== undefined) return orText(schema.enum.filter((value) => value !== null));
  const type = [schema.type ?? "anything"].flat().find((name) => name !== "null")!;
  if (type === "array") return `list of ${typeText(root, schema.items!)}s`;
  if (schema.minimum === undefined || schema.maximum === undefined) return type;
  return `${type} from ${numberText(schema.minimum)} to ${numberText(schema.maximum)}`;
}

/** `a`, `b` or `c` */
function orText(values: readonly unknown[]): string {
  const quoted = values.map((value) => `\`${String(value)}\``);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)!}`;
}

/** What is too large to be read at a glance is written as a power of two; a double holds 2^63 - 1 as 2^63. */
function numberText(value: number): string {
  if (value === Number.MAX_SAFE_INTEGER) return "2^53 - 1";
  if (value === 2 ** 63) return "2^63 - 1";
  return value === -(2 ** 63) ? "-2^63" : String(value);
}

/** Reads what `integer from … to …` says as a number: `-2^63`, `2^63 - 1` or `502`. */
export function readNumber(text: string): bigint {
  const [, sign, exponent, minus] = /^(-?)2\^(\d+)(?: - (\d+))?$/.exec(text) ?? [];
  if (exponent === undefined) return BigInt(text);
  const power = 2n ** BigInt(exponent) - BigInt(minus ?? 0);
  return sign === "-" ? -power : power;
}
