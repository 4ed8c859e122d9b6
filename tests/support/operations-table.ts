/** The operations' table of the plugin, for tests: its source is AssemblyScript, and loads as TypeScript as it is. */

const TABLE = new URL("../../assembly/core/credentials/operations/table.ts", import.meta.url);

/** What a parameter is, by the names of the table's `Param`. */
export type ParamName =
  | "None"
  | "Text"
  | "Count"
  | "Index"
  | "Indexes"
  | "Texts"
  | "Globs"
  | "Operations"
  | "Operation"
  | "LengthMode"
  | "Placement"
  | "LogLevel";

export interface ParamSpec {
  name: string;
  type: ParamName;
  required: boolean;
  /** As a configuration would write it; undefined where there is none. */
  default: string | number | undefined;
}

export interface OperationSpec {
  name: string;
  category: string;
  /** The value that stands in place of fields; undefined where there is none. */
  value: ParamSpec | undefined;
  fields: ParamSpec[];
}

interface RawParam {
  name: string;
  type: number;
  required: boolean;
  defaultText: string;
  defaultNumber: number;
}

interface RawTable {
  Param: Record<number, ParamName>;
  ABSENT: number;
  OPERATIONS: {
    name: string;
    category: string;
    value: number;
    valueOptional: boolean;
    valueDefault: number;
    fields: RawParam[];
  }[];
}

export const LENGTH_MODES = ["utf8", "bytes"] as const;
export const PLACEMENTS = ["append", "prepend"] as const;
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "critical"] as const;

const table = (await import(TABLE.href)) as RawTable;

/** Every operation of the table, in its order. */
export const OPERATIONS: OperationSpec[] = table.OPERATIONS.map((raw) => ({
  name: raw.name,
  category: raw.category,
  value:
    typeName(raw.value) === "None"
      ? undefined
      : {
          name: "",
          type: typeName(raw.value),
          required: !raw.valueOptional,
          default: raw.valueOptional ? raw.valueDefault : undefined,
        },
  fields: raw.fields.map((field) => ({
    name: field.name,
    type: typeName(field.type),
    required: field.required,
    default: field.required ? undefined : fieldDefault(field),
  })),
}));

function typeName(type: number): ParamName {
  const name = table.Param[type];
  if (name === undefined) throw new Error(`the table has a parameter of the unknown type ${String(type)}`);
  return name;
}

function fieldDefault(field: RawParam): string | number | undefined {
  switch (typeName(field.type)) {
    case "Text":
      return field.defaultText;
    case "LengthMode":
      return LENGTH_MODES[field.defaultNumber];
    case "Placement":
      return PLACEMENTS[field.defaultNumber];
    case "LogLevel":
      return LOG_LEVELS[field.defaultNumber];
    default:
      return field.defaultNumber === table.ABSENT ? undefined : field.defaultNumber;
  }
}
