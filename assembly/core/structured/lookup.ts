import { isDigit } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { StructuredFormat, ValueKind } from "./structured-value";

const ZERO: Bytes = Bytes.of("0");

/** How a lookup ends. */
export const enum LookupResult {
  Found,
  PathNotFound,
  KeyNotFound,
  /** What is found is neither a string nor a list of strings, nor a struct with one entry that is such. */
  NotStrings,
}

/** Takes the strings that a lookup finds, in order. */
export abstract class StringSink {
  /** Where the text of the next string is written. */
  readonly buffer: ByteWriter = new ByteWriter(256);

  /** Takes what is in the buffer; false where no more can be taken. */
  abstract take(): bool;
}

const current: Bytes = new Bytes();
const next: Bytes = new Bytes();
const element: Bytes = new Bytes();
const text: ByteWriter = new ByteWriter(256);
const textView: Bytes = new Bytes();

/**
 * Looks strings up in a structured value: first along `path`, each segment of which has to lead on; then by the first of
 * `keys` that is there; without keys what the path leads to is taken. What is found must be a string, a list of strings, or
 * (with keys) a struct whose only entry is one of these.
 */
export function lookUp(
  format: StructuredFormat,
  value: Bytes,
  path: Bytes[],
  pathStart: i32,
  keys: Bytes[],
  sink: StringSink,
): LookupResult {
  current.set(value.ptr, value.length);
  for (let i = pathStart; i < path.length; i++) {
    // An empty segment stays where it is, as in threescale-wasm-auth.
    if (path[i].isEmpty()) continue;
    if (!member(format, current, path[i], next) && !onlyEntryForZero(format, current, path[i], next)) {
      return LookupResult.PathNotFound;
    }
    current.set(next.ptr, next.length);
  }
  if (keys.length == 0) return takeStrings(format, current, sink) ? LookupResult.Found : LookupResult.NotStrings;
  if (!firstMember(format, keys)) return LookupResult.KeyNotFound;
  return takeResolvable(format, sink) ? LookupResult.Found : LookupResult.NotStrings;
}

/** Points `next` at what the first key leads to that is there. */
function firstMember(format: StructuredFormat, keys: Bytes[]): bool {
  for (let i = 0; i < keys.length; i++) if (member(format, current, keys[i], next)) return true;
  for (let i = 0; i < keys.length; i++) if (onlyEntryForZero(format, current, keys[i], next)) return true;
  return false;
}

/** An entry of a struct by its name, an element of a list by its index, a string by itself. */
function member(format: StructuredFormat, value: Bytes, name: Bytes, child: Bytes): bool {
  switch (format.kindOf(value)) {
    case ValueKind.Struct:
      return format.entry(value, name, child);
    case ValueKind.List: {
      const index = indexOf(name);
      return index >= 0 && format.element(value, index, child);
    }
    case ValueKind.String:
      text.clear();
      format.text(value, text);
      text.viewInto(textView);
      child.set(value.ptr, value.length);
      return textView.equals(name);
    default:
      return false;
  }
}

/** `0` is the only entry of a struct, whatever its name. */
function onlyEntryForZero(format: StructuredFormat, value: Bytes, name: Bytes, child: Bytes): bool {
  return name.equals(ZERO) && format.kindOf(value) == ValueKind.Struct && format.onlyEntry(value, child);
}

function takeResolvable(format: StructuredFormat, sink: StringSink): bool {
  if (format.kindOf(next) != ValueKind.Struct) return takeStrings(format, next, sink);
  return format.onlyEntry(next, element) && takeStringsOf(format, element, sink);
}

function takeStringsOf(format: StructuredFormat, value: Bytes, sink: StringSink): bool {
  next.set(value.ptr, value.length);
  return takeStrings(format, next, sink);
}

function takeStrings(format: StructuredFormat, value: Bytes, sink: StringSink): bool {
  const kind = format.kindOf(value);
  if (kind == ValueKind.String) return takeString(format, value, sink);
  if (kind != ValueKind.List) return false;
  format.openList(value);
  while (format.nextElement(element)) if (format.kindOf(element) != ValueKind.String) return false;
  format.openList(value);
  while (format.nextElement(element)) if (!takeString(format, element, sink)) return false;
  return true;
}

function takeString(format: StructuredFormat, value: Bytes, sink: StringSink): bool {
  sink.buffer.clear();
  format.text(value, sink.buffer);
  return sink.take();
}

/** Returns a list's index, as Rust's `usize::from_str` reads it: digits after an optional `+`; -1 for anything else. */
function indexOf(name: Bytes): i32 {
  let index: i32 = 0;
  const start = name.at(0) == 0x2b ? 1 : 0;
  if (name.length == start) return -1;
  for (let i = start; i < name.length; i++) {
    if (!isDigit(name.at(i)) || index > 100000000) return -1;
    index = index * 10 + (name.at(i) - 0x30);
  }
  return index;
}
