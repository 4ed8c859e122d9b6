import { Bytes } from "../bytes/bytes";
import { JsonReader } from "../json/json-reader";
import { Kind } from "../json/json-tokens";
import { ByteSource } from "../json/byte-source";
import { Code, Diagnostic, Diagnostics } from "./diagnostics";
import { FieldPath } from "./field-path";
import { nearestName } from "./nearest-name";
import * as wording from "./wording";

/** How a field's name that is not known is taken. */
export const enum Unknown {
  Warn,
  Refuse,
  /** Passed over: the document is another program's. */
  Ignore,
}

/** The number that is being read. */
const token: Bytes = new Bytes();

/** How much of a string is shown in a message. */
const SHOWN_BYTES: i32 = 60;

/** The fields of one object as they are read. */
export class Fields {
  /** Bit i: the field names[i] stands there and is not null. */
  present: u64 = 0;
  /** Whether a name stood there that is not known. */
  hadUnknown: bool = false;
  private named: u64 = 0;
  line: i32 = 0;
  column: i32 = 0;

  names: StaticArray<string> = [];
  unknown: Unknown = Unknown.Warn;
  /** How many of the last names are reserved: known, but not to be used. */
  private reserved: i32 = 0;

  /** Begins with another object. */
  begin(names: StaticArray<string>, unknown: Unknown, reserved: i32, line: i32, column: i32): void {
    this.names = names;
    this.unknown = unknown;
    this.reserved = reserved;
    this.line = line;
    this.column = column;
    this.present = 0;
    this.named = 0;
    this.hadUnknown = false;
  }

  /** The names that may be used, as messages list them. */
  offered(): string {
    return this.names.slice<string[]>(0, this.names.length - this.reserved).join(", ");
  }

  has(field: i32): bool {
    return (this.present & ((<u64>1) << field)) != 0;
  }

  /** Notes that `field` is named; false where it has been before. */
  name(field: i32): bool {
    const bit: u64 = (<u64>1) << field;
    if ((this.named & bit) != 0) return false;
    this.named |= bit;
    return true;
  }
}

/**
 * A configuration as it is read: the JSON reader with the path to where it stands and what was found wrong on the way.
 * Reading goes on after a fault in a value, so that all faults are told at once; not after one in the syntax.
 */
export class ConfigDocument {
  readonly diagnostics: Diagnostics = new Diagnostics();
  readonly path: FieldPath = new FieldPath();
  private readonly json: JsonReader;
  /** One for each level of objects, used again for the next object of the level. */
  private readonly fields: Fields[] = [];
  private objects: i32 = 0;

  /** Strings of more than `mostBytes` are faults. */
  constructor(source: ByteSource, mostBytes: i32 = i32.MAX_VALUE) {
    this.json = new JsonReader(source);
    this.json.mostBytes = mostBytes;
  }

  /** Enters the object that stands next; null (with a fault) where another value does, which is skipped. */
  object(
    names: StaticArray<string>,
    unknown: Unknown,
    reserved: i32 = 0,
    expected: string = wording.OBJECT,
  ): Fields | null {
    if (!this.expect(Kind.Object, expected, false)) return null;
    if (this.objects == this.fields.length) this.fields.push(new Fields());
    const fields = this.fields[this.objects++];
    fields.begin(names, unknown, reserved, this.json.line, this.json.column);
    this.json.enterObject();
    return fields;
  }

  /**
   * Goes to the next field of an object whose value is not null and pushes its name onto the path; the caller reads the
   * value and calls `endField`. Returns its index in the object's names, -1 at the end of the object. With `keepsNull`
   * fields that are null are not passed over.
   */
  nextField(fields: Fields, keepsNull: bool = false): i32 {
    while (this.json.nextKey()) {
      const field = this.indexOfToken(fields.names);
      if (field < 0) {
        this.unknownField(fields);
        continue;
      }
      this.path.pushName(fields.names[field]);
      if (!fields.name(field)) {
        this.report(true, Code.DuplicateField, "the field a second time", wording.ONCE);
        // Said once: it is not missing on top of that.
        fields.present |= (<u64>1) << field;
        this.json.skipValue();
      } else if (!keepsNull && this.json.peek() == Kind.Null) {
        this.json.readLiteral(Kind.Null);
      } else {
        fields.present |= (<u64>1) << field;
        return field;
      }
      this.path.pop();
    }
    this.objects--;
    return -1;
  }

  /** Says whether a string stands next. */
  isString(): bool {
    return this.json.peek() == Kind.String;
  }

  /** Says whether null stands next. */
  isNull(): bool {
    return this.json.peek() == Kind.Null;
  }

  endField(): void {
    this.path.pop();
  }

  /** Reports the absence of a field that has to be there. */
  require(fields: Fields, field: i32, expected: string): void {
    if (this.json.failed || fields.has(field)) return;
    this.path.pushName(fields.names[field]);
    this.reportAt(true, Code.MissingField, fields.line, fields.column, "nothing", expected);
    this.path.pop();
  }

  /** Enters the array that stands next; false (with a fault) where another value does, which is skipped. */
  array(expected: string = wording.ARRAY): bool {
    if (!this.expect(Kind.Array, expected, false)) return false;
    this.json.enterArray();
    return true;
  }

  /** Goes to element `index` of the array, and pushes it onto the path; the caller reads it and calls `endField`. */
  nextElement(index: i32): bool {
    if (!this.json.nextElement()) return false;
    this.path.pushIndex(index);
    return true;
  }

  /** Reads a string; null (with a fault) where another value stands. A secret is never shown. */
  string(expected: string = wording.STRING, secret: bool = false): Bytes | null {
    if (!this.expect(Kind.String, expected, secret)) return null;
    return this.readWhole() ? this.json.token.copy() : null;
  }

  /** As `string`, into a view that is valid until the next value is read; false where another value stands. */
  stringInto(view: Bytes, expected: string = wording.STRING): bool {
    if (!this.expect(Kind.String, expected, false) || !this.readWhole()) return false;
    this.json.token.viewInto(view);
    return true;
  }

  /** Reads an array of strings; elements that are none are faults and left out. */
  strings(): Bytes[] {
    const values: Bytes[] = [];
    if (!this.array(wording.STRINGS)) return values;
    for (let i = 0; this.nextElement(i); i++) {
      const value = this.string();
      if (value != null) values.push(value);
      this.endField();
    }
    return values;
  }

  /** Reads true or false; false (with a fault) where another value stands. */
  boolean(): bool {
    const kind = this.json.peek();
    if (kind == Kind.True || kind == Kind.False) {
      this.json.readLiteral(kind);
      return kind == Kind.True;
    }
    this.wrongType(wording.BOOLEAN, false);
    return false;
  }

  /** Reads an integer between `least` and `most`; `otherwise` (with a fault) where none stands. */
  integer(least: i64, most: i64, expected: string, otherwise: i64): i64 {
    if (!this.expect(Kind.Number, expected, false) || !this.json.readNumber()) return otherwise;
    this.json.token.viewInto(token);
    if (this.json.isCut) return this.invalidInteger(token, otherwise, expected);
    const isNegative = token.at(0) == 0x2d;
    let value: i64 = 0;
    for (let i = isNegative ? 1 : 0; i < token.length; i++) {
      const digit: i64 = <i64>token.at(i) - 0x30;
      const isDigit = digit >= 0 && digit <= 9;
      // Counted downwards, as the least i64 has no positive counterpart.
      if (!isDigit || value < (i64.MIN_VALUE + digit) / 10) return this.invalidInteger(token, otherwise, expected);
      value = value * 10 - digit;
    }
    if (!isNegative && value == i64.MIN_VALUE) return this.invalidInteger(token, otherwise, expected);
    if (!isNegative) value = -value;
    return value < least || value > most ? this.invalidInteger(token, otherwise, expected) : value;
  }

  /** Skips the value that stands next. */
  skip(): void {
    this.json.peek();
    this.json.skipValue();
  }

  /** Reports that the next value, which is skipped, is not wanted, whatever it is. */
  refuseValue(code: Code, expected: string): void {
    const kind = this.json.peek();
    if (kind == Kind.Invalid) return;
    this.report(true, code, this.describe(kind), expected);
    this.skip();
  }

  /** Reports a fault or a warning at the value that was read last. `found` is shown as it is. */
  report(isError: bool, code: Code, found: string, expected: string): void {
    this.reportAt(isError, code, this.json.line, this.json.column, found, expected);
  }

  reportAt(isError: bool, code: Code, line: i32, column: i32, found: string, expected: string): void {
    // What seems to be missing may stand behind a fault in the syntax.
    if (this.json.failed && code != Code.Syntax) return;
    // Beyond what is kept nothing is worded.
    if (!this.diagnostics.hasRoom(isError)) return this.diagnostics.count(isError);
    this.diagnostics.add(new Diagnostic(isError, code, this.path.toString(), line, column, found, expected));
  }

  /** Whether the syntax is at fault, so that what is missing may stand behind the fault. */
  get isBroken(): bool {
    return this.json.failed;
  }

  /** Where the value that was read last begins. */
  get line(): i32 {
    return this.json.line;
  }

  get column(): i32 {
    return this.json.column;
  }

  /** Checks that nothing follows the configuration, and reports the fault in the syntax if there was one. Ends the reading. */
  finish(): void {
    if (!this.json.failed) this.json.atEnd();
    if (this.json.failed) this.report(true, Code.Syntax, this.json.found, this.json.expected);
    this.json.close();
  }

  /** Reads the string that stands next; false (with a fault) for one that is too long. */
  private readWhole(): bool {
    if (!this.json.readString()) return false;
    if (!this.json.isCut) return true;
    const most = this.json.mostBytes.toString();
    this.report(true, Code.InvalidValue, "a longer string", "a string of at most " + most + " bytes");
    return false;
  }

  private expect(kind: Kind, expected: string, secret: bool): bool {
    if (this.json.peek() == kind) return true;
    this.wrongType(expected, secret);
    return false;
  }

  private wrongType(expected: string, secret: bool): void {
    const kind = this.json.peek();
    if (kind == Kind.Invalid) return;
    const line = this.json.line;
    const column = this.json.column;
    let found = this.describe(kind);
    if (kind == Kind.Number && !secret) {
      if (!this.json.readNumber()) return;
      const token = new Bytes();
      this.json.token.viewInto(token);
      found = "the number " + token.printable(SHOWN_BYTES);
    } else if (!this.json.skipValue()) return;
    this.reportAt(true, Code.WrongType, line, column, found, expected);
  }

  /** Strings are not shown: a secret may stand in the wrong place. */
  private describe(kind: Kind): string {
    switch (kind) {
      case Kind.Object:
        return "an object";
      case Kind.Array:
        return "an array";
      case Kind.String:
        return "a string";
      case Kind.Number:
        return "a number";
      case Kind.True:
        return "true";
      case Kind.False:
        return "false";
      default:
        return "null";
    }
  }

  private invalidInteger(token: Bytes, otherwise: i64, expected: string): i64 {
    this.report(true, Code.InvalidValue, "the number " + token.printable(SHOWN_BYTES), expected);
    return otherwise;
  }

  private indexOfToken(names: StaticArray<string>): i32 {
    const token = this.json.token;
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (name.length != token.length) continue;
      let at = 0;
      while (at < name.length && name.charCodeAt(at) == load<u8>(token.ptr + <usize>at)) at++;
      if (at == name.length) return i;
    }
    return -1;
  }

  private unknownField(fields: Fields): void {
    if (fields.unknown == Unknown.Ignore) return this.skip();
    const isError = fields.unknown == Unknown.Refuse;
    fields.hadUnknown = true;
    if (this.diagnostics.hasRoom(isError)) {
      const token = new Bytes();
      this.json.token.viewInto(token);
      const name = token.printable(SHOWN_BYTES);
      const nearest = nearestName(name, fields.names);
      let expected = nearest.length > 0 ? 'perhaps "' + nearest + '"' : "one of " + fields.offered();
      if (!isError) expected += " (this field is ignored)";
      this.report(isError, Code.UnknownField, 'the unknown field "' + name + '"', expected);
    } else {
      this.report(isError, Code.UnknownField, "", "");
    }
    this.skip();
  }
}

/** Returns a string that is no secret as messages show it. */
export function shown(value: Bytes): string {
  return '"' + value.printable(SHOWN_BYTES) + '"';
}
