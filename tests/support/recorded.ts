import { readdirSync, readFileSync } from "node:fs";
import type { ClientResponse } from "./http-client.ts";
import { headerValue, type Header } from "./http-message.ts";
import type { EnvoyObject } from "./envoy-config.ts";
import type { RecordedRequest } from "./recording-server.ts";

const directory = new URL("../fixtures/recorded/", import.meta.url);

export interface RecordedConfig {
  /** The plugin's configuration; `text` where its spelling matters. */
  plugin?: object;
  text?: string;
  /** HTTP filters before the plugin. */
  filters?: EnvoyObject[];
}

interface Message {
  startLine: string;
  headers: Header[];
  body: string;
}

export interface RecordedCase {
  name: string;
  config: string;
  request: { method: string; path: string; host: string; headers: Header[]; body?: string };
  response: { status: number; headers: Header[]; body: string } | { status: "refused" };
  authrep: Message[];
  upstream: Message[];
}

export interface Recording {
  configs: Map<string, RecordedConfig>;
  cases: RecordedCase[];
}

/** What came of a request, in a form that can be compared. */
export interface Observation {
  /** The status of the answer; "refused" where Envoy did not take the configuration. */
  status: number | "refused";
  body: string;
  /** `name: value`, sorted; of the answer. */
  headers: string[];
  /** Of each AuthRep call its path before the query, then its parameters, decoded and sorted, as `name=value`. */
  authrep: string[][];
  /** `name: value`, sorted; of each AuthRep call. */
  authrepHeaders: string[][];
  /** Of each request that reached the API the start line, then its headers as `name: value`, sorted, then its body. */
  upstream: string[][];
}

/** Reads the recordings. */
export function readRecording(): Recording {
  const configs = new Map<string, RecordedConfig>();
  const all: RecordedCase[] = [];
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".json"))) {
    const read = JSON.parse(readFileSync(new URL(file, directory), "utf8")) as {
      configs: Record<string, RecordedConfig>;
      cases: RecordedCase[];
    };
    for (const [name, config] of Object.entries(read.configs)) configs.set(name, config);
    all.push(...read.cases);
  }
  return { configs, cases: all };
}

/**
 * What the recording lets expect of this filter, before the differences between the two that are listed case by case.
 * Two differences are general: the filter names itself in `user-agent`, and `powered-by: 3scale` is set only on answers
 * that it gives itself, so that the API's own stays.
 */
export function expectedOf(recorded: RecordedCase): Observation {
  const { response, authrep, upstream } = recorded;
  const isAnswered = response.status !== "refused";
  return {
    status: response.status,
    body: isAnswered ? response.body : "",
    headers: isAnswered ? lines(withOwnPoweredBy(recorded, response.headers)) : [],
    authrep: authrep.map(({ startLine }) => callOf(startLine)),
    authrepHeaders: authrep.map(({ headers }) => lines(withOwnUserAgent(headers))),
    upstream: upstream.map(requestLines),
  };
}

function withOwnPoweredBy({ upstream, request }: RecordedCase, headers: Header[]): Header[] {
  if (upstream.length === 0) return headers;
  const others = headers.filter(([name]) => name !== "powered-by");
  return headerValue(request.headers, "x-want-powered-by") === undefined ? others : [...others, ["powered-by", "echo"]];
}

const withOwnUserAgent = (headers: Header[]): Header[] =>
  headers.map(([name, value]) => (name === "user-agent" ? [name, "3scale-auth-wasm"] : [name, value]));

/** What came of a request to this filter. */
export function observe(
  response: ClientResponse | "refused",
  authrep: readonly RecordedRequest[],
  upstream: readonly RecordedRequest[],
): Observation {
  return {
    status: response === "refused" ? response : response.status,
    body: response === "refused" ? "" : response.body,
    headers: response === "refused" ? [] : lines(response.headers),
    authrep: authrep.map(({ startLine }) => callOf(startLine)),
    authrepHeaders: authrep.map(({ headers }) => lines(headers)),
    upstream: upstream.map(requestLines),
  };
}

/** The headers of an answer that the filter itself, or the recordings' API, gives. */
export function answerHeaders(body: string, isOwn: boolean): string[] {
  const length: Header = ["content-length", String(body.length)];
  const own: Header[] = [
    ["content-type", "text/plain"],
    ["powered-by", "3scale"],
  ];
  return lines([length, ...(isOwn ? own : [["x-echo", "1"] as Header])]);
}

/**
 * The request as the API sees it when the filter lets it pass: as the client sent it, or with other `headers`
 * (`name: value`).
 */
export function passedOn({ request }: RecordedCase, headers: readonly string[] | true): string[] {
  const { method, path, host, body = "" } = request;
  const framing: Header[] = body === "" ? [] : [["content-length", String(body.length)]];
  const sent: Header[] = [["host", host], ["x-forwarded-proto", "http"], ...framing, ...request.headers];
  return [`${method} ${path} HTTP/1.1`, ...(headers === true ? lines(sent) : [...headers].sort()), body];
}

/**
 * What is not percent-encoded in the query of an AuthRep call: names and values in which anything but unreserved
 * characters and escapes in capitals stands.
 */
export function notEncoded({ path }: RecordedRequest): string[] {
  const query = path.slice(path.indexOf("?") + 1);
  const isEncoded = /^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/;
  return query.split("&").filter((parameter) => {
    const equals = parameter.indexOf("=");
    return !isEncoded.test(parameter.slice(0, equals)) || !isEncoded.test(parameter.slice(equals + 1));
  });
}

/** Transport, not content. */
const IGNORED = new Set(["date", "server", "connection", "x-envoy-upstream-service-time", "x-forwarded-for"]);

function lines(headers: readonly Header[]): string[] {
  return headers
    .filter(([name]) => !IGNORED.has(name.toLowerCase()))
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .sort();
}

const requestLines = ({ startLine, headers, body }: Message): string[] => [startLine, ...lines(headers), body];

/** The path and the decoded, sorted parameters of an AuthRep call. A `+` is no space: neither filter writes it so. */
function callOf(startLine: string): string[] {
  const target = startLine.replace(/^GET /, "").replace(/ HTTP\/1\.1$/, "");
  const question = target.indexOf("?");
  const parameters = target.slice(question + 1).split("&");
  return [target.slice(0, question), ...parameters.map((parameter) => unescape(parameter)).sort()];
}

/** Percent-decodes to latin-1, one character a byte. */
const unescape = (text: string): string =>
  text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
