import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { isUtf8 } from "../bytes/utf8";
import { ProtobufReader, WireType } from "./protobuf-reader";
import { StructuredFormat, ValueKind } from "./structured-value";

// Field numbers of google/protobuf/struct.proto.
const STRUCT_FIELDS: u32 = 1;
const ENTRY_KEY: u32 = 1;
const ENTRY_VALUE: u32 = 2;
const VALUE_NULL: u32 = 1;
const VALUE_NUMBER: u32 = 2;
const VALUE_STRING: u32 = 3;
const VALUE_BOOL: u32 = 4;
const VALUE_STRUCT: u32 = 5;
const VALUE_LAST: u32 = 6;
const VALUE_LIST: u32 = 6;
const LIST_VALUES: u32 = 1;

/** Nesting that is followed; protobuf's own libraries stop at 100. */
const MAX_DEPTH: i32 = 100;

/**
 * google.protobuf.Struct, as Envoy hands over dynamic metadata. Spans are of `Value` messages; `wrap` makes one of a
 * Struct.
 */
export class ProtobufFormat extends StructuredFormat {
  private readonly members: ProtobufReader = new ProtobufReader();
  private readonly parts: ProtobufReader = new ProtobufReader();
  /** Of the struct that is stepped through, so that its entries can be looked into meanwhile. */
  private readonly steps: ProtobufReader = new ProtobufReader();
  /** One reader a level, for the check of a whole document. */
  private readonly levels: ProtobufReader[] = [];
  private readonly levelParts: Bytes[] = [];
  private readonly wrapped: ByteWriter = new ByteWriter(256);
  private readonly content: Bytes = new Bytes();
  private readonly member: Bytes = new Bytes();
  private readonly memberKey: Bytes = new Bytes();
  private readonly memberValue: Bytes = new Bytes();
  private readonly firstKey: Bytes = new Bytes();

  /** `document` is a Value. */
  check(document: Bytes): bool {
    return this.checkValue(document, 0);
  }

  /** Points `value` at a Value that holds the message Struct `struct`, valid until the next is wrapped. */
  wrap(struct: Bytes, value: Bytes): void {
    const out = this.wrapped;
    out.clear();
    out.byte(<u8>((VALUE_STRUCT << 3) | 2));
    let rest = <u32>struct.length;
    while (rest >= 0x80) {
      out.byte(<u8>(rest | 0x80));
      rest >>= 7;
    }
    out.byte(<u8>rest);
    out.bytes(struct);
    out.viewInto(value);
  }

  kindOf(value: Bytes): ValueKind {
    switch (this.open(value)) {
      case VALUE_STRING:
        return ValueKind.String;
      case VALUE_STRUCT:
        return ValueKind.Struct;
      case VALUE_LIST:
        return ValueKind.List;
      default:
        return ValueKind.Other;
    }
  }

  entry(struct: Bytes, name: Bytes, child: Bytes): bool {
    let found = false;
    this.open(struct);
    this.members.start(this.content);
    while (this.nextEntry(this.members)) {
      if (!this.memberKey.equals(name)) continue;
      child.set(this.memberValue.ptr, this.memberValue.length);
      found = true;
    }
    return found;
  }

  onlyEntry(struct: Bytes, child: Bytes): bool {
    let count = 0;
    this.open(struct);
    this.members.start(this.content);
    while (this.nextEntry(this.members)) {
      if (count > 0 && !this.memberKey.equals(this.firstKey)) return false;
      this.firstKey.set(this.memberKey.ptr, this.memberKey.length);
      child.set(this.memberValue.ptr, this.memberValue.length);
      count = 1;
    }
    return count == 1;
  }

  element(list: Bytes, index: i32, child: Bytes): bool {
    this.openList(list);
    for (let i = 0; this.nextElement(child); i++) if (i == index) return true;
    return false;
  }

  openList(list: Bytes): void {
    this.open(list);
    this.members.start(this.content);
  }

  nextElement(child: Bytes): bool {
    while (this.members.next()) {
      if (!this.members.isMessage(LIST_VALUES)) continue;
      this.members.value(child);
      return true;
    }
    return false;
  }

  /** Begins to step through the entries of a struct; one struct at a time. */
  openStruct(struct: Bytes): void {
    this.open(struct);
    this.steps.start(this.content);
  }

  /** Points `child` at the value of the next entry of the struct that was opened last; false at its end. */
  nextEntryValue(child: Bytes): bool {
    if (!this.nextEntry(this.steps)) return false;
    child.set(this.memberValue.ptr, this.memberValue.length);
    return true;
  }

  text(string: Bytes, out: ByteWriter): void {
    if (this.open(string) == VALUE_STRING) out.bytes(this.content);
  }

  /** Points `content` at what a Value holds; returns the number of the field that it holds, the last one set. */
  private open(value: Bytes): u32 {
    let kind: u32 = 0;
    this.content.clear();
    this.parts.start(value);
    while (this.parts.next()) {
      if (this.parts.fieldNumber > VALUE_LAST) continue;
      kind = this.parts.fieldNumber;
      this.parts.value(this.content);
    }
    return kind;
  }

  /** Goes to the next entry of the struct that `entries` steps through. */
  private nextEntry(entries: ProtobufReader): bool {
    while (entries.next()) {
      if (!entries.isMessage(STRUCT_FIELDS)) continue;
      entries.value(this.member);
      this.memberKey.clear();
      this.memberValue.clear();
      this.parts.start(this.member);
      while (this.parts.next()) {
        if (this.parts.isMessage(ENTRY_KEY)) this.parts.value(this.memberKey);
        else if (this.parts.isMessage(ENTRY_VALUE)) this.parts.value(this.memberValue);
      }
      return true;
    }
    return false;
  }

  private checkValue(value: Bytes, depth: i32): bool {
    const reader = this.level(depth, value);
    if (reader == null) return false;
    const part = this.levelParts[depth];
    while (reader.next()) {
      reader.value(part);
      const number = reader.fieldNumber;
      if (!isScalarWellTyped(number, reader.wireType)) return false;
      if (number == VALUE_STRING && (!reader.isMessage(number) || !isUtf8(part))) return false;
      if (number == VALUE_STRUCT && (!reader.isMessage(number) || !this.checkStruct(part, depth + 1))) return false;
      if (number == VALUE_LIST && (!reader.isMessage(number) || !this.checkList(part, depth + 1))) return false;
    }
    return !reader.isMalformed;
  }

  private checkStruct(struct: Bytes, depth: i32): bool {
    const reader = this.level(depth, struct);
    if (reader == null) return false;
    const part = this.levelParts[depth];
    while (reader.next()) {
      if (reader.fieldNumber != STRUCT_FIELDS) continue;
      reader.value(part);
      if (!reader.isMessage(STRUCT_FIELDS) || !this.checkEntry(part, depth + 1)) return false;
    }
    return !reader.isMalformed;
  }

  private checkEntry(entry: Bytes, depth: i32): bool {
    const reader = this.level(depth, entry);
    if (reader == null) return false;
    const part = this.levelParts[depth];
    while (reader.next()) {
      reader.value(part);
      const number = reader.fieldNumber;
      if (number == ENTRY_KEY && (!reader.isMessage(number) || !isUtf8(part))) return false;
      if (number == ENTRY_VALUE && (!reader.isMessage(number) || !this.checkValue(part, depth + 1))) return false;
    }
    return !reader.isMalformed;
  }

  private checkList(list: Bytes, depth: i32): bool {
    const reader = this.level(depth, list);
    if (reader == null) return false;
    const part = this.levelParts[depth];
    while (reader.next()) {
      if (reader.fieldNumber != LIST_VALUES) continue;
      reader.value(part);
      if (!reader.isMessage(LIST_VALUES) || !this.checkValue(part, depth + 1)) return false;
    }
    return !reader.isMalformed;
  }

  /** Returns the reader of a level, at the beginning of `message`; null beyond the deepest. */
  private level(depth: i32, message: Bytes): ProtobufReader | null {
    if (depth >= MAX_DEPTH) return null;
    while (this.levels.length <= depth) {
      this.levels.push(new ProtobufReader());
      this.levelParts.push(new Bytes());
    }
    this.levels[depth].start(message);
    return this.levels[depth];
  }
}

/** Says whether a field of Value that holds null, a number or a boolean is written as such; any other field is. */
function isScalarWellTyped(fieldNumber: u32, wireType: WireType): bool {
  if (fieldNumber == VALUE_NUMBER) return wireType == WireType.Fixed64;
  return (fieldNumber != VALUE_NULL && fieldNumber != VALUE_BOOL) || wireType == WireType.Varint;
}
