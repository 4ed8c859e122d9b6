import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { collapseSlashes, decodeUnreserved, isAmbiguous, isNormal, resolveDots, slashBackslashes } from "./path";

const decoded: ByteWriter = new ByteWriter(256);
const slashed: ByteWriter = new ByteWriter(256);
const work: ByteWriter = new ByteWriter(256);
const decodedPath: Bytes = new Bytes();
const slashedPath: Bytes = new Bytes();
const workPath: Bytes = new Bytes();

function form(): ByteWriter {
  return new ByteWriter(256);
}

/** How many readings of one path there are; see `PathForms`. */
const FORMS: i32 = 4;

/**
 * The readings of a request's path that rules must agree on.
 *
 * The first is the normal form: escapes of unreserved characters decoded, backslashes made slashes, dot segments
 * resolved, runs of slashes made one. Envoy routes what it received, and servers differ in what they do to backslashes,
 * dots and doubled slashes; so a path with dot segments or backslashes has further forms: the path as it stands, dots
 * resolved with backslashes kept, and slashes joined before the dots are resolved.
 */
export class PathForms {
  count: i32 = 0;
  private readonly views: StaticArray<Bytes> = [new Bytes(), new Bytes(), new Bytes(), new Bytes()];
  private readonly buffers: StaticArray<ByteWriter> = [form(), form(), form(), form()];

  /** Reads `path` (without its query). The forms are valid until the next path is read. */
  read(path: Bytes): void {
    this.count = 1;
    const normal = this.views[0];
    if (isNormal(path)) return normal.set(path.ptr, path.length);
    decoded.clear();
    decodeUnreserved(path, decoded);
    decoded.viewInto(decodedPath);
    if (!isAmbiguous(decodedPath)) {
      this.buffers[0].clear();
      collapseSlashes(decodedPath, this.buffers[0]);
      return this.keep(0);
    }
    this.count = FORMS;
    for (let i = 0; i < FORMS; i++) this.buffers[i].clear();
    slashed.clear();
    slashBackslashes(decodedPath, slashed);
    slashed.viewInto(slashedPath);
    this.resolveThenCollapse(slashedPath, 0);
    collapseSlashes(decodedPath, this.buffers[1]);
    this.keep(1);
    this.resolveThenCollapse(decodedPath, 2);
    work.clear();
    collapseSlashes(slashedPath, work);
    work.viewInto(workPath);
    resolveDots(workPath, this.buffers[3]);
    this.keep(3);
  }

  /** Returns the form `index`; 0 is the normal form. */
  at(index: i32): Bytes {
    return this.views[<u32>index < <u32>FORMS ? index : 0];
  }

  private resolveThenCollapse(path: Bytes, index: i32): void {
    work.clear();
    resolveDots(path, work);
    work.viewInto(workPath);
    collapseSlashes(workPath, this.buffers[index]);
    this.keep(index);
  }

  private keep(index: i32): void {
    this.buffers[index].viewInto(this.views[index]);
  }
}
