import { Bytes } from "../bytes/bytes";
import { BytesIndex } from "../bytes/bytes-index";
import { AuthorityPattern } from "./authority";
import { Glob } from "./glob";

/** No service. */
export const NO_SERVICE: i32 = -1;

const part: Bytes = new Bytes();

/** Texts of one kind (whole authorities, their ends, their beginnings), each with the first service that lists it. */
class Texts {
  private readonly index: BytesIndex = new BytesIndex();
  private readonly services: i32[] = [];
  /** The distinct lengths of the texts. */
  private readonly lengths: i32[] = [];

  add(text: Bytes, service: i32): void {
    const number = this.index.add(text);
    if (number < this.services.length) {
      this.services[number] = min(this.services[number], service);
      return;
    }
    this.services.push(service);
    if (!this.lengths.includes(text.length)) this.lengths.push(text.length);
  }

  /** Returns the service of a text, `otherwise` where it has none. */
  find(text: Bytes, otherwise: i32): i32 {
    const number = this.index.find(text);
    return number < 0 ? otherwise : this.services[number];
  }

  /** Returns the least of `otherwise` and the services of all texts that `authority` begins with, or ends with. */
  findParts(authority: Bytes, atEnd: bool, otherwise: i32): i32 {
    let least = otherwise;
    for (let i = 0; i < this.lengths.length; i++) {
      const length = this.lengths[i];
      if (length > authority.length) continue;
      const start = atEnd ? authority.length - length : 0;
      part.set(authority.ptr + <usize>start, length);
      least = min(least, this.find(part, i32.MAX_VALUE));
    }
    return least;
  }
}

/** A glob that is none of the simple kinds. */
class OtherPattern {
  constructor(
    readonly pattern: AuthorityPattern,
    readonly service: i32,
  ) {}
}

/**
 * Finds the first listed service that has an authority, at a cost that does not grow with the number of services: whole
 * authorities, `*end` and `beginning*` are looked up, other globs are tried one by one. Of one scheme, as the normal form
 * depends on it.
 */
export class ServiceIndex {
  private readonly wholes: Texts = new Texts();
  private readonly ends: Texts = new Texts();
  private readonly beginnings: Texts = new Texts();
  private readonly others: OtherPattern[] = [];

  constructor(private readonly https: bool) {}

  /** Takes an authority of a service. Services may come in any order. */
  add(pattern: AuthorityPattern, service: i32): void {
    const glob: Glob = pattern.globFor(this.https);
    if (glob.isWhole()) this.wholes.add(glob.first, service);
    // A default port restricts a glob further, so it is tried itself.
    else if (pattern.isDefaultPort(this.https)) this.addOther(new OtherPattern(pattern, service));
    else if (glob.isEnd()) this.ends.add(glob.last, service);
    else if (glob.isBeginning()) this.beginnings.add(glob.first, service);
    else this.addOther(new OtherPattern(pattern, service));
  }

  /** Keeps the other patterns in the order of their services. */
  private addOther(other: OtherPattern): void {
    const others = this.others;
    others.push(other);
    for (let i = others.length - 1; i > 0 && others[i - 1].service > other.service; i--) {
      others[i] = others[i - 1];
      others[i - 1] = other;
    }
  }

  /** Returns the number of the first service that has `authority`, in normal form; NO_SERVICE where none has. */
  find(authority: Bytes): i32 {
    let least = this.wholes.find(authority, i32.MAX_VALUE);
    least = this.ends.findParts(authority, true, least);
    least = this.beginnings.findParts(authority, false, least);
    for (let i = 0; i < this.others.length; i++) {
      const other = this.others[i];
      if (other.service >= least) break;
      if (other.pattern.matches(authority, this.https)) least = other.service;
    }
    return least == i32.MAX_VALUE ? NO_SERVICE : least;
  }
}
