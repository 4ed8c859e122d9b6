import { Bytes } from "../bytes/bytes";
import { ByteSource } from "./byte-source";

/** Stands for the end of the document where a byte is expected. */
export const END: i32 = -1;

/**
 * Steps through a document byte by byte, window by window, with line and column. A fault makes it fail for good; `failed`
 * says so, and what is read afterwards is the fault's place.
 */
export class JsonScanner {
  failed: bool = false;
  /** Of a failed reader: what may stand there. */
  expected: string = "";
  /** Line and column (1-based; columns count bytes) where the last peeked value, read key or fault begins. */
  line: i32 = 1;
  column: i32 = 1;

  protected index: i32 = 0;
  private foundByte: i32 = END;
  private readonly source: ByteSource;
  private readonly window: Bytes = new Bytes();
  private windowOffset: i32 = 0;
  private lineNumber: i32 = 1;
  private lineOffset: i32 = 0;

  constructor(source: ByteSource) {
    this.source = source;
    source.read(0, this.window);
  }

  /** Of a failed reader: what stood there. */
  get found(): string {
    const byte = this.foundByte;
    if (byte == END) return "the end of the configuration";
    if (byte == 0x22) return "a double quote";
    if (byte > 0x20 && byte < 0x7f) return '"' + String.fromCharCode(byte) + '"';
    return "byte 0x" + (byte < 16 ? "0" : "") + byte.toString(16);
  }

  /** How many bytes lie before what stands next. */
  get offset(): i32 {
    return this.windowOffset + this.index;
  }

  /** Begins anew with what the source gives now. */
  protected rewind(): void {
    this.failed = false;
    this.windowOffset = 0;
    this.index = 0;
    this.lineNumber = 1;
    this.lineOffset = 0;
    this.source.read(0, this.window);
  }

  /** Returns the byte that stands next, END at the end of the document. */
  protected current(): i32 {
    if (this.index < this.window.length) return load<u8>(this.window.ptr + <usize>this.index);
    return this.refill();
  }

  private refill(): i32 {
    if (this.window.length == 0) return END;
    this.windowOffset += this.window.length;
    this.index = 0;
    this.source.read(this.windowOffset, this.window);
    return this.window.length == 0 ? END : load<u8>(this.window.ptr);
  }

  protected skipSpace(): i32 {
    while (true) {
      const byte = this.current();
      if (byte == 0x0a) {
        this.index++;
        this.lineNumber++;
        this.lineOffset = this.windowOffset + this.index;
      } else if (byte == 0x20 || byte == 0x09 || byte == 0x0d) {
        this.index++;
      } else return byte;
    }
  }

  protected mark(): void {
    this.line = this.lineNumber;
    this.column = this.windowOffset + this.index - this.lineOffset + 1;
  }

  protected failHere(expected: string): bool {
    this.mark();
    return this.fail(expected);
  }

  /** Fails for good, at the marked place. Only one byte of what was found is shown: it may be inside a secret. */
  protected fail(expected: string): bool {
    if (this.failed) return false;
    this.failed = true;
    this.expected = expected;
    this.foundByte = this.current();
    return false;
  }
}
