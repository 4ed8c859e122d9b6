/**
 * The meaning of globs, patterns and normal paths, written a second time with regular expressions: slow, short, and
 * sharing no idea with the plugin's. A character of these strings is a byte; a placeholder is one character beyond them.
 */

const PLACEHOLDER = "\u{e000}";

/** What wildcards stand for; a byte that continues a character of UTF-8 counts as none. */
const WILDCARDS: Record<string, string> = {
  "*": "[^]*",
  "+": "[^]*[^\\x80-\\xbf][^]*",
  "?": "[\\x80-\\xbf]*[^\\x80-\\xbf]?[\\x80-\\xbf]*",
};

/** Returns the regular expression of a glob. */
export function globExpression(glob: string): RegExp {
  const source = glob.replaceAll(/\\([^a-z0-9])|([*+?])|[^]/gi, (token, escaped?: string, wildcard?: string) =>
    wildcard === undefined ? literal(escaped ?? token) : WILDCARDS[wildcard]!,
  );
  return new RegExp(`^${source}$`);
}

/** Names the first fault of a pattern as the plugin numbers it: 0 none, 1 empty placeholder, 2 open brace, 3 NUL. */
export function patternFault(pattern: string): number {
  if (pattern.includes("\0")) return 3;
  const fault = /%00|\{\}|\{[^}]*$/.exec(pattern.replaceAll(/\{[^}]+\}/g, PLACEHOLDER));
  if (fault === null) return 0;
  if (fault[0] === "%00") return 3;
  return fault[0] === "{}" ? 1 : 2;
}

/** Returns a function that says whether a pattern without faults matches a path as it stands and a query. */
export function patternMatcher(pattern: string): (path: string, query: string) => boolean {
  const marked = pattern.replaceAll(/\{[^}]+\}/g, PLACEHOLDER);
  const [, wholePath, wholeQuery] = /^([^?]*)\??([^]*)$/.exec(marked)!;
  const isAnchored = wholePath!.endsWith("$");
  const path = normalForm(isAnchored ? wholePath!.slice(0, -1) : wholePath!);
  const expression = new RegExp(`^${withPlaceholders(path, "[^/]+")}${isAnchored ? "$" : ""}`);
  const conditions = readConditions(wholeQuery!);
  return (text, query) => {
    if (!expression.test(text)) return false;
    const parameters = readQuery(query);
    return [...conditions].every(([name, value]) => {
      const names = new RegExp(`^${withPlaceholders(name, "[^]+")}$`);
      const values = new RegExp(value === undefined ? "" : `^${withPlaceholders(value, "[^]+")}$`);
      return [...parameters].some(([key, given]) => names.test(key) && values.test(given));
    });
  };
}

/** Returns the normal form of a path, after which rules are matched. */
export function normalForm(path: string): string {
  return collapse(removeDotSegments(decodeUnreserved(path).replaceAll("\\", "/")));
}

/** Returns all readings of a path, the normal form first. */
export function pathForms(path: string): string[] {
  const decoded = decodeUnreserved(path);
  const forms = [
    normalForm(path),
    collapse(decoded),
    collapse(removeDotSegments(decoded)),
    removeDotSegments(collapse(decoded.replaceAll("\\", "/"))),
  ];
  // As servers read it that decode separators first, or cut the parameters of segments off.
  const opened = decoded.replaceAll(/%(?:2F|5C)/g, "/").replaceAll(/;[^/]*/g, "");
  const hasDots = opened.split("/").some((segment) => segment === "." || segment === "..");
  if (opened !== decoded && hasDots) forms.push(collapse(removeDotSegments(opened)));
  return forms;
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function withPlaceholders(text: string, expression: string): string {
  return text.split(PLACEHOLDER).map(literal).join(expression);
}

function decodeUnreserved(path: string): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (escape, hex: string) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    return /[a-z0-9\-._~]/i.test(character) ? character : escape.toUpperCase();
  });
}

function collapse(path: string): string {
  return path.replaceAll(/\/+/g, "/");
}

/** RFC 3986, 5.2.4, step by step as it stands there. */
function removeDotSegments(path: string): string {
  if (!path.startsWith("/")) return path;
  let input = path;
  let output = "";
  while (input !== "") {
    if (input.startsWith("/./")) input = input.slice(2);
    else if (input === "/.") input = "/";
    else if (input.startsWith("/../") || input === "/..") {
      input = "/" + input.slice(4);
      output = output.replace(/\/[^/]*$/, "");
    } else {
      const segment = /^\/[^/]*/.exec(input)![0];
      output += segment;
      input = input.slice(segment.length);
    }
  }
  return output;
}

function decodeForm(text: string): string {
  return text
    .replaceAll("+", " ")
    .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Returns the value of each parameter, the last of duplicates. */
function readQuery(query: string): Map<string, string> {
  return new Map([...split(query)].map(([name, value]) => [name, value ?? ""]));
}

/** Returns what each named parameter has to be, undefined for any value; the last of duplicates. */
function readConditions(query: string): Map<string, string | undefined> {
  return new Map(split(query));
}

function split(query: string): [string, string | undefined][] {
  return query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const [, name, , value] = /^([^=]*)(=([^]*))?$/.exec(part)!;
      return [decodeForm(name!), value === undefined ? undefined : decodeForm(value)];
    });
}
