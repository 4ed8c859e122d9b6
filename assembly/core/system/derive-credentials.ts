import { lowerCase } from "../bytes/ascii";
import { Bytes } from "../bytes/bytes";
import { ConfigDocument } from "../config/config-document";
import { readCredentials } from "../config/read-credentials";
import { Credentials } from "../credentials/credentials";
import { Source, SourceKind } from "../credentials/source";
import { MemorySource } from "../json/byte-source";
import { Notes } from "./notes";
import { Authentication, CredentialsLocation, ProxyConfig } from "./proxy-config";
import * as wording from "./wording";

/** The metadata in which Envoy's jwt_authn leaves the payloads of the tokens that it has verified. */
const JWT_AUTHN: Bytes = Bytes.of("envoy.filters.http.jwt_authn");
const AZP: Bytes = Bytes.of("azp");
const AUD: Bytes = Bytes.of("aud");
const UNDERSCORE: u8 = 0x5f;
const HYPHEN: u8 = 0x2d;

const NO_SOURCES: StaticArray<Source> = [];
const NO_STRINGS: Bytes[] = [];

// As APIcast takes an Authorization header apart: the scheme as it is written here, any white space; of what is encoded
// the last colon parts the two. An empty user name is none, so that the password is asked.
const PARTS: string =
  '{"replace":{"pattern":"\\t","with":" "}},{"split":{"separator":" "}},{"select":[{"strlen":{"min":1}}]},' +
  '{"length":{"min":2,"max":2}},';
const BASIC: string =
  PARTS +
  '{"assert":[{"indexes":[0]},{"glob":["Basic"]}]},{"drop":{"head":1}},"base64_standard",' +
  '{"rsplit":{"separator":":","max":2}},{"length":{"min":2}},';
const BEARER: string = PARTS + '{"assert":[{"indexes":[0]},{"glob":["Bearer"]}]},{"drop":{"head":1}}';
const USER_KEY_AUTHORIZATION: string =
  '{"user_key":[' +
  authorization(BASIC + '{"take":{"tail":1}}') +
  "," +
  authorization(BASIC + '{"take":{"head":1}}') +
  "," +
  authorization(BEARER) +
  "]}";
const APP_ID_AUTHORIZATION: string = '{"app_id":[' + authorization(BASIC + '"reverse"') + "]}";

/**
 * Returns where the clients of a fetched service put their credentials, as APIcast looks for them; null, with a note,
 * where that is not known or not supported.
 */
export function deriveCredentials(config: ProxyConfig, notes: Notes): Credentials | null {
  if (config.authentication == Authentication.Unknown) return none(notes, wording.NO_AUTHENTICATION);
  if (config.authentication == Authentication.Oidc) return verifiedClaim(config, notes);
  const isUserKey = config.authentication == Authentication.UserKey;
  switch (config.credentialsLocation) {
    case CredentialsLocation.Query:
      notes.mentionsFormBody = true;
      return keyed(SourceKind.QueryString, config, isUserKey);
    case CredentialsLocation.Headers:
      return keyed(SourceKind.Header, config, isUserKey);
    case CredentialsLocation.Authorization:
      return written(isUserKey ? USER_KEY_AUTHORIZATION : APP_ID_AUTHORIZATION);
    default:
      return none(notes, wording.NO_LOCATION);
  }
}

function none(notes: Notes, why: string): Credentials | null {
  notes.add(why);
  return null;
}

function keyed(kind: SourceKind, config: ProxyConfig, isUserKey: bool): Credentials {
  if (isUserKey) return new Credentials(source(kind, config.userKeyName), NO_SOURCES, NO_SOURCES);
  return new Credentials(NO_SOURCES, source(kind, config.appIdName), source(kind, config.appKeyName));
}

function source(kind: SourceKind, name: Bytes): StaticArray<Source> {
  return [new Source(kind, kind == SourceKind.Header ? headerKeys(name) : [name], NO_STRINGS, null)];
}

/** A header's name in lower case, then with hyphens: nginx drops headers with underscores, so clients of APIcast send those. */
function headerKeys(name: Bytes): Bytes[] {
  const key = name.copy();
  const hyphened = name.copy();
  for (let i = 0; i < name.length; i++) {
    const byte = lowerCase(name.at(i));
    store<u8>(key.ptr + <usize>i, byte);
    store<u8>(hyphened.ptr + <usize>i, byte == UNDERSCORE ? HYPHEN : byte);
  }
  return key.equals(hyphened) ? [key] : [key, hyphened];
}

function verifiedClaim(config: ProxyConfig, notes: Notes): Credentials | null {
  const issuer = config.oidcIssuer;
  if (issuer == null) return none(notes, wording.NO_ISSUER);
  if (!config.isClaimPlain) return none(notes, wording.LIQUID_CLAIM);
  const claims: Bytes[] = config.clientIdClaim.isEmpty() ? [AZP, AUD] : [config.clientIdClaim];
  const claim = new Source(SourceKind.VerifiedClaim, claims, [JWT_AUTHN, issuer], null);
  return new Credentials(NO_SOURCES, [claim], NO_SOURCES);
}

function authorization(operations: string): string {
  return '{"header":{"keys":["authorization"],"ops":[' + operations + "]}}";
}

/** Reads credentials as a configuration writes them. */
function written(json: string): Credentials | null {
  const document = new ConfigDocument(new MemorySource(Bytes.of(json)));
  const credentials = readCredentials(document);
  document.finish();
  return credentials;
}
