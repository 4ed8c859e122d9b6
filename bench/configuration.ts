/** A user key in the query or in a header. */
export const USER_KEY = { user_key: [{ query_string: { keys: ["user_key"] } }, { header: { keys: ["x-api-key"] } }] };

/** `Authorization: Basic`: application id and key. */
export const BASIC = {
  app_id: [
    {
      header: {
        keys: ["authorization"],
        ops: [
          { split: { separator: " ", max: 2 } },
          { length: { min: 2 } },
          { assert: [{ indexes: [0] }, { glob: ["Basic", "basic", "BASIC"] }] },
          { drop: { head: 1 } },
          "base64_standard",
          { split: { separator: ":", max: 2 } },
        ],
      },
    },
  ],
};

/** An `Authorization` header split, decoded, read as JSON and checked: nearly every kind of operation. */
export const OPERATIONS = {
  user_key: [
    {
      header: {
        keys: ["authorization"],
        ops: [
          { split: { separator: " ", max: 2 } },
          { length: { min: 2 } },
          "reverse",
          { glob: ["Basic"] },
          { drop: { tail: 1 } },
          "base64_urlsafe",
          { json: { path: ["credentials"], keys: ["user_key"] } },
          { assert: [{ strlen: { min: 8, max: 64 } }] },
        ],
      },
    },
  ],
};

/** The name under which jwt_authn leaves a token's claims in the metadata. */
export const CLAIMS = "verified_jwt";

/** The application id from a token that jwt_authn has verified. */
export const OIDC = {
  app_id: [
    {
      filter: {
        path: ["envoy.filters.http.jwt_authn", CLAIMS],
        keys: ["azp", "aud"],
        ops: [{ take: { head: 1 } }],
      },
    },
  ],
};

/**
 * A v1 configuration of `services` services with `rules` mapping rules each. Service s has the authority
 * `svc<s>.example.com`, its rule r the pattern `/api/v1/res<r>/{id}`.
 */
export function configuration(services: number, rules: number, credentials: object = USER_KEY): object {
  const rule = (r: number) => ({
    method: "GET",
    pattern: `/api/v1/res${String(r)}/{id}`,
    usages: [
      { name: "hits", delta: 1 },
      { name: `res${String(r)}`, delta: 1 },
    ],
  });
  const service = (s: number) => ({
    id: `25554178${String(s).padStart(5, "0")}`,
    token: `token-${String(s).padStart(5, "0")}`,
    authorities: [authority(s)],
    credentials,
    mapping_rules: Array.from({ length: rules }, (_, r) => rule(r)),
  });
  return {
    api: "v1",
    backend: { upstream: { name: "backend", url: "http://backend.example.com", timeout: 5000 } },
    services: Array.from({ length: services }, (_, s) => service(s)),
  };
}

/** The authority of service `index`. */
export const authority = (index: number): string => `svc${String(index)}.example.com`;

/** A path that rule `index` matches. */
export const pathOf = (index: number): string => `/api/v1/res${String(index)}/42`;
