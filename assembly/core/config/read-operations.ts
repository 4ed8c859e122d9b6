import { lowerCase } from "../bytes/ascii";
import { Bytes } from "../bytes/bytes";
import { Program, ProgramBuilder } from "../credentials/operations/program";
import { canBeBare, OPERATIONS, OperationSpec, Param, ParamSpec } from "../credentials/operations/table";
import { Glob } from "../service/glob";
import { Code } from "./diagnostics";
import { ConfigDocument, Fields, shown, Unknown } from "./config-document";
import { nearestName } from "./nearest-name";
import * as wording from "./wording";

/** Operations inside operations; deeper is refused, so that no program exhausts the stack of the VM. */
const MAX_NESTING: i32 = 32;

const LOG_LEVELS: StaticArray<string> = ["trace", "debug", "info", "warn", "error", "critical"];
const LENGTH_MODES: StaticArray<string> = ["utf8", "bytes"];
const PLACEMENTS: StaticArray<string> = ["append", "prepend"];

const NAMES: StaticArray<string> = operationNames();
const FIELD_NAMES: StaticArray<StaticArray<string>> = fieldNames();

/** Reads `ops` into a program; null for an empty list, which does nothing. */
export function readOperations(document: ConfigDocument): Program | null {
  const builder = new ProgramBuilder();
  readElements(document, builder, 0);
  return builder.position == 0 ? null : builder.build();
}

/** Reads a list of operations: its length in words, then the operations. */
function readList(document: ConfigDocument, builder: ProgramBuilder, nesting: i32): void {
  const lengthAt = builder.reserve();
  readElements(document, builder, nesting);
  builder.set(lengthAt, builder.position - lengthAt - 1);
}

function readElements(document: ConfigDocument, builder: ProgramBuilder, nesting: i32): void {
  if (!document.array(wording.OPERATIONS)) return;
  for (let i = 0; document.nextElement(i); i++) {
    readOperation(document, builder, nesting);
    document.endField();
  }
}

/** Reads a bare name, or an object whose only field is the name of an operation. */
function readOperation(document: ConfigDocument, builder: ProgramBuilder, nesting: i32): void {
  if (nesting > MAX_NESTING) {
    document.refuseValue(Code.InvalidValue, wording.OPERATION_NESTING);
    return;
  }
  if (document.isString()) {
    const name = document.string();
    if (name == null) return;
    const operation = operationCalled(name);
    if (operation == null) document.report(true, Code.InvalidValue, shown(name), operationNear(name));
    else if (!canBeBare(operation)) document.report(true, Code.InvalidValue, shown(name), wording.OPERATION_PARAMETER);
    else writeDefaults(builder, operation);
    return;
  }
  const fields = document.object(NAMES, Unknown.Refuse, 0, wording.OPERATION);
  if (fields == null) return;
  let count = 0;
  for (let field = document.nextField(fields, true); field >= 0; field = document.nextField(fields, true)) {
    const operation = OPERATIONS[field];
    if (++count > 1) document.skip();
    else if (document.isNull()) readNull(document, builder, operation);
    else readParameters(document, builder, operation, nesting);
    document.endField();
  }
  if (count != 1 && !document.isBroken && !fields.hadUnknown) {
    const found = count == 0 ? "no name" : count.toString() + " names";
    document.reportAt(true, Code.InvalidValue, fields.line, fields.column, found, wording.OPERATION);
  }
}

/** `{"pop": null}`: the operation without its parameter. */
function readNull(document: ConfigDocument, builder: ProgramBuilder, operation: OperationSpec): void {
  document.skip();
  if (canBeBare(operation)) writeDefaults(builder, operation);
  else document.report(true, Code.InvalidValue, "null", wording.OPERATION_PARAMETER);
}

function readParameters(
  document: ConfigDocument,
  builder: ProgramBuilder,
  operation: OperationSpec,
  nesting: i32,
): void {
  const start = begin(builder, operation);
  if (operation.fields.length > 0) readFields(document, builder, operation, nesting);
  else if (operation.value == Param.None) document.refuseValue(Code.WrongType, wording.OPERATION_BARE);
  else readValue(document, builder, operation.value, nesting);
  finish(builder, start);
}

/** Reads the fields of an operation's object; writes them in the order of the table. */
function readFields(document: ConfigDocument, builder: ProgramBuilder, operation: OperationSpec, nesting: i32): void {
  const specs = operation.fields;
  const fields = document.object(FIELD_NAMES[operation.opcode], Unknown.Warn);
  if (fields == null) return;
  const start = builder.position;
  const values: (i32[] | null)[] = [];
  for (let i = 0; i < specs.length; i++) values.push(null);
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    if (specs[field].type == Param.Operation) readSingle(document, builder, nesting);
    else readValue(document, builder, specs[field].type, nesting);
    values[field] = builder.slice(start);
    builder.truncate(start);
    document.endField();
  }
  for (let i = 0; i < specs.length; i++) {
    const words = values[i];
    if (words != null) builder.append(words);
    else {
      if (specs[i].required) requireField(document, fields, i, specs[i]);
      writeDefault(builder, specs[i]);
    }
  }
}

function requireField(document: ConfigDocument, fields: Fields, field: i32, spec: ParamSpec): void {
  document.require(fields, field, typeWording(spec.type));
}

/** One operation is written as a list of one. */
function readSingle(document: ConfigDocument, builder: ProgramBuilder, nesting: i32): void {
  const lengthAt = builder.reserve();
  readOperation(document, builder, nesting + 1);
  builder.set(lengthAt, builder.position - lengthAt - 1);
}

function readValue(document: ConfigDocument, builder: ProgramBuilder, type: Param, nesting: i32): void {
  switch (type) {
    case Param.Text: {
      // The text may be a credential to fall back on.
      const text = document.string(wording.STRING, true);
      builder.text(text == null ? new Bytes() : text);
      return;
    }
    case Param.Count:
      builder.word(<i32>min(document.integer(0, u32.MAX_VALUE, wording.COUNT, 0), <i64>i32.MAX_VALUE));
      return;
    case Param.Index:
      builder.word(readIndex(document));
      return;
    case Param.Indexes:
      readIndexes(document, builder);
      return;
    case Param.Texts:
    case Param.Globs:
      readTexts(document, builder, type == Param.Globs);
      return;
    case Param.Operations:
      readList(document, builder, nesting + 1);
      return;
    case Param.LengthMode:
      builder.word(readName(document, LENGTH_MODES, wording.LENGTH_MODE));
      return;
    case Param.Placement:
      builder.word(readName(document, PLACEMENTS, wording.PLACEMENT));
      return;
    default:
      builder.word(readName(document, LOG_LEVELS, wording.LOG_LEVEL));
  }
}

/** Beyond 32 bits no stack has a value, so that the nearest 32-bit index says the same. */
function readIndex(document: ConfigDocument): i32 {
  const index = document.integer(-9007199254740991, 9007199254740991, wording.INDEX, 0);
  return <i32>max(min(index, <i64>i32.MAX_VALUE), <i64>i32.MIN_VALUE);
}

function readIndexes(document: ConfigDocument, builder: ProgramBuilder): void {
  const countAt = builder.reserve();
  if (!document.array(wording.INDEXES)) return;
  let count = 0;
  for (; document.nextElement(count); count++) {
    builder.word(readIndex(document));
    document.endField();
  }
  builder.set(countAt, count);
}

function readTexts(document: ConfigDocument, builder: ProgramBuilder, areGlobs: bool): void {
  const texts = document.strings();
  builder.word(texts.length);
  for (let i = 0; i < texts.length; i++) {
    if (areGlobs) builder.glob(Glob.parse(texts[i]));
    else builder.text(texts[i]);
  }
}

/** Reads one of a few names, in whatever case; returns its place among them. */
function readName(document: ConfigDocument, names: StaticArray<string>, expected: string): i32 {
  const text = document.string(expected);
  if (text == null) return 0;
  for (let i = 0; i < names.length; i++) if (equalsName(text, names[i])) return i;
  document.report(true, Code.InvalidValue, shown(text), expected);
  return 0;
}

function isName(text: Bytes, name: string): bool {
  if (text.length != name.length) return false;
  for (let i = 0; i < name.length; i++) if (text.at(i) != name.charCodeAt(i)) return false;
  return true;
}

function equalsName(text: Bytes, name: string): bool {
  if (text.length != name.length) return false;
  for (let i = 0; i < name.length; i++) if (lowerCase(text.at(i)) != name.charCodeAt(i)) return false;
  return true;
}

function operationCalled(name: Bytes): OperationSpec | null {
  for (let i = 0; i < OPERATIONS.length; i++) if (isName(name, OPERATIONS[i].name)) return OPERATIONS[i];
  return null;
}

/** What is expected in place of a name that no operation has. */
function operationNear(name: Bytes): string {
  const nearest = nearestName(name.printable(60), NAMES);
  return nearest.length > 0 ? 'perhaps "' + nearest + '"' : wording.OPERATION;
}

function begin(builder: ProgramBuilder, operation: OperationSpec): i32 {
  const start = builder.position;
  builder.opcode(operation.opcode);
  builder.word(0);
  return start;
}

function finish(builder: ProgramBuilder, start: i32): void {
  builder.set(start + 1, builder.position - start);
}

/** Writes an operation all of whose parameters are left out. */
function writeDefaults(builder: ProgramBuilder, operation: OperationSpec): void {
  const start = begin(builder, operation);
  if (operation.value != Param.None) builder.word(operation.valueDefault);
  for (let i = 0; i < operation.fields.length; i++) writeDefault(builder, operation.fields[i]);
  finish(builder, start);
}

function writeDefault(builder: ProgramBuilder, spec: ParamSpec): void {
  switch (spec.type) {
    case Param.Text:
      builder.text(Bytes.of(spec.defaultText));
      return;
    case Param.Texts:
    case Param.Globs:
    case Param.Indexes:
    case Param.Operations:
    case Param.Operation:
      builder.word(0);
      return;
    default:
      builder.word(spec.defaultNumber);
  }
}

function typeWording(type: Param): string {
  switch (type) {
    case Param.Text:
      return wording.STRING;
    case Param.Index:
      return wording.INDEX;
    case Param.Operation:
      return wording.OPERATION;
    case Param.Operations:
      return wording.OPERATIONS;
    default:
      return wording.STRINGS;
  }
}

function operationNames(): StaticArray<string> {
  const names = new StaticArray<string>(OPERATIONS.length);
  for (let i = 0; i < OPERATIONS.length; i++) names[i] = OPERATIONS[i].name;
  return names;
}

function fieldNames(): StaticArray<StaticArray<string>> {
  const all = new StaticArray<StaticArray<string>>(OPERATIONS.length);
  for (let i = 0; i < OPERATIONS.length; i++) {
    const fields = OPERATIONS[i].fields;
    const names = new StaticArray<string>(fields.length);
    for (let j = 0; j < fields.length; j++) names[j] = fields[j].name;
    all[i] = names;
  }
  return all;
}
