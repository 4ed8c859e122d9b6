import { ByteWriter } from "../bytes/byte-writer";
import { Bytes } from "../bytes/bytes";
import { Authentication, CredentialsLocation, ProxyConfig, ProxyRule } from "./proxy-config";

const SLASH: u8 = 0x2f;
const COMMA: u8 = 0x2c;

/** Appends what the filter uses of a configuration, as 3scale would write it: `readProxyConfig` reads the same back. */
export function writeProxyConfig(config: ProxyConfig, out: ByteWriter): void {
  out.text('{"proxy_config":{"version":');
  out.text(config.version.toString());
  field(out, "environment", config.environment);
  out.text(',"content":{"backend_authentication_type":');
  out.text(config.hasProviderKey ? '"provider_key"' : '"service_token"');
  optional(out, "backend_authentication_value", config.token);
  out.text(',"proxy":{"authentication_method":');
  out.text(authenticationName(config.authentication));
  out.text(',"credentials_location":');
  out.text(locationName(config.credentialsLocation));
  field(out, "auth_user_key", config.userKeyName);
  field(out, "auth_app_id", config.appIdName);
  field(out, "auth_app_key", config.appKeyName);
  optional(out, "endpoint", config.endpoint);
  writeIssuer(out, config.oidcIssuer);
  if (!config.clientIdClaim.isEmpty()) {
    field(out, "jwt_claim_with_client_id", config.clientIdClaim);
    out.text(',"jwt_claim_with_client_id_type":');
    out.text(config.isClaimPlain ? '"plain"' : '"liquid"');
  }
  out.text(',"hosts":[');
  for (let i = 0; i < config.hosts.length; i++) {
    if (i > 0) out.byte(COMMA);
    out.jsonString(config.hosts[i]);
  }
  out.text('],"proxy_rules":[');
  for (let i = 0; i < config.rules.length; i++) {
    if (i > 0) out.byte(COMMA);
    writeRule(out, config.rules[i]);
  }
  out.text("]}}}}");
}

function writeRule(out: ByteWriter, rule: ProxyRule): void {
  out.text('{"http_method":');
  out.jsonString(rule.method);
  field(out, "pattern", rule.pattern);
  field(out, "metric_system_name", rule.metric);
  number(out, "delta", rule.delta);
  number(out, "position", rule.position);
  number(out, "owner_id", <i64>rule.owner);
  out.text(rule.last ? ',"last":true}' : ',"last":false}');
}

/** With one slash more where it ends in one, as reading takes one away. */
function writeIssuer(out: ByteWriter, issuer: Bytes | null): void {
  if (issuer == null) return;
  const start = out.length;
  field(out, "oidc_issuer_endpoint", issuer);
  if (issuer.at(issuer.length - 1) != SLASH) return;
  // Before the closing quote.
  out.length = max(start, out.length - 1);
  out.text('/"');
}

function field(out: ByteWriter, name: string, value: Bytes): void {
  begin(out, name);
  out.jsonString(value);
}

function optional(out: ByteWriter, name: string, value: Bytes | null): void {
  if (value != null) field(out, name, value);
}

function number(out: ByteWriter, name: string, value: i64): void {
  begin(out, name);
  out.text(value.toString());
}

function begin(out: ByteWriter, name: string): void {
  out.text(',"');
  out.text(name);
  out.text('":');
}

function authenticationName(authentication: Authentication): string {
  if (authentication == Authentication.UserKey) return '"1"';
  if (authentication == Authentication.AppId) return '"2"';
  return authentication == Authentication.Oidc ? '"oidc"' : '"unknown"';
}

function locationName(location: CredentialsLocation): string {
  if (location == CredentialsLocation.Query) return '"query"';
  if (location == CredentialsLocation.Headers) return '"headers"';
  return location == CredentialsLocation.Authorization ? '"authorization"' : '"unknown"';
}
