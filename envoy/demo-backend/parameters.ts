/** Form parameters as Rack nests them: `a[b][c]=1` is `{a: {b: {c: "1"}}}`. */
export type Parameters = Map<string, ParameterValue>;
export type ParameterValue = string | Parameters;

/** Why parameters cannot be read; both carry the answer the real backend gives. */
export class ParameterError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The decoded names and values of a query string or form body, in their order. */
export function readPairs(text: string): [string, string][] {
  return text
    .split("&")
    .filter((piece) => piece !== "")
    .map((piece) => {
      const equals = piece.indexOf("=");
      return equals < 0 ? [decode(piece), ""] : [decode(piece.slice(0, equals)), decode(piece.slice(equals + 1))];
    });
}

/** Nests decoded pairs; of equal names the last wins. Throws {@link ParameterError} when one name is two things. */
export function nest(pairs: readonly (readonly [string, string])[]): Parameters {
  const root: Parameters = new Map();
  for (const [name, value] of pairs) {
    const [first = "", ...inner] = [name.replace(/\[.*$/s, ""), ...(name.match(/\[[^\]]*\]/g) ?? [])];
    let at = root;
    let key = first;
    for (const part of inner) {
      const next: ParameterValue = at.get(key) ?? new Map<string, ParameterValue>();
      if (typeof next === "string") throw badRequest(`expected Hash (got String) for param \`${key}'`);
      at.set(key, next);
      at = next;
      key = part.slice(1, -1);
    }
    if (at.get(key) instanceof Map) throw badRequest(`expected String (got Hash) for param \`${key}'`);
    at.set(key, value);
  }
  return root;
}

/** A non-empty string parameter; the backend takes an empty one for a missing one. */
export function text(parameters: Parameters, name: string): string | undefined {
  const value = parameters.get(name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function decode(encoded: string): string {
  if (/%(?![0-9a-f]{2})/i.test(encoded)) throw badRequest("invalid %-encoding");
  const bytes = encoded
    .replaceAll("+", " ")
    .replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    throw new ParameterError(422, "not_valid_data", "all data must be valid UTF8");
  }
}

const badRequest = (detail: string): ParameterError =>
  new ParameterError(400, "bad_request", `Invalid query parameters: ${detail}`);
