import { hexValue, isDigit } from "../bytes/ascii";
import { ByteWriter } from "../bytes/byte-writer";
import { continuations, highestSecond, lowestSecond, NO_CHARACTER } from "../bytes/utf8";
import { END, JsonScanner } from "./json-scanner";

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

const SURROGATES: string = "both halves of a surrogate pair: \\uD800 to \\uDBFF, then \\uDC00 to \\uDFFF";

/** Reads the values that hold no others: strings, numbers, literals. */
export class JsonTokens extends JsonScanner {
  /** The bytes of the last string, key or number read; valid until the next one is read. */
  readonly token: ByteWriter = new ByteWriter(256);
  /** Whether what is read goes into the token; what is skipped needs no memory, however long it is. */
  protected isKept: bool = true;
  /** A longer string, key or number is cut off at so many bytes. */
  mostBytes: i32 = i32.MAX_VALUE;
  /** Whether the last one was. */
  isCut: bool = false;

  /** Reads the string that stands next into `token`, as UTF-8 with the escapes resolved. */
  readString(): bool {
    if (this.failed) return false;
    this.skipSpace();
    if (this.current() != 0x22) return this.failHere("a string");
    this.index++;
    this.token.clear();
    this.isCut = false;
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
        this.put(<u8>byte);
        this.index++;
      } else if (!this.readUtf8(byte)) return false;
    }
  }

  /** Reads the number that stands next into `token`, as it is written. */
  readNumber(): bool {
    if (this.failed) return false;
    this.skipSpace();
    this.token.clear();
    this.isCut = false;
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

  /** Gives the token's memory back, which no collector would; nothing can be read afterwards. */
  close(): void {
    this.token.free();
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
    this.put(<u8>value);
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
    if (code < 0x80) {
      this.put(<u8>code);
    } else if (code < 0x800) {
      this.put(<u8>(0xc0 | (code >> 6)));
      this.put(<u8>(0x80 | (code & 63)));
    } else if (code < 0x10000) {
      this.put(<u8>(0xe0 | (code >> 12)));
      this.put(<u8>(0x80 | ((code >> 6) & 63)));
      this.put(<u8>(0x80 | (code & 63)));
    } else {
      this.put(<u8>(0xf0 | (code >> 18)));
      this.put(<u8>(0x80 | ((code >> 12) & 63)));
      this.put(<u8>(0x80 | ((code >> 6) & 63)));
      this.put(<u8>(0x80 | (code & 63)));
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

  /** Reads one multi-byte character, checked as `isUtf8` checks. */
  private readUtf8(first: i32): bool {
    let more = continuations(<u8>first);
    if (more == NO_CHARACTER) return this.failHere("UTF-8");
    let low = lowestSecond(<u8>first);
    let high = highestSecond(<u8>first);
    this.take();
    for (; more > 0; more--) {
      const byte = this.current();
      if (byte < <i32>low || byte > <i32>high) return this.failHere("UTF-8");
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
    this.put(<u8>this.current());
    this.index++;
  }

  private put(byte: u8): void {
    if (!this.isKept) return;
    if (this.token.length < this.mostBytes) this.token.byte(byte);
    else this.isCut = true;
  }

  private takeDigits(): bool {
    if (this.current() == END || !isDigit(<u8>this.current())) return this.failHere("a digit");
    while (this.current() != END && isDigit(<u8>this.current())) this.take();
    return true;
  }
}
