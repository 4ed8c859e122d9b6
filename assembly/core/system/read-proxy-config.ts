import { Bytes } from "../bytes/bytes";
import { ConfigDocument, Unknown } from "../config/config-document";
import { Code, Diagnostic } from "../config/diagnostics";
import * as values from "../config/wording";
import { issuerLength } from "../credentials/verified-claim";
import { ByteSource } from "../json/byte-source";
import { OPENING } from "../json/json-reader";
import { Notes } from "./notes";
import { Authentication, CredentialsLocation, ProxyConfig } from "./proxy-config";
import { readProxyRules } from "./read-proxy-rules";
import { withoutUserInformation } from "./url-parts";
import * as wording from "./wording";

const DOCUMENT_NAMES: StaticArray<string> = ["proxy_config"];

const CONFIG_NAMES: StaticArray<string> = ["version", "environment", "content"];
const enum ConfigField {
  Version,
  Environment,
  Content,
}

const CONTENT_NAMES: StaticArray<string> = [
  "backend_version",
  "backend_authentication_type",
  "backend_authentication_value",
  "proxy",
];
const enum ContentField {
  BackendVersion,
  AuthenticationType,
  AuthenticationValue,
  Proxy,
}

const PROXY_NAMES: StaticArray<string> = [
  "authentication_method",
  "service_backend_version",
  "credentials_location",
  "auth_user_key",
  "auth_app_id",
  "auth_app_key",
  "hosts",
  "endpoint",
  "oidc_issuer_endpoint",
  "jwt_claim_with_client_id",
  "jwt_claim_with_client_id_type",
  "proxy_rules",
];
const enum ProxyField {
  AuthenticationMethod,
  ServiceBackendVersion,
  CredentialsLocation,
  UserKey,
  AppId,
  AppKey,
  Hosts,
  Endpoint,
  Issuer,
  Claim,
  ClaimType,
  Rules,
}

const SERVICE_TOKEN: Bytes = Bytes.of("service_token");
const PROVIDER_KEY: Bytes = Bytes.of("provider_key");
const PLAIN: Bytes = Bytes.of("plain");
const QUERY: Bytes = Bytes.of("query");
const HEADERS: Bytes = Bytes.of("headers");
const AUTHORIZATION: Bytes = Bytes.of("authorization");
const USER_KEY: Bytes = Bytes.of("1");
const APP_ID: Bytes = Bytes.of("2");
const OIDC: Bytes = Bytes.of("oidc");
const OAUTH: Bytes = Bytes.of("oauth");

/** A proxy configuration, or why there is none. */
export class ProxyConfigResult {
  config: ProxyConfig | null = null;
  /** One line, with line and column, without a secret; empty where there is a configuration. */
  fault: string = "";
  /** What was left out. */
  readonly notes: Notes = new Notes();
}

/** Nothing that is used is longer: it is kept by every VM. */
const MOST_STRING_BYTES: i32 = 16384;

/** What is settled only when all has been read. */
class Draft {
  readonly config: ProxyConfig = new ProxyConfig();
  /** The names of the authentication method: the first that is there counts. */
  method: Bytes | null = null;
  backendVersion: Bytes | null = null;
  serviceBackendVersion: Bytes | null = null;
  token: Bytes | null = null;
  isServiceToken: bool = true;
}

/**
 * Reads the `latest.json` of a service. Fields that are not used are passed over; null is as good as nothing. A rule that
 * is wrong is left out and noted; anything else that is wrong is a fault, as it decides who gets in.
 */
export function readProxyConfig(source: ByteSource): ProxyConfigResult {
  const document = new ConfigDocument(source, MOST_STRING_BYTES);
  const result = new ProxyConfigResult();
  const draft = new Draft();
  readDocument(document, draft, result.notes);
  document.finish();
  const errors = document.diagnostics.errors;
  if (errors.length > 0) result.fault = faultOf(errors);
  else result.config = settled(draft);
  return result;
}

function readDocument(document: ConfigDocument, draft: Draft, notes: Notes): void {
  const fields = document.object(DOCUMENT_NAMES, Unknown.Ignore);
  if (fields == null) return;
  while (document.nextField(fields) >= 0) {
    readConfig(document, draft, notes);
    document.endField();
  }
  document.require(fields, 0, values.OBJECT);
}

function readConfig(document: ConfigDocument, draft: Draft, notes: Notes): void {
  const fields = document.object(CONFIG_NAMES, Unknown.Ignore);
  if (fields == null) return;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    if (field == ConfigField.Version) {
      draft.config.version = document.integer(i64.MIN_VALUE, i64.MAX_VALUE, wording.VERSION, 0);
    } else if (field == ConfigField.Environment) {
      draft.config.environment = stringOr(document, draft.config.environment);
    } else readContent(document, draft, notes);
    document.endField();
  }
  document.require(fields, ConfigField.Content, values.OBJECT);
}

function readContent(document: ConfigDocument, draft: Draft, notes: Notes): void {
  const fields = document.object(CONTENT_NAMES, Unknown.Ignore);
  if (fields == null) return;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    switch (field) {
      case ContentField.BackendVersion:
        draft.backendVersion = readName(document);
        break;
      case ContentField.AuthenticationType: {
        const type = stringOr(document, SERVICE_TOKEN);
        draft.isServiceToken = type.equals(SERVICE_TOKEN);
        draft.config.hasProviderKey = type.equals(PROVIDER_KEY);
        break;
      }
      case ContentField.AuthenticationValue:
        draft.token = document.string(wording.TOKEN, true);
        break;
      case ContentField.Proxy:
        readProxy(document, draft, notes);
        break;
    }
    document.endField();
  }
  document.require(fields, ContentField.Proxy, values.OBJECT);
}

function readProxy(document: ConfigDocument, draft: Draft, notes: Notes): void {
  const fields = document.object(PROXY_NAMES, Unknown.Ignore);
  if (fields == null) return;
  const config = draft.config;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    switch (field) {
      case ProxyField.AuthenticationMethod:
        draft.method = readName(document);
        break;
      case ProxyField.ServiceBackendVersion:
        draft.serviceBackendVersion = readName(document);
        break;
      case ProxyField.CredentialsLocation:
        config.credentialsLocation = locationOf(stringOr(document, QUERY));
        break;
      case ProxyField.UserKey:
        config.userKeyName = stringOr(document, config.userKeyName);
        break;
      case ProxyField.AppId:
        config.appIdName = stringOr(document, config.appIdName);
        break;
      case ProxyField.AppKey:
        config.appKeyName = stringOr(document, config.appKeyName);
        break;
      case ProxyField.Hosts:
        config.hosts = readHosts(document);
        break;
      case ProxyField.Endpoint:
        config.endpoint = readUrl(document, false);
        break;
      case ProxyField.Issuer:
        config.oidcIssuer = readUrl(document, true);
        break;
      case ProxyField.Claim:
        config.clientIdClaim = stringOr(document, config.clientIdClaim);
        break;
      case ProxyField.ClaimType:
        config.isClaimPlain = stringOr(document, PLAIN).equals(PLAIN);
        break;
      default:
        config.rules = readProxyRules(document, notes);
    }
    document.endField();
  }
}

/** Reads a string; `otherwise` where it is empty, or (with a fault) where another value stands. */
function stringOr(document: ConfigDocument, otherwise: Bytes): Bytes {
  const value = document.string();
  return value == null || value.isEmpty() ? otherwise : value;
}

/** Reads a string or a whole number as text: 3scale has written versions either way. */
function readName(document: ConfigDocument): Bytes | null {
  if (document.isString()) return document.string();
  return Bytes.of(document.integer(i64.MIN_VALUE, i64.MAX_VALUE, wording.BACKEND_VERSION, 0).toString());
}

/** More than any product has: each is looked up in. */
const MOST_HOSTS: i32 = 1000;

function readHosts(document: ConfigDocument): Bytes[] {
  const hosts: Bytes[] = [];
  if (!document.array(wording.HOSTS)) return hosts;
  for (let i = 0; document.nextElement(i); i++) {
    if (i < MOST_HOSTS) {
      const host = document.string();
      if (host != null) hosts.push(host);
    } else {
      if (i == MOST_HOSTS) document.report(true, Code.InvalidValue, "more", wording.MOST_HOSTS);
      document.skip();
    }
    document.endField();
  }
  return hosts;
}

/** Reads a URL without its user information; null where it is empty. An issuer loses the slash at its end. */
function readUrl(document: ConfigDocument, isIssuer: bool): Bytes | null {
  const url = document.string(values.STRING, true);
  if (url == null) return null;
  const bare = withoutUserInformation(url);
  const length = isIssuer ? issuerLength(bare) : bare.length;
  return length == 0 ? null : Bytes.copyOf(bare.ptr, length);
}

function locationOf(name: Bytes): CredentialsLocation {
  if (name.equals(QUERY)) return CredentialsLocation.Query;
  if (name.equals(HEADERS)) return CredentialsLocation.Headers;
  return name.equals(AUTHORIZATION) ? CredentialsLocation.Authorization : CredentialsLocation.Unknown;
}

function authenticationOf(name: Bytes): Authentication {
  if (name.equals(USER_KEY)) return Authentication.UserKey;
  if (name.equals(APP_ID)) return Authentication.AppId;
  return name.equals(OIDC) || name.equals(OAUTH) ? Authentication.Oidc : Authentication.Unknown;
}

function settled(draft: Draft): ProxyConfig {
  const config = draft.config;
  let name = draft.method;
  if (name == null || name.isEmpty()) name = draft.backendVersion;
  if (name == null || name.isEmpty()) name = draft.serviceBackendVersion;
  if (name != null) config.authentication = authenticationOf(name);
  const token = draft.token;
  if (draft.isServiceToken && token != null && !token.isEmpty()) config.token = token;
  // The type of a claim that is not there means nothing, as in APIcast.
  if (config.clientIdClaim.isEmpty()) config.isClaimPlain = true;
  return config;
}

/** A fault in the syntax comes first: what is missing may stand behind it. */
function faultOf(errors: Diagnostic[]): string {
  let fault = errors[0];
  for (let i = 1; i < errors.length; i++) if (errors[i].code == Code.Syntax) fault = errors[i];
  const place = "line " + fault.line.toString() + ", column " + fault.column.toString();
  if (fault.code != Code.Syntax) {
    const path = fault.path.length == 0 ? "the document" : fault.path;
    return path + " (" + place + "): found " + fault.found + "; expected " + fault.expected;
  }
  // What a configuration of the filter is told to begin with is not what stands here.
  const expected = fault.expected == OPENING ? values.OBJECT : fault.expected;
  return place + ": found " + fault.found + "; expected " + expected;
}
