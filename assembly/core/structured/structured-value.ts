import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";

/** What a structured value is, as far as lookups care. */
export const enum ValueKind {
  Struct,
  List,
  String,
  /** Number, boolean, null: never a credential, there is no coercion. */
  Other,
}

/**
 * A format of structured values (JSON, protobuf). A value is the span of bytes it is written in; the spans handed in are of
 * documents that `check` has passed, so that finding one's way needs no error.
 */
export abstract class StructuredFormat {
  /** Says whether bytes are a document of this format, at whatever depth a fault may be. */
  abstract check(document: Bytes): bool;

  abstract kindOf(value: Bytes): ValueKind;

  /** Points `child` at the entry `name` of a struct, the last of duplicates; false where there is none. */
  abstract entry(struct: Bytes, name: Bytes, child: Bytes): bool;

  /** Points `child` at the only entry of a struct; false where it has none or several. */
  abstract onlyEntry(struct: Bytes, child: Bytes): bool;

  /** Points `child` at the element `index` of a list; false where there is none. */
  abstract element(list: Bytes, index: i32, child: Bytes): bool;

  /** Begins to step through a list; one list at a time. */
  abstract openList(list: Bytes): void;

  /** Points `child` at the next element of the list that was opened last; false at its end. */
  abstract nextElement(child: Bytes): bool;

  /** Writes the text of a string. */
  abstract text(string: Bytes, out: ByteWriter): void;
}
