import { Bytes } from "../bytes/bytes";
import { Credentials } from "../credentials/credentials";
import { AuthorityPattern } from "../service/authority";
import { MappingRule } from "../usage/mapping-rule";
import { Metric, MetricPool } from "../usage/metric";
import { Url } from "./url";

/** Of a call to a 3scale service whose configuration says nothing. */
export const DEFAULT_TIMEOUT_MS: u32 = 1000;

/** Where a call goes: an Envoy cluster, and the URL that the call carries. */
export class Upstream {
  cluster: Bytes = new Bytes();
  url: Url = new Url(false, new Bytes(), new Bytes(), new Bytes());
  timeoutMs: u32 = DEFAULT_TIMEOUT_MS;
}

/** What happens to a request on which 3scale's backend gives no verdict. */
export class OnFailure {
  allow: bool = false;
  /** Of the answer where it is not allowed. */
  status: i32 = 502;
}

/** 3scale's Account Management API. */
export class SystemSettings {
  upstream: Upstream = new Upstream();
  token: Bytes = new Bytes();
  ttlSeconds: i64 = 600;
}

/** 3scale's Service Management API. */
export class BackendSettings {
  upstream: Upstream = new Upstream();
  /** Each as `name=value`, besides the options that the filter itself needs. */
  extensions: Bytes[] = [];
  onFailure: OnFailure = new OnFailure();
}

/** The environment of a service that names none. */
export const PRODUCTION: Bytes = Bytes.of("production");
const NO_AUTHORITIES: StaticArray<AuthorityPattern> = [];
const NO_RULES: StaticArray<MappingRule> = [];
const NO_METRICS: StaticArray<Metric> = [];

/** A service as it is configured. */
export class ServiceSettings {
  id: Bytes = new Bytes();
  token: Bytes | null = null;
  authorities: StaticArray<AuthorityPattern> = NO_AUTHORITIES;
  hasAuthorities: bool = false;
  credentials: Credentials | null = null;
  rules: StaticArray<MappingRule> = NO_RULES;
  /** Whether it has any, also where they are at fault. */
  hasRules: bool = false;
  /** What the rules count; their usages hold numbers of these. */
  metrics: StaticArray<Metric> = NO_METRICS;
  hasCredentials: bool = false;
  /** As messages show it; empty where the environment is a known one. */
  unknownEnvironment: string = "";
  /** Of 3scale's configurations of the service: the one to be fetched. */
  environment: Bytes = PRODUCTION;
  environmentLine: i32 = 0;
  environmentColumn: i32 = 0;
  /** Where it begins in the configuration. */
  line: i32 = 0;
  column: i32 = 0;
}

/** A v1 configuration. */
export class Settings {
  system: SystemSettings | null = null;
  backend: BackendSettings | null = null;
  services: ServiceSettings[] = [];
  metrics: MetricPool = new MetricPool();
  passthroughMetadata: bool = false;
  hasSystem: bool = false;
  hasBackend: bool = false;
  hasServices: bool = false;
  /** Where it begins; 0 where it is no object. */
  line: i32 = 0;
  column: i32 = 0;
}
