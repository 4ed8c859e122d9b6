/**
 * An OpenID Connect provider to try the example with: real tokens and keys, everything in memory. Not for production:
 * its client's secret stands below.
 *
 *     npx tsx examples/oidc-jwt-authn/provider.ts
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import Provider, { errors, type Configuration, type JWK as ProviderJwk } from "oidc-provider";

const PORT = 4000;

export type Algorithm = "RS256" | "ES256";

/** An API that access tokens are issued for. */
export interface Resource {
  /** What its tokens are signed by. Default RS256. */
  algorithm?: Algorithm;
  /** The `aud` of its tokens. Default the resource itself. */
  audience?: string | string[];
  /** Whether its tokens name the client in `azp`. Default true. */
  hasAzp?: boolean;
}

export interface ProviderOptions {
  /** Default 0: any free one. */
  port?: number;
  /** By the resource indicator (RFC 8707) a client asks with. */
  resources?: Record<string, Resource>;
  clients?: { id: string; secret: string }[];
}

/** Frank is an application of the demo's 3scale account, whose id is the client's. */
const CLIENTS = [{ id: "frank", secret: "frank-secret" }];
const RESOURCES: Record<string, Resource> = { "https://api.example.com": {} };
const TTL_SECONDS = 300;

/** A running provider on 127.0.0.1 that issues access tokens as JWTs to clients by their credentials. */
export class OidcProvider {
  readonly issuer: string;
  /** The private keys it signs with. */
  readonly keys: Record<Algorithm, JWK>;
  readonly #server: Server;

  private constructor(server: Server, issuer: string, keys: Record<Algorithm, JWK>) {
    this.#server = server;
    this.issuer = issuer;
    this.keys = keys;
  }

  static async start({
    port = 0,
    resources = RESOURCES,
    clients = CLIENTS,
  }: ProviderOptions = {}): Promise<OidcProvider> {
    const keys = { RS256: await signingKey("RS256"), ES256: await signingKey("ES256") };
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const provider = new Provider(issuer, configurationOf(resources, clients, keys));
    const answer = provider.callback();
    server.on("request", (request, response) => void answer(request, response));
    return new OidcProvider(server, issuer, keys);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function signingKey(alg: Algorithm): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: "sig", kid: `key-${alg}` };
}

function configurationOf(
  resources: Record<string, Resource>,
  clients: { id: string; secret: string }[],
  keys: Record<Algorithm, JWK>,
): Configuration {
  return {
    clients: clients.map(({ id, secret }) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    })),
    jwks: { keys: Object.values(keys) as ProviderJwk[] },
    cookies: { keys: ["no browser comes here"] },
    ttl: { ClientCredentials: TTL_SECONDS },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, indicator) => {
          const resource = resources[indicator];
          if (resource === undefined) throw new errors.InvalidTarget(`no resource ${indicator}`);
          const alg = resource.algorithm ?? "RS256";
          return {
            scope: "",
            // A list is put into the token below: oidc-provider's own setting is one string.
            audience: indicator,
            accessTokenFormat: "jwt",
            jwt: { sign: { alg } },
          };
        },
      },
    },
    formats: {
      customizers: {
        jwt: (_context, token, parts) => {
          const indicator = String(parts.payload.aud);
          const { audience = indicator, hasAzp = true } = resources[indicator] ?? {};
          parts.payload.aud = audience;
          if (hasAzp) parts.payload.azp = token.clientId;
          return parts;
        },
      },
    },
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { issuer } = await OidcProvider.start({ port: PORT });
  console.log(`OpenID Connect provider at ${issuer}; Ctrl-C ends it`);
}
