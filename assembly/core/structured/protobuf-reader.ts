import { Bytes } from "../bytes/bytes";

/** Protobuf's wire types. Groups (3, 4) are out of use and taken for malformed. */
export const enum WireType {
  Varint = 0,
  Fixed64 = 1,
  LengthDelimited = 2,
  Fixed32 = 5,
}

/**
 * Steps through the fields of one protobuf message. It never reads beyond the message; `isMalformed` says whether it had
 * to stop before its end.
 */
export class ProtobufReader {
  /** Of the field last stepped to. */
  fieldNumber: u32 = 0;
  wireType: WireType = WireType.Varint;
  isMalformed: bool = false;
  private readonly message: Bytes = new Bytes();
  private at: i32 = 0;
  private valueAt: i32 = 0;
  private valueLength: i32 = 0;

  /** Begins at the first field of `message`. */
  start(message: Bytes): void {
    this.message.set(message.ptr, message.length);
    this.at = 0;
    this.isMalformed = false;
  }

  /** Steps to the next field; false at the end, and where the message is malformed. */
  next(): bool {
    if (this.isMalformed || this.at >= this.message.length) return false;
    const tag = this.varint();
    if (this.isMalformed || tag >> 3 == 0 || tag > u32.MAX_VALUE) return this.malformed();
    this.fieldNumber = <u32>(tag >> 3);
    this.wireType = <WireType>((<u32>tag) & 7);
    let length: u64 = 0;
    switch (this.wireType) {
      case WireType.Varint:
        this.valueAt = this.at;
        this.varint();
        this.valueLength = this.at - this.valueAt;
        return !this.isMalformed;
      case WireType.Fixed64:
        length = 8;
        break;
      case WireType.LengthDelimited:
        length = this.varint();
        break;
      case WireType.Fixed32:
        length = 4;
        break;
      default:
        return this.malformed();
    }
    if (this.isMalformed || length > <u64>(this.message.length - this.at)) return this.malformed();
    this.valueAt = this.at;
    this.valueLength = <i32>length;
    this.at += this.valueLength;
    return true;
  }

  /** Says whether the field is the length-delimited one of this number. */
  isMessage(fieldNumber: u32): bool {
    return this.fieldNumber == fieldNumber && this.wireType == WireType.LengthDelimited;
  }

  /** Points `value` at the bytes of the field's value. */
  value(value: Bytes): void {
    value.set(this.message.ptr + <usize>this.valueAt, this.valueLength);
  }

  private varint(): u64 {
    let result: u64 = 0;
    for (let shift: u64 = 0; shift < 70; shift += 7) {
      if (this.at >= this.message.length) {
        this.malformed();
        return 0;
      }
      const byte = this.message.at(this.at++);
      result |= (<u64>(byte & 0x7f)) << shift;
      if (byte < 0x80) return result;
    }
    this.malformed();
    return 0;
  }

  private malformed(): bool {
    this.isMalformed = true;
    return false;
  }
}
