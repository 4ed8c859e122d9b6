import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Environment } from "./proxy-config.ts";

/** An answer of the admin API. */
export interface AdminAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A request for the newest configuration of a service. */
export interface LatestRequest {
  serviceId: string;
  /** As in the path: 3scale knows "sandbox", "production", and "staging" for "sandbox". */
  environment: string;
  /** The access token, of the query or else the user name of a Basic authorization; undefined if there is none. */
  token: string | undefined;
  ifNoneMatch: string | undefined;
}

const LATEST = /^\/admin\/api\/services\/([^/]+)\/proxy\/configs\/([^/]+)\/latest\.json$/;
const JSON_HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "max-age=0, private, must-revalidate",
};

/** No such service, no configuration in that environment yet, no such resource. */
export const NOT_FOUND = jsonAnswer(404, { status: "Not found" });
/** No access token, or one that 3scale does not know. */
export const ACCESS_DENIED = jsonAnswer(403, { error: "Access denied" });
/** An access token without the scope "account management". */
export const NO_PERMISSION = jsonAnswer(403, { error: "Your access token does not have the correct permissions" });
/** Neither sandbox (staging) nor production. */
export const INVALID_ENVIRONMENT = jsonAnswer(400, { error: "invalid environment" });

/** An answer with a JSON body. */
export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): AdminAnswer {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(value) };
}

/** Reads the request target of `GET …/latest.json`; undefined if it asks for something else. */
export function readLatest(target: string, headers: IncomingHttpHeaders): LatestRequest | undefined {
  const url = parseTarget(target);
  const found = url && LATEST.exec(url.pathname);
  if (!found) return undefined;
  const [, serviceId = "", environment = ""] = found;
  const token = url.searchParams.get("access_token") ?? basicUser(headers.authorization);
  return { serviceId, environment, token, ifNoneMatch: headers["if-none-match"] };
}

/** The environment that a name in the path stands for; undefined for what 3scale does not know. */
export function environmentOf(name: string): Environment | undefined {
  if (name === "staging") return "sandbox";
  return name === "sandbox" || name === "production" ? name : undefined;
}

/** 200 with the document, or 304 where the client has it already. */
export function documentAnswer(body: string, ifNoneMatch?: string): AdminAnswer {
  const etag = `W/"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`;
  if (ifNoneMatch === etag) return { status: 304, headers: { etag }, body: "" };
  return { status: 200, headers: { ...JSON_HEADERS, etag }, body };
}

/** The URL of a request target; undefined if there is no making sense of it. */
export function parseTarget(target: string): URL | undefined {
  try {
    return new URL(target, "http://admin.invalid");
  } catch {
    return undefined;
  }
}

function basicUser(authorization: string | undefined): string | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString().split(":", 1)[0];
}
