import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { MemorySource } from "../../../assembly/core/json/byte-source";
import { JsonReader } from "../../../assembly/core/json/json-reader";
import { Kind } from "../../../assembly/core/json/json-tokens";

/** Writes down everything that a reader says about a document: kinds, places, keys, values and the fault. */
class Trace {
  private readonly reader: JsonReader;
  private readonly out: ByteWriter = new ByteWriter(256);
  private readonly token: Bytes = new Bytes();

  constructor(document: Bytes, windowBytes: i32) {
    this.reader = new JsonReader(new MemorySource(document, windowBytes));
  }

  run(): string {
    const reader = this.reader;
    this.value();
    reader.atEnd();
    if (reader.failed) {
      this.out.text("!" + this.place() + " found " + reader.found + " expected " + reader.expected);
    }
    const text = this.out.copy().printable();
    this.out.free();
    return text;
  }

  private value(): void {
    const reader = this.reader;
    const kind = reader.peek();
    if (kind == Kind.Invalid) return;
    this.out.text("@" + this.place() + " ");
    switch (kind) {
      case Kind.Object:
        this.out.text("{");
        for (reader.enterObject(); reader.nextKey();) {
          this.out.text("@" + this.place() + " ");
          this.takeToken();
          this.out.text(":");
          this.value();
        }
        this.out.text("}");
        break;
      case Kind.Array:
        this.out.text("[");
        for (reader.enterArray(); reader.nextElement();) {
          this.value();
          this.out.text(",");
        }
        this.out.text("]");
        break;
      case Kind.String:
        if (reader.readString()) this.takeToken();
        break;
      case Kind.Number:
        if (reader.readNumber()) this.takeToken();
        break;
      default:
        if (reader.readLiteral(kind)) this.out.text(kind == Kind.True ? "t" : kind == Kind.False ? "f" : "n");
    }
  }

  private place(): string {
    return this.reader.line.toString() + ":" + this.reader.column.toString();
  }

  private takeToken(): void {
    this.reader.token.viewInto(this.token);
    this.out.text("'");
    this.out.bytes(this.token);
    this.out.text("'");
  }
}

/** Returns all that a reader says about a document, and its fault behind a `!`. */
export function trace(document: Bytes, windowBytes: i32 = i32.MAX_VALUE): string {
  return new Trace(document, windowBytes).run();
}

/** Returns the text of a document that is one string, as `Bytes.printable` shows it; what was expected where it is none. */
export function stringOf(document: Bytes): string {
  const reader = new JsonReader(new MemorySource(document));
  const read = reader.readString() && reader.atEnd();
  return read ? reader.token.copy().printable() : "!" + reader.expected;
}

/** Says whether a document is read to its end, skipped and walked through alike. */
export function isAccepted(document: Bytes): bool {
  const reader = new JsonReader(new MemorySource(document));
  const skipped = reader.skipValue() && reader.atEnd();
  const walked = !trace(document).includes("!");
  expect(skipped).toBe(walked, "skipValue agrees with reading: " + document.printable());
  return skipped;
}

/** Says whether a text is one number, and is kept as it is written. */
export function isNumber(text: string): bool {
  const reader = new JsonReader(new MemorySource(Bytes.of(text)));
  return reader.readNumber() && reader.atEnd() && reader.token.copy().printable() == text;
}

/** `opening` repeated, then `closing` repeated. */
export function nested(opening: string, closing: string, depth: i32): Bytes {
  return Bytes.of(opening.repeat(depth) + closing.repeat(depth));
}
