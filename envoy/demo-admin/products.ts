import type { ProxyConfigOptions, ProxyRule } from "./proxy-config.ts";

/** A product of the demo's 3scale account, and the metrics its rules may count. */
export interface Product extends ProxyConfigOptions {
  rules: readonly ProxyRule[];
  metrics: readonly string[];
}

const METRICS = ["hits", "products", "sales"];

/** The products whose applications the demo backend knows: each way to authenticate is among them. */
export const DEMO_PRODUCTS: readonly Product[] = [
  {
    serviceId: "1001",
    name: "Shop",
    token: "demo-token-1001",
    endpoint: "http://shop.example.com:80",
    sandboxEndpoint: "http://shop.staging.example.com:80",
    metrics: METRICS,
    rules: [
      { method: "GET", pattern: "/hello$", metric: "hits" },
      { method: "GET", pattern: "/products", metric: "products" },
      { method: "POST", pattern: "/products/{id}/sold", metric: "products" },
      { method: "POST", pattern: "/products/{id}/sold", metric: "sales", delta: 2 },
    ],
  },
  {
    serviceId: "1002",
    name: "Partners",
    token: "demo-token-1002",
    endpoint: "http://partners.example.com:80",
    sandboxEndpoint: "http://partners.staging.example.com:80",
    authentication: "2",
    credentialsLocation: "headers",
    appId: "x-app-id",
    appKey: "x-app-key",
    metrics: METRICS,
    rules: [{ method: "ANY", pattern: "/", metric: "hits" }],
  },
  {
    serviceId: "1003",
    name: "Accounts",
    token: "demo-token-1003",
    endpoint: "http://accounts.example.com:80",
    sandboxEndpoint: "http://accounts.staging.example.com:80",
    authentication: "oidc",
    credentialsLocation: "headers",
    oidcIssuerEndpoint: "https://gateway:secret@sso.example.com/auth/realms/demo",
    clientIdClaim: "azp",
    metrics: METRICS,
    rules: [{ method: "ANY", pattern: "/", metric: "hits" }],
  },
  {
    serviceId: "1004",
    name: "Catalog",
    token: "demo-token-1004",
    endpoint: "http://catalog.example.com:80",
    sandboxEndpoint: "http://catalog.staging.example.com:80",
    metrics: METRICS,
    rules: [{ method: "GET", pattern: "/books", metric: "hits" }],
  },
];
