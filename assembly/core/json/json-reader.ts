import { hexValue, isDigit } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { ByteSource } from "./byte-source";

/** What stands next in the document. */
export const enum Kind {
  Object,
  Array,
  String,
  Number,
  True,
  False,
  Null,
  /** A byte that begins no value, or the end of the document. The reader has failed. */
  Invalid,
}

/** Nesting that a document may have; deeper is refused, so that no input exhausts the stack. */
export const MAX_DEPTH: i32 = 128;

const END: i32 = -1;

const OPENING: string =
  'the opening "{" of a configuration in JSON (in Envoy\'s own configuration: a google.protobuf.StringValue, not a Struct)';
const SURROGATES: string = "both halves of a surrogate pair: \\uD800 to \\uDBFF, then \\uDC00 to \\uDFFF";

/**
 * A pull reader of RFC 8259 over bytes. It keeps line and column, and never traps: a fault makes it fail for good,
 * `failed` says so, and every loop over keys or elements ends.
 *
 *     for (reader.enterArray(); reader.nextElement(); ) if (reader.peek() == Kind.String) reader.readString();
 */
export class JsonReader {
  /** The bytes of the last string, key or number read; valid until the next one is read. */
  readonly token: ByteWriter = new ByteWriter(256);
  failed: bool = false;
  /** Of a failed reader: what may stand there. */
  expected: string = "";
  /** Line and column (1-based; columns count bytes) where the last peeked value, read key or fault begins. */
  line: i32 = 1;
  column: i32 = 1;

  private foundByte: i32 = END;
  private readonly source: ByteSource;
  private readonly window: Bytes = new Bytes();
  private windowOffset: i32 = 0;
  private index: i32 = 0;
  private lineNumber: i32 = 1;
  private lineOffset: i32 = 0;
  private depth: i32 = 0;
  /** Whether the container at each depth has had an element. */
  private readonly started: StaticArray<bool> = new StaticArray<bool>(MAX_DEPTH + 1);

  constructor(source: ByteSource) {
    this.source = source;
    source.read(0, this.window);
  }

  /** Begins anew with what the source gives now. */
  restart(): void {
    this.failed = false;
    this.windowOffset = 0;
    this.index = 0;
    this.lineNumber = 1;
    this.lineOffset = 0;
    this.depth = 0;
    this.source.read(0, this.window);
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

  /** Skips white space and says what stands next, without reading it. */
  peek(): Kind {
    if (this.failed) return Kind.Invalid;
    const byte = this.skipSpace();
    this.mark();
    switch (byte) {
      case 0x7b:
        return Kind.Object;
      case 0x5b:
        return Kind.Array;
      case 0x22:
        return Kind.String;
      case 0x74:
        return Kind.True;
      case 0x66:
        return Kind.False;
      case 0x6e:
        return Kind.Null;
      case 0x2d:
        return Kind.Number;
      default:
        if (byte != END && isDigit(<u8>byte)) return Kind.Number;
        // As in `nextKey`.
        if (byte == 0x5d && unchecked(this.closers[this.depth]) == 0x5d) {
          this.fail("another value: no comma may follow the last element");
        } else this.fail(this.depth == 0 ? OPENING : "a JSON value");
        return Kind.Invalid;
    }
  }

  /** Enters the object that stands next. */
  enterObject(): void {
    this.enter(0x7b, "an object");
  }

  /** Enters the array that stands next. */
  enterArray(): void {
    this.enter(0x5b, "an array");
  }

  /** Reads the next key of the object into `token`; false at its end, which it leaves. */
  nextKey(): bool {
    if (!this.next(0x7d, '"," or "}"')) return false;
    this.skipSpace();
    this.mark();
    const byte = this.current();
    // The end of the object has been seen to, so a brace can only follow a comma.
    if (byte == 0x7d) return this.fail("another key: no comma may follow the last field");
    if (byte != 0x22) return this.fail("a key in double quotes");
    const line = this.line;
    const column = this.column;
    if (!this.readString()) return false;
    if (this.skipSpace() != 0x3a) return this.failHere('":"');
    this.index++;
    this.line = line;
    this.column = column;
    return true;
  }

  /** Says whether the array has another element; false at its end, which it leaves. */
  nextElement(): bool {
    return this.next(0x5d, '"," or "]"');
  }

  /** Reads the string that stands next into `token`, as UTF-8 with the escapes resolved. */
  readString(): bool {
    if (this.failed) return false;
    this.skipSpace();
    if (this.current() != 0x22) return this.failHere("a string");
    this.index++;
    const token = this.token;
    token.clear();
    while (true) {
      const byte = this.current();
      if (byte == END) return this.failHere("the double quote that ends a string");
      if (byte == 0x22) {
        this.index++;
        return true;
      }
      if (byte < 0x20) return this.failHere("a string without control characters (write \\n, \\t, \\u00XX)");
      if (byte == 0x5c) {
        if (!this.readEscape()) return false;
      } else if (byte < 0x80) {
        token.byte(<u8>byte);
        this.index++;
      } else if (!this.readUtf8(byte)) return false;
    }
  }

  /** Reads the number that stands next into `token`, as it is written. */
  readNumber(): bool {
    if (this.failed) return false;
    this.skipSpace();
    this.token.clear();
    if (this.current() == 0x2d) this.take();
    if (this.current() == 0x30) {
      this.take();
      if (this.current() != END && isDigit(<u8>this.current())) return this.failHere("no digit after a leading zero");
    } else if (!this.takeDigits()) return false;
    if (this.current() == 0x2e) {
      this.take();
      if (!this.takeDigits()) return false;
    }
    if ((this.current() | 0x20) == 0x65) {
      this.take();
      if (this.current() == 0x2b || this.current() == 0x2d) this.take();
      if (!this.takeDigits()) return false;
    }
    return true;
  }

  /** Reads the `true`, `false` or `null` that stands next. */
  readLiteral(kind: Kind): bool {
    if (kind == Kind.True) return this.literal("true");
    if (kind == Kind.False) return this.literal("false");
    return this.literal("null");
  }

  /** Reads the value that stands next and forgets it. */
  skipValue(): bool {
    const outer = this.depth;
    do {
      switch (this.peek()) {
        case Kind.Object:
          this.enterObject();
          break;
        case Kind.Array:
          this.enterArray();
          break;
        case Kind.String:
          this.readString();
          break;
        case Kind.Number:
          this.readNumber();
          break;
        case Kind.True:
          this.readLiteral(Kind.True);
          break;
        case Kind.False:
          this.readLiteral(Kind.False);
          break;
        case Kind.Null:
          this.readLiteral(Kind.Null);
          break;
        default:
          return false;
      }
      // Out of every container that ends here, on to the next value of the innermost one that does not.
      while (this.depth > outer && !this.failed && !this.nextInContainer()) continue;
    } while (this.depth > outer && !this.failed);
    return !this.failed;
  }

  /** Says whether nothing but white space is left; fails otherwise. */
  atEnd(): bool {
    if (this.failed) return false;
    if (this.skipSpace() == END) return true;
    return this.failHere("nothing after the configuration's closing brace");
  }

  /** Gives the token's memory back, which no collector would; nothing can be read afterwards. */
  close(): void {
    this.token.free();
  }

  /** Whether the container at each depth is an object (`0x7d`) or an array (`0x5d`). */
  private readonly closers: StaticArray<u8> = new StaticArray<u8>(MAX_DEPTH + 1);

  private nextInContainer(): bool {
    return unchecked(this.closers[this.depth]) == 0x7d ? this.nextKey() : this.nextElement();
  }

  private enter(opener: u8, expected: string): void {
    if (this.failed) return;
    if (this.skipSpace() != opener) {
      this.failHere(expected);
      return;
    }
    if (this.depth == MAX_DEPTH) {
      this.failHere("at most 128 levels of nesting");
      return;
    }
    this.index++;
    this.depth++;
    unchecked((this.started[this.depth] = false));
    unchecked((this.closers[this.depth] = opener + 2));
  }

  private next(closer: u8, expected: string): bool {
    if (this.failed || this.depth == 0) return false;
    const byte = this.skipSpace();
    const started = unchecked(this.started[this.depth]);
    if (byte == closer) {
      this.index++;
      this.depth--;
      return false;
    }
    if (!started) {
      unchecked((this.started[this.depth] = true));
      return byte == END ? this.failHere(expected) : true;
    }
    if (byte != 0x2c) return this.failHere(expected);
    this.index++;
    // A closing bracket after a comma is no value and no key: those who read them say so.
    return true;
  }

  private readEscape(): bool {
    this.index++;
    const byte = this.current();
    let value: i32;
    switch (byte) {
      case 0x22:
      case 0x5c:
      case 0x2f:
        value = byte;
        break;
      case 0x62:
        value = 0x08;
        break;
      case 0x66:
        value = 0x0c;
        break;
      case 0x6e:
        value = 0x0a;
        break;
      case 0x72:
        value = 0x0d;
        break;
      case 0x74:
        value = 0x09;
        break;
      case 0x75:
        return this.readUnicodeEscape();
      default:
        return this.failHere('one of " \\ / b f n r t u after a backslash (a backslash itself is written \\\\)');
    }
    this.index++;
    this.token.byte(<u8>value);
    return true;
  }

  private readUnicodeEscape(): bool {
    let code = this.readHex4();
    if (code < 0) return false;
    if (code >= 0xd800 && code < 0xe000) {
      if (code >= 0xdc00 || this.current() != 0x5c) return this.failHere(SURROGATES);
      this.index++;
      if (this.current() != 0x75) return this.failHere(SURROGATES);
      const low = this.readHex4();
      if (low < 0) return false;
      if (low < 0xdc00 || low >= 0xe000) return this.failHere(SURROGATES);
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    const token = this.token;
    if (code < 0x80) {
      token.byte(<u8>code);
    } else if (code < 0x800) {
      token.byte(<u8>(0xc0 | (code >> 6)));
      token.byte(<u8>(0x80 | (code & 63)));
    } else if (code < 0x10000) {
      token.byte(<u8>(0xe0 | (code >> 12)));
      token.byte(<u8>(0x80 | ((code >> 6) & 63)));
      token.byte(<u8>(0x80 | (code & 63)));
    } else {
      token.byte(<u8>(0xf0 | (code >> 18)));
      token.byte(<u8>(0x80 | ((code >> 12) & 63)));
      token.byte(<u8>(0x80 | ((code >> 6) & 63)));
      token.byte(<u8>(0x80 | (code & 63)));
    }
    return true;
  }

  /** Reads the four digits after `\u`, whose `u` stands next; -1 for a fault. */
  private readHex4(): i32 {
    let code = 0;
    for (let i = 0; i < 4; i++) {
      this.index++;
      const byte = this.current();
      const value = byte == END ? -1 : hexValue(<u8>byte);
      if (value < 0) {
        this.failHere("four hexadecimal digits after \\u");
        return -1;
      }
      code = (code << 4) | value;
    }
    this.index++;
    return code;
  }

  /** Reads one multi-byte character, checked as RFC 3629 says: no overlong form, no surrogate, nothing over U+10FFFF. */
  private readUtf8(first: i32): bool {
    let more = 0;
    let low = 0x80;
    let high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
      more = 1;
    } else if ((first & 0xf0) == 0xe0) {
      more = 2;
      if (first == 0xe0) low = 0xa0;
      if (first == 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      more = 3;
      if (first == 0xf0) low = 0x90;
      if (first == 0xf4) high = 0x8f;
    } else return this.failHere("UTF-8");
    this.take();
    for (; more > 0; more--) {
      const byte = this.current();
      if (byte < low || byte > high) return this.failHere("UTF-8");
      this.take();
      low = 0x80;
      high = 0xbf;
    }
    return true;
  }

  private literal(text: string): bool {
    if (this.failed) return false;
    this.skipSpace();
    for (let i = 0; i < text.length; i++) {
      if (this.current() != text.charCodeAt(i)) return this.failHere(text);
      this.index++;
    }
    return true;
  }

  private take(): void {
    this.token.byte(<u8>this.current());
    this.index++;
  }

  private takeDigits(): bool {
    if (this.current() == END || !isDigit(<u8>this.current())) return this.failHere("a digit");
    while (this.current() != END && isDigit(<u8>this.current())) this.take();
    return true;
  }

  /** Returns the byte that stands next, END at the end of the document. */
  private current(): i32 {
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

  private skipSpace(): i32 {
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

  private mark(): void {
    this.line = this.lineNumber;
    this.column = this.windowOffset + this.index - this.lineOffset + 1;
  }

  private failHere(expected: string): bool {
    this.mark();
    return this.fail(expected);
  }

  /** Fails for good, at the marked place. Only one byte of what was found is shown: it may be inside a secret. */
  private fail(expected: string): bool {
    if (this.failed) return false;
    this.failed = true;
    this.expected = expected;
    this.foundByte = this.current();
    return false;
  }
}
