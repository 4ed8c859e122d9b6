import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { MemorySource } from "../json/byte-source";
import { JsonReader } from "../json/json-reader";
import { Kind } from "../json/json-tokens";
import { StructuredFormat, ValueKind } from "./structured-value";

/** JSON texts (RFC 8259); of duplicate keys the last counts. */
export class JsonFormat extends StructuredFormat {
  private readonly span: Bytes = new Bytes();
  private readonly source: MemorySource = new MemorySource(this.span);
  private readonly reader: JsonReader = new JsonReader(this.source);
  private readonly list: Bytes = new Bytes();
  private readonly listReader: JsonReader = new JsonReader(new MemorySource(this.list));
  private readonly firstKey: ByteWriter = new ByteWriter(64);

  check(document: Bytes): bool {
    const reader = this.read(document);
    return reader.skipValue() && reader.atEnd();
  }

  kindOf(value: Bytes): ValueKind {
    switch (this.read(value).peek()) {
      case Kind.Object:
        return ValueKind.Struct;
      case Kind.Array:
        return ValueKind.List;
      case Kind.String:
        return ValueKind.String;
      default:
        return ValueKind.Other;
    }
  }

  entry(struct: Bytes, name: Bytes, child: Bytes): bool {
    const reader = this.read(struct);
    const start = struct.ptr;
    let found = false;
    reader.enterObject();
    while (reader.nextKey()) {
      const matches = name.equalsSpan(reader.token.ptr, reader.token.length);
      reader.peek();
      const from = reader.offset;
      reader.skipValue();
      if (!matches) continue;
      child.set(start + <usize>from, reader.offset - from);
      found = true;
    }
    return found;
  }

  onlyEntry(struct: Bytes, child: Bytes): bool {
    const reader = this.read(struct);
    const start = struct.ptr;
    const firstKey = this.firstKey;
    let count = 0;
    reader.enterObject();
    while (reader.nextKey()) {
      const token = reader.token;
      if (count == 0) {
        firstKey.clear();
        firstKey.span(token.ptr, token.length);
        count = 1;
      } else if (token.length != firstKey.length || memory.compare(token.ptr, firstKey.ptr, token.length) != 0) {
        return false;
      }
      reader.peek();
      const from = reader.offset;
      reader.skipValue();
      child.set(start + <usize>from, reader.offset - from);
    }
    return count == 1;
  }

  element(list: Bytes, index: i32, child: Bytes): bool {
    this.openList(list);
    for (let i = 0; this.nextElement(child); i++) if (i == index) return true;
    return false;
  }

  openList(list: Bytes): void {
    this.list.set(list.ptr, list.length);
    this.listReader.restart();
    this.listReader.enterArray();
  }

  nextElement(child: Bytes): bool {
    const reader = this.listReader;
    if (!reader.nextElement()) return false;
    reader.peek();
    const from = reader.offset;
    reader.skipValue();
    child.set(this.list.ptr + <usize>from, reader.offset - from);
    return true;
  }

  text(string: Bytes, out: ByteWriter): void {
    const reader = this.read(string);
    if (reader.readString()) out.span(reader.token.ptr, reader.token.length);
  }

  /** Reads `value` from its beginning. The reader is used again and again: a lookup allocates nothing. */
  private read(value: Bytes): JsonReader {
    this.span.set(value.ptr, value.length);
    this.reader.restart();
    return this.reader;
  }
}
