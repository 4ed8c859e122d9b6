import { Bytes } from "../bytes/bytes";

/**
 * Where a document's bytes come from, a window at a time: a large configuration is never copied whole into the
 * module's memory, which cannot shrink.
 */
export abstract class ByteSource {
  /**
   * Points `window` at the bytes from `offsetBytes` on, as many as the source likes to give.
   * An empty window is the end. The window stays valid until the next call.
   */
  abstract read(offsetBytes: i32, window: Bytes): void;
}

/** A document that lies in memory already. */
export class MemorySource extends ByteSource {
  private readonly document: Bytes;
  private readonly windowBytes: i32;

  constructor(document: Bytes, windowBytes: i32 = i32.MAX_VALUE) {
    super();
    this.document = document;
    this.windowBytes = windowBytes;
  }

  read(offsetBytes: i32, window: Bytes): void {
    const left = this.document.length - offsetBytes;
    if (left <= 0) window.clear();
    else window.set(this.document.ptr + <usize>offsetBytes, min(left, this.windowBytes));
  }
}
