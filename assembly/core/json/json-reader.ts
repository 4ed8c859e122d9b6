import { isDigit } from "../bytes/ascii";
import { END } from "./json-scanner";
import { JsonTokens, Kind } from "./json-tokens";

/** Nesting that a document may have; deeper is refused, so that no input exhausts the stack. */
export const MAX_DEPTH: i32 = 128;

/** What is expected at the beginning. */
export const OPENING: string =
  'the opening "{" of a configuration in JSON (in Envoy\'s own configuration: a google.protobuf.StringValue, not a Struct)';

/**
 * A pull reader of RFC 8259 over bytes. It keeps line and column, and never traps: a fault makes it fail for good,
 * `failed` says so, and every loop over keys or elements ends.
 *
 *     for (reader.enterArray(); reader.nextElement(); ) if (reader.peek() == Kind.String) reader.readString();
 */
export class JsonReader extends JsonTokens {
  private depth: i32 = 0;
  /** Whether the container at each depth has had an element. */
  private readonly started: StaticArray<bool> = new StaticArray<bool>(MAX_DEPTH + 1);
  /** Whether the container at each depth is an object (`0x7d`) or an array (`0x5d`). */
  private readonly closers: StaticArray<u8> = new StaticArray<u8>(MAX_DEPTH + 1);

  /** Begins anew with what the source gives now. */
  restart(): void {
    this.rewind();
    this.depth = 0;
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

  /** Reads the value that stands next and forgets it. */
  skipValue(): bool {
    this.isKept = false;
    const isWhole = this.passValue();
    this.isKept = true;
    return isWhole;
  }

  private passValue(): bool {
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
}
