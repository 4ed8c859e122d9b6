import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/**
 * What the admin API does instead of answering a fetch as it should: gets the response to write, and the body that would have
 * been right (undefined where the answer is no document). Whatever it leaves open ends with the connection.
 */
export type Fault = (response: ServerResponse, document: string | undefined) => void | Promise<void>;

const MIB = 1024 * 1024;
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
const PADDING = '"txt_padding":"';
const PADDING_END = '",';
const FALLBACK = JSON.stringify({ proxy_config: { content: { proxy: { proxy_rules: [] } } } });

/** Never answers. */
export const HANG: Fault = () => undefined;

/** Closes the connection without an answer. */
export const RESET: Fault = (response) => {
  response.socket?.resetAndDestroy();
};

/** Any status, as a proxy in front would send it. */
export function status(code: number, body = "<html><body>something went wrong</body></html>"): Fault {
  return (response) => {
    response.writeHead(code, { "content-type": "text/html" });
    response.end(body);
  };
}

/** 500 with an HTML page. */
export const INTERNAL_ERROR = status(500);

/** 302 to a login page. */
export function redirect(location = "https://admin.example.com/p/login"): Fault {
  return (response) => {
    response.writeHead(302, { location, "content-type": "text/html" });
    response.end(`<html><body>You are being <a href="${location}">redirected</a>.</body></html>`);
  };
}

/** 200 with any body. */
export function body(content: string | Buffer): Fault {
  return (response) => {
    response.writeHead(200, JSON_TYPE);
    response.end(content);
  };
}

/** 200 with nothing. */
export const EMPTY_BODY = body("");

/** 200 with bytes that are no JSON and no UTF-8. */
export const GARBAGE = body(Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 131 + 7) & 0xff)));

/** 200 and a complete HTTP message whose JSON ends in the middle. */
export const CUT_JSON: Fault = (response, document = FALLBACK) =>
  body(document.slice(0, document.length / 2))(response, document);

/** 200, and the connection ends in the middle of the body. */
export const CUT_BODY: Fault = async (response, document = FALLBACK) => {
  response.writeHead(200, { ...JSON_TYPE, "content-length": String(Buffer.byteLength(document)) });
  await written(response, document.slice(0, document.length / 2));
  response.socket?.destroy();
};

/** 200 with the document, made `bytes` long: a long text before what matters. Default 50 MiB. */
export function huge(bytes = 50 * MIB): Fault {
  return async (response, document = FALLBACK) => {
    const [before, after] = beforeContent(document);
    const size = Buffer.byteLength(document) + PADDING.length + PADDING_END.length;
    const padding = Math.max(0, bytes - size);
    response.writeHead(200, { ...JSON_TYPE, "content-length": String(size + padding) });
    await written(response, before + PADDING);
    const piece = "x".repeat(MIB);
    for (let left = padding; left > 0 && !response.destroyed; left -= MIB)
      await written(response, piece.slice(0, left));
    response.end(`${PADDING_END}${after}`);
  };
}

/** 200 with the document, and before what matters `levels` arrays, one in another. Default 100,000. */
export function deep(levels = 100_000): Fault {
  return (response, document = FALLBACK) => body(deepJson(document, levels))(response, document);
}

/** A document with `levels` arrays, one in another, before what matters. */
export function deepJson(document: string, levels = 100_000): string {
  const [before, after] = beforeContent(document);
  return `${before}"nested":${"[".repeat(levels)}${"]".repeat(levels)},${after}`;
}

/** A document made `bytes` long by a text before what matters. */
export function hugeJson(document: string, bytes: number): string {
  const [before, after] = beforeContent(document);
  const padding = Math.max(0, bytes - Buffer.byteLength(document) - PADDING.length - PADDING_END.length);
  return `${before}${PADDING}${"x".repeat(padding)}${PADDING_END}${after}`;
}

/** 200 with the document in pieces, one every `everyMs`. */
export function slow({ pieceBytes = 1024, everyMs = 100 } = {}): Fault {
  return async (response, document = FALLBACK) => {
    const bytes = Buffer.from(document);
    response.writeHead(200, { ...JSON_TYPE, "content-length": String(bytes.length) });
    for (let at = 0; at < bytes.length && !response.destroyed; at += pieceBytes) {
      await written(response, bytes.subarray(at, at + pieceBytes));
      await delay(everyMs);
    }
    response.end();
  };
}

/** The faults that need no parameter, by name: for tests that go through all of them. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  hang: HANG,
  reset: RESET,
  "internal error": INTERNAL_ERROR,
  redirect: redirect(),
  "empty body": EMPTY_BODY,
  garbage: GARBAGE,
  "cut JSON": CUT_JSON,
  "cut body": CUT_BODY,
  huge: huge(),
  deep: deep(),
  slow: slow(),
};

/** The document in two, right after the opening brace of `content`. */
function beforeContent(document: string): [string, string] {
  const mark = '"content":{';
  const at = document.indexOf(mark) + mark.length;
  if (at < mark.length) throw new Error(`no ${mark} in the document`);
  return [document.slice(0, at), document.slice(at)];
}

/** Waits until the piece is handed over, so that a slow reader does not make the server hold everything. */
async function written(response: ServerResponse, piece: string | Buffer): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write(piece, () => {
      resolve();
    });
  });
}
