import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import {
  collapseSlashes,
  decodeUnreserved,
  hasDotSegments,
  isAmbiguous,
  isNormal,
  openSegments,
  resolveDots,
  slashBackslashes,
} from "./path";

const decoded: ByteWriter = new ByteWriter(256);
const slashed: ByteWriter = new ByteWriter(256);
const work: ByteWriter = new ByteWriter(256);
const decodedPath: Bytes = new Bytes();
const slashedPath: Bytes = new Bytes();
const workPath: Bytes = new Bytes();

function form(): ByteWriter {
  return new ByteWriter(256);
}

/** How many readings of one path there may be; see `PathForms`. */
const MOST_FORMS: i32 = 5;

/**
 * The readings of a request's path that rules must agree on.
 *
 * The first is the normal form: escapes of unreserved characters decoded, backslashes made slashes, dot segments
 * resolved, runs of slashes made one. Envoy routes what it received, and servers differ in what they do to backslashes,
 * dots and doubled slashes; so a path with dot segments or backslashes has further forms: the path as it stands, dots
 * resolved with backslashes kept, and slashes joined before the dots are resolved. A path whose dot segments show only
 * when escaped separators are decoded and segments' parameters are cut off has the form that results.
 */
export class PathForms {
  count: i32 = 0;
  private readonly views: StaticArray<Bytes> = [new Bytes(), new Bytes(), new Bytes(), new Bytes(), new Bytes()];
  private readonly buffers: StaticArray<ByteWriter> = [form(), form(), form(), form(), form()];

  /** Reads `path` (without its query). The forms are valid until the next path is read. */
  read(path: Bytes): void {
    this.count = 0;
    if (isNormal(path)) {
      this.views[0].set(path.ptr, path.length);
      this.count = 1;
      return;
    }
    decoded.clear();
    decodeUnreserved(path, decoded);
    decoded.viewInto(decodedPath);
    if (isAmbiguous(decodedPath)) this.addReadings();
    else collapseSlashes(decodedPath, this.next());
    slashed.clear();
    if (openSegments(decodedPath, slashed)) {
      slashed.viewInto(slashedPath);
      if (hasDotSegments(slashedPath)) this.addResolved(slashedPath);
    }
    for (let i = 0; i < this.count; i++) this.buffers[i].viewInto(this.views[i]);
  }

  /** Returns the form `index`; 0 is the normal form. */
  at(index: i32): Bytes {
    return this.views[<u32>index < <u32>this.count ? index : 0];
  }

  private addReadings(): void {
    slashed.clear();
    slashBackslashes(decodedPath, slashed);
    slashed.viewInto(slashedPath);
    this.addResolved(slashedPath);
    collapseSlashes(decodedPath, this.next());
    this.addResolved(decodedPath);
    work.clear();
    collapseSlashes(slashedPath, work);
    work.viewInto(workPath);
    resolveDots(workPath, this.next());
  }

  private addResolved(path: Bytes): void {
    work.clear();
    resolveDots(path, work);
    work.viewInto(workPath);
    collapseSlashes(workPath, this.next());
  }

  /** Returns the emptied buffer of the next form. */
  private next(): ByteWriter {
    const buffer = this.buffers[min(this.count++, MOST_FORMS - 1)];
    buffer.clear();
    return buffer;
  }
}
