/**
 * The table of operations: what the reader of configurations, the machine, the schema, the documentation and the tests
 * have in common. It holds nothing but constants, so that tools outside the module can read it too.
 *
 * The semantics are those of threescale-wasm-auth's operations, with the corrections that docs/compatibility.md lists.
 */

/** What an operation is, and its number in compiled programs. */
export const enum Opcode {
  Base64Standard,
  Base64Urlsafe,
  Strlen,
  Strrev,
  Split,
  Rsplit,
  Replace,
  Prefix,
  Suffix,
  Substr,
  Glob,
  Length,
  Join,
  Reverse,
  Contains,
  Take,
  Drop,
  Push,
  Pop,
  Dup,
  Xchg,
  Swap,
  Indexes,
  FlatMap,
  Select,
  Values,
  Ok,
  Fail,
  Any,
  OneOf,
  All,
  None,
  Assert,
  Refute,
  Test,
  And,
  Or,
  Xor,
  Cloned,
  Partial,
  Top,
  Log,
  Json,
  Protobuf,
}

/** What a parameter is. Those that are no list take one word of a program. */
export const enum Param {
  /** No parameter. */
  None,
  /** A string: the number of a constant. */
  Text,
  /** A number that is not negative; -1 where it is left out and has no default. */
  Count,
  /** A 0-based index into the stack, negative ones from its end. */
  Index,
  /** A list of indexes. */
  Indexes,
  /** A list of strings. */
  Texts,
  /** A list of globs. */
  Globs,
  /** A list of operations. */
  Operations,
  /** One operation. */
  Operation,
  /** `utf8` (0) or `bytes` (1). */
  LengthMode,
  /** `append` (0) or `prepend` (1). */
  Placement,
  /** The name of a log level. */
  LogLevel,
}

/** A parameter that is a field of an operation's object. */
export class ParamSpec {
  constructor(
    readonly name: string,
    readonly type: Param,
    readonly required: boolean,
    /** Of a Text that is left out. */
    readonly defaultText: string,
    /** Of any other that is left out. */
    readonly defaultNumber: i32,
  ) {}
}

/** An operation: by its name alone, with one value, or with an object of fields. */
export class OperationSpec {
  constructor(
    readonly name: string,
    readonly category: string,
    readonly opcode: Opcode,
    /** Of the value, where the operation has one instead of fields. */
    readonly value: Param,
    /** Whether the value may be left out (the bare name, or null), and what stands for it. */
    readonly valueOptional: boolean,
    readonly valueDefault: i32,
    readonly fields: ParamSpec[],
  ) {}
}

/** Left out, and no default. */
export const ABSENT = -1;

function bare(name: string, category: string, opcode: Opcode): OperationSpec {
  return new OperationSpec(name, category, opcode, Param.None, true, 0, []);
}

function withValue(name: string, category: string, opcode: Opcode, value: Param): OperationSpec {
  return new OperationSpec(name, category, opcode, value, false, 0, []);
}

function withOptionalValue(
  name: string,
  category: string,
  opcode: Opcode,
  value: Param,
  valueDefault: i32,
): OperationSpec {
  return new OperationSpec(name, category, opcode, value, true, valueDefault, []);
}

function withFields(name: string, category: string, opcode: Opcode, fields: ParamSpec[]): OperationSpec {
  return new OperationSpec(name, category, opcode, Param.None, false, 0, fields);
}

function required(name: string, type: Param): ParamSpec {
  return new ParamSpec(name, type, true, "", ABSENT);
}

function optional(name: string, type: Param, defaultNumber: i32 = ABSENT): ParamSpec {
  return new ParamSpec(name, type, false, "", defaultNumber);
}

function optionalText(name: string, defaultText: string): ParamSpec {
  return new ParamSpec(name, Param.Text, false, defaultText, ABSENT);
}

/** `info`, among Proxy-Wasm's log levels. */
const INFO = 2;

/** Every operation; OPERATIONS[opcode] is the operation of that opcode. */
export const OPERATIONS: OperationSpec[] = [
  bare("base64_standard", "decode", Opcode.Base64Standard),
  bare("base64_urlsafe", "decode", Opcode.Base64Urlsafe),

  withFields("strlen", "string", Opcode.Strlen, [
    optional("min", Param.Count),
    optional("max", Param.Count),
    optional("mode", Param.LengthMode, 0),
  ]),
  bare("strrev", "string", Opcode.Strrev),
  withFields("split", "string", Opcode.Split, [optionalText("separator", ":"), optional("max", Param.Count, 0)]),
  withFields("rsplit", "string", Opcode.Rsplit, [optionalText("separator", ":"), optional("max", Param.Count, 0)]),
  withFields("replace", "string", Opcode.Replace, [
    required("pattern", Param.Text),
    required("with", Param.Text),
    optional("max", Param.Count, 0),
  ]),
  withValue("prefix", "string", Opcode.Prefix, Param.Text),
  withValue("suffix", "string", Opcode.Suffix, Param.Text),
  withValue("substr", "string", Opcode.Substr, Param.Text),
  withValue("glob", "string", Opcode.Glob, Param.Globs),

  withFields("length", "stack", Opcode.Length, [optional("min", Param.Count), optional("max", Param.Count)]),
  withValue("join", "stack", Opcode.Join, Param.Text),
  bare("reverse", "stack", Opcode.Reverse),
  withValue("contains", "stack", Opcode.Contains, Param.Text),
  withFields("take", "stack", Opcode.Take, [optional("head", Param.Count, 0), optional("tail", Param.Count, 0)]),
  withFields("drop", "stack", Opcode.Drop, [optional("head", Param.Count, 0), optional("tail", Param.Count, 0)]),
  withValue("push", "stack", Opcode.Push, Param.Text),
  withOptionalValue("pop", "stack", Opcode.Pop, Param.Count, 1),
  withOptionalValue("dup", "stack", Opcode.Dup, Param.Index, -1),
  withValue("xchg", "stack", Opcode.Xchg, Param.Text),
  withFields("swap", "stack", Opcode.Swap, [required("from", Param.Index), required("to", Param.Index)]),
  withValue("indexes", "stack", Opcode.Indexes, Param.Indexes),
  withValue("flat_map", "stack", Opcode.FlatMap, Param.Operations),
  withValue("select", "stack", Opcode.Select, Param.Operations),
  withFields("values", "stack", Opcode.Values, [optional("level", Param.LogLevel, INFO), optionalText("id", "")]),

  bare("ok", "check", Opcode.Ok),
  bare("fail", "check", Opcode.Fail),
  withValue("any", "check", Opcode.Any, Param.Operations),
  withValue("one_of", "check", Opcode.OneOf, Param.Operations),
  withValue("all", "check", Opcode.All, Param.Operations),
  withValue("none", "check", Opcode.None, Param.Operations),
  withValue("assert", "check", Opcode.Assert, Param.Operations),
  withValue("refute", "check", Opcode.Refute, Param.Operations),

  withFields("test", "control", Opcode.Test, [
    required("if", Param.Operation),
    required("then", Param.Operations),
    optional("else", Param.Operations),
  ]),
  withValue("and", "control", Opcode.And, Param.Operations),
  withValue("or", "control", Opcode.Or, Param.Operations),
  withValue("xor", "control", Opcode.Xor, Param.Operations),
  withFields("cloned", "control", Opcode.Cloned, [
    optional("result", Param.Placement, 0),
    required("ops", Param.Operations),
  ]),
  withFields("partial", "control", Opcode.Partial, [
    optional("result", Param.Placement, 0),
    optional("max", Param.Count, 1),
    required("ops", Param.Operations),
  ]),
  withValue("top", "control", Opcode.Top, Param.Operations),
  withFields("log", "control", Opcode.Log, [optional("level", Param.LogLevel, INFO), required("msg", Param.Text)]),

  withFields("json", "format", Opcode.Json, [optional("path", Param.Texts), required("keys", Param.Texts)]),
  withFields("protobuf", "format", Opcode.Protobuf, [optional("path", Param.Texts), required("keys", Param.Texts)]),
];

/** Says whether an operation can stand as its bare name: it has no parameter that must be given. */
export function canBeBare(operation: OperationSpec): boolean {
  if (operation.fields.length == 0) return operation.valueOptional;
  for (let i = 0; i < operation.fields.length; i++) if (operation.fields[i].required) return false;
  return true;
}
