/** What a 3scale account holds, as far as authorizing and reporting need it. */
export interface Account {
  providerKey: string;
  services: Service[];
}

export interface Service {
  id: string;
  /** The one kind of credentials its applications have. */
  mode: "user_key" | "app_id" | "oidc";
  tokens: string[];
  /** System names; a metric with a parent (a 3scale "method") counts in that parent too. */
  metrics: { name: string; parent?: string }[];
  applications: Application[];
}

export interface Application {
  id: string;
  /** In services of mode `user_key`. */
  userKey?: string;
  /** In services of the other modes; an application without keys takes any key. */
  keys: string[];
  plan: Plan;
  isSuspended?: boolean;
}

export interface Plan {
  name: string;
  limits: { metric: string; period: Period; max: number }[];
}

export type Period = "minute" | "hour" | "day" | "eternity";

const METRICS = [
  { name: "hits" },
  { name: "products", parent: "hits" },
  { name: "sales", parent: "hits" },
] satisfies Service["metrics"];

const UNLIMITED: Plan = { name: "unlimited", limits: [] };
const THREE_A_MINUTE: Plan = { name: "basic", limits: [{ metric: "hits", period: "minute", max: 3 }] };

/** The account of the demo: services of each mode, and an application for each answer there is to see. */
export const DEMO_ACCOUNT: Account = {
  providerKey: "demo-provider-key",
  services: [
    {
      id: "1001",
      mode: "user_key",
      tokens: ["demo-token-1001"],
      metrics: METRICS,
      applications: [
        { id: "alice", userKey: "alice-key", keys: [], plan: UNLIMITED },
        { id: "bob", userKey: "bob-limited-key", keys: [], plan: THREE_A_MINUTE },
        { id: "carol", userKey: "carol-suspended-key", keys: [], plan: UNLIMITED, isSuspended: true },
      ],
    },
    {
      id: "1002",
      mode: "app_id",
      tokens: ["demo-token-1002"],
      metrics: METRICS,
      applications: [
        { id: "dave", keys: ["dave-secret"], plan: UNLIMITED },
        { id: "erin", keys: [], plan: UNLIMITED },
      ],
    },
    {
      id: "1003",
      mode: "oidc",
      tokens: ["demo-token-1003"],
      metrics: METRICS,
      applications: [{ id: "frank", keys: ["frank-secret"], plan: UNLIMITED }],
    },
    {
      id: "1004",
      mode: "user_key",
      tokens: ["demo-token-1004"],
      metrics: METRICS,
      applications: [{ id: "grace", userKey: "grace-key", keys: [], plan: UNLIMITED }],
    },
  ],
};
