import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { readForm } from "../../../assembly/core/request/form";
import { Pairs } from "../../../assembly/core/request/pairs";
import { ParameterIndex } from "../../../assembly/core/request/parameter-index";
import { PathForms } from "../../../assembly/core/request/path-forms";
import { Glob } from "../../../assembly/core/service/glob";
import { Pattern } from "../../../assembly/core/usage/pattern";

// What property tests outside the module call. Texts go in and out through `area`, one byte a character.

const AREA_BYTES: i32 = 65536;
const area: usize = heap.alloc(AREA_BYTES);
const forms: PathForms = new PathForms();
const parameters: Pairs = new Pairs();
const index: ParameterIndex = new ParameterIndex();
const buffer: ByteWriter = new ByteWriter(256);
let glob: Glob = Glob.parse(new Bytes());
let pattern: Pattern | null = null;

/** Returns where texts go; there is room for 64 KiB. */
export function areaPtr(): usize {
  return area;
}

/** Takes the area's first `length` bytes as the glob of the calls to come. */
export function setGlob(length: i32): void {
  glob = Glob.parse(Bytes.copyOf(area, length));
  __collect();
}

export function globMatches(length: i32): bool {
  return glob.matches(Bytes.view(area, length));
}

/** Takes the area's first `length` bytes as the pattern of the calls to come; returns its fault, 0 for none. */
export function setPattern(length: i32): i32 {
  const text = Bytes.copyOf(area, length);
  const fault = Pattern.check(text);
  pattern = fault == 0 ? Pattern.compile(text) : null;
  __collect();
  return fault;
}

/** Matches the pattern with a path as it stands and with a query, which follows the path in the area. */
export function patternMatches(pathLength: i32, queryLength: i32): bool {
  const current = pattern;
  if (current == null) return false;
  readForm(Bytes.view(area + <usize>pathLength, queryLength), buffer, parameters);
  index.read(parameters);
  return current.matches(Bytes.view(area, pathLength), index);
}

/** Reads the forms of the path in the area's first `length` bytes; returns how many there are. */
export function readForms(length: i32): i32 {
  forms.read(Bytes.copyOf(area, length));
  return forms.count;
}

/** Writes form `index` of the path read last into the area; returns its length. */
export function takeForm(index: i32): i32 {
  const form = forms.at(index);
  memory.copy(area, form.ptr, <usize>form.length);
  return form.length;
}
