import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  ACCESS_DENIED,
  documentAnswer,
  environmentOf,
  INVALID_ENVIRONMENT,
  jsonAnswer,
  NOT_FOUND,
  parseTarget,
  readLatest,
  type AdminAnswer,
  type LatestRequest,
} from "./latest.ts";
import { DEMO_PRODUCTS, type Product } from "./products.ts";
import { proxyConfig, type ProxyRule } from "./proxy-config.ts";
import { readRules } from "./rules.ts";

/** The access token that the demo's admin API takes. */
export const DEMO_ADMIN_TOKEN = "demo-access-token";

/** What the admin API was asked and has answered. */
export interface AdminCall {
  method: string;
  /** The path without the query: an access token may stand in that. */
  path: string;
  status: number;
  /** The version of the configuration given or made, if one was. */
  version?: number;
}

export interface DemoAdminOptions {
  /** Default 0: any free one. */
  port?: number;
  products?: readonly Product[];
  /** Told of every call once its answer is made. */
  onCall?: (call: AdminCall) => void;
}

/** A running admin API. */
export interface DemoAdmin {
  port: number;
  /** Gives a service other rules, and its configuration the next version, which is returned. Fails for an unknown service. */
  setRules(serviceId: string, rules: readonly ProxyRule[]): number;
  /** Stops listening and ends all connections. */
  stop(): Promise<void>;
}

interface Published {
  product: Product;
  version: number;
}

const RULES = /^\/demo\/services\/([^/]+)\/rules$/;
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Starts a 3scale admin API in memory, on 127.0.0.1, for the demo. It knows what a gateway fetches:
 *
 *     GET /admin/api/services/1001/proxy/configs/production/latest.json?access_token=demo-access-token
 *
 * and, for whoever tries it out, a service's mapping rules, to be read and to be replaced:
 *
 *     curl http://127.0.0.1:<port>/demo/services/1001/rules
 *     curl -X PUT http://127.0.0.1:<port>/demo/services/1001/rules \
 *       -d '[{"method": "GET", "pattern": "/", "metric": "hits"}]'
 */
export async function startDemoAdmin(options: DemoAdminOptions = {}): Promise<DemoAdmin> {
  const { port = 0, products = DEMO_PRODUCTS, onCall = () => undefined } = options;
  const published = new Map(
    products.map((product): [string, Published] => [product.serviceId, { product, version: 1 }]),
  );
  const server = createServer((request, response) => {
    answerTo(request, published)
      .then(({ version, ...answer }) => {
        const { method = "", url = "" } = request;
        const path = url.split("?", 1)[0]!;
        onCall({ method, path, status: answer.status, ...(version !== undefined && { version }) });
        response.writeHead(answer.status, answer.headers);
        response.end(answer.body);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    setRules: (serviceId, rules) => setRules(published, serviceId, rules),
    stop: () => stop(server),
  };
}

type Answered = AdminAnswer & { version?: number };

async function answerTo(request: IncomingMessage, published: Map<string, Published>): Promise<Answered> {
  const { method = "", url: target = "", headers } = request;
  const body = await read(request);
  const latest = readLatest(target, headers);
  if (latest !== undefined) return method === "GET" ? answerLatest(latest, published) : notAllowed("GET");
  const serviceId = RULES.exec(parseTarget(target)?.pathname ?? "")?.[1];
  const found = published.get(serviceId ?? "");
  if (serviceId === undefined || found === undefined) return NOT_FOUND;
  if (method === "GET") return shownRules(found);
  if (method !== "PUT") return notAllowed("GET, PUT");
  if (body === undefined) return shown(413, { errors: [`more than ${String(MAX_BODY_BYTES)} bytes`] });
  const wanted = readRules(body, found.product.metrics);
  if ("errors" in wanted) return shown(422, { errors: wanted.errors });
  setRules(published, serviceId, wanted.rules);
  return shownRules(published.get(serviceId)!);
}

function answerLatest(latest: LatestRequest, published: Map<string, Published>): Answered {
  if (latest.token !== DEMO_ADMIN_TOKEN) return ACCESS_DENIED;
  const found = published.get(latest.serviceId);
  if (found === undefined) return NOT_FOUND;
  const environment = environmentOf(latest.environment);
  if (environment === undefined) return INVALID_ENVIRONMENT;
  // Both environments of the demo have the newest rules: there is nothing to promote.
  const { product, version } = found;
  const document = proxyConfig({ ...product, environment, version });
  return { ...documentAnswer(JSON.stringify(document), latest.ifNoneMatch), version };
}

function setRules(published: Map<string, Published>, serviceId: string, rules: readonly ProxyRule[]): number {
  const found = published.get(serviceId);
  if (found === undefined) throw new Error(`no service ${serviceId}`);
  const version = found.version + 1;
  published.set(serviceId, { product: { ...found.product, rules }, version });
  return version;
}

function shownRules({ product, version }: Published): Answered {
  return { ...shown(200, { service: product.serviceId, version, rules: product.rules }), version };
}

/** For the eyes of whoever has sent it. */
function shown(status: number, value: unknown): Answered {
  return { ...jsonAnswer(status, value), body: `${JSON.stringify(value, null, 2)}\n` };
}

function notAllowed(allow: string): Answered {
  return jsonAnswer(405, { error: `only ${allow}` }, { allow });
}

/** The body; undefined if it is too long to be kept. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    size += (piece as Buffer).length;
    if (size <= MAX_BODY_BYTES) pieces.push(piece as Buffer);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(pieces).toString() : undefined;
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
