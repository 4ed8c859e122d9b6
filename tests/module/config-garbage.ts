const WORDS = [
  ..."{}[],:",
  ..."{}[],:",
  '"',
  "\\",
  " ",
  "\n",
  "true",
  "false",
  "null",
  "nul",
  "0",
  "-",
  "1.5e+3",
  "99999999999999999999",
  '"x"',
  '"é"',
  '"\\ud800"',
  '"\\u00e9"',
  '"{}"',
];

const NAMES = [
  ...["api", "system", "backend", "services", "passthrough_metadata", "cache", "debug", "name", "upstream", "url"],
  ...["timeout", "extensions", "on_failure", "mode", "status", "token", "ttl", "id", "environment", "authorities"],
  ...["credentials", "mapping_rules", "responses", "enforce", "skip", "user_key", "app_id", "app_key", "header", "é"],
  ...["query_string", "filter", "keys", "ops", "path", "method", "pattern", "usages", "last", "delta", "split", "test"],
  ...["if", "then", "else", "any", "swap", "from", "to", "partial", "json", "log", "msg", "level", "unknown", ""],
];

const SCALARS = [
  ...["null", "true", "false", "0", "-1", "1.0", "600", "1e3", "9223372036854775808", '""', '"v1"', '"http://b"'],
  ...[
    '"https://a:b@c:99999/?d"',
    '"GET"',
    '"/{a}"',
    '"{}"',
    '"{"',
    '"*"',
    '"a\\\\b"',
    '"deny"',
    '"strrev"',
    '"\\u0000"',
  ],
];

/** Documents that are somewhat like configurations, the same ones for the same seed. */
export class Garbage {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Words of JSON one after another. */
  words(): string {
    return Array.from({ length: 1 + this.#below(60) }, () =>
      this.#below(4) > 0 ? this.#one(WORDS) : `"${this.#one(NAMES)}"`,
    ).join("");
  }

  /** A JSON object of any shape. */
  json(): string {
    return this.#object(6);
  }

  bytes(): Uint8Array {
    return Uint8Array.from({ length: 1 + this.#below(200) }, () => this.#below(256));
  }

  /** `bytes` with pieces left out, repeated and overwritten. */
  damaged(bytes: Uint8Array): Uint8Array {
    let damaged = [...bytes];
    for (let times = 1 + this.#below(4); times > 0; times--) {
      const from = this.#below(damaged.length);
      const to = from + this.#below(20);
      const piece = damaged.slice(from, to);
      const middle =
        [[], [...piece, ...piece], piece.map(() => this.#below(256)), piece.toReversed()][this.#below(4)] ?? [];
      damaged = [...damaged.slice(0, from), ...middle, ...damaged.slice(to)];
    }
    return Uint8Array.from(damaged);
  }

  #object(depth: number): string {
    const fields = Array.from({ length: this.#below(6) }, () => `"${this.#one(NAMES)}": ${this.#value(depth - 1)}`);
    return `{${fields.join(", ")}}`;
  }

  #value(depth: number): string {
    const kind = depth === 0 ? 2 : this.#below(4);
    if (kind === 0) return this.#object(depth);
    if (kind === 1) return `[${Array.from({ length: this.#below(4) }, () => this.#value(depth - 1)).join(", ")}]`;
    return this.#one(SCALARS);
  }

  #one(of: readonly string[]): string {
    return of[this.#below(of.length)] ?? "";
  }

  /** A whole number from 0 to `limit` - 1: mulberry32. */
  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }
}
