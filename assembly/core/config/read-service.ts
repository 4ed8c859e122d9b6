import { isAlpha, isDigit } from "../bytes/ascii";
import { Bytes } from "../bytes/bytes";
import { MetricNumbers } from "../usage/metric";
import { AuthorityPattern } from "../service/authority";
import { Code } from "./diagnostics";
import { ConfigDocument, shown, Unknown } from "./config-document";
import { PRODUCTION, ServiceSettings } from "./model";
import { readCredentials } from "./read-credentials";
import { readMappingRules } from "./read-mapping-rules";
import * as wording from "./wording";

const NAMES: StaticArray<string> = [
  "id",
  "token",
  "environment",
  "authorities",
  "credentials",
  "mapping_rules",
  "responses",
  "enforce",
  "skip",
];
/** The last three. */
const RESERVED: i32 = 3;
const enum Field {
  Id,
  Token,
  Environment,
  Authorities,
  Credentials,
  MappingRules,
}

const STAGING: Bytes = Bytes.of("staging");
const SANDBOX: Bytes = Bytes.of("sandbox");
const BACKSLASH: u8 = 0x5c;
/** Of the service that is being read. */
const authorities: AuthorityPattern[] = [];

/** Reads one of the `services`. */
export function readService(document: ConfigDocument, metrics: MetricNumbers): ServiceSettings | null {
  const fields = document.object(NAMES, Unknown.Warn, RESERVED);
  if (fields == null) return null;
  const service = new ServiceSettings();
  service.line = fields.line;
  service.column = fields.column;
  for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
    switch (field) {
      case Field.Id: {
        const id = document.string();
        if (id != null) {
          service.id = id;
          if (id.isEmpty()) document.report(false, Code.Suspicious, "an empty string", wording.SERVICE_ID);
        }
        break;
      }
      case Field.Token: {
        const token = document.string(wording.STRING, true);
        // A token of the wrong type is not a missing one.
        service.token = token == null ? new Bytes() : token;
        if (token != null && token.isEmpty()) {
          document.report(false, Code.Suspicious, "an empty string", wording.SERVICE_TOKEN);
        }
        break;
      }
      case Field.Environment:
        readEnvironment(document, service);
        break;
      case Field.Authorities:
        readAuthorities(document, service);
        break;
      case Field.Credentials:
        service.credentials = readCredentials(document);
        break;
      case Field.MappingRules:
        readRules(document, service, metrics);
        break;
      default:
        document.refuseValue(Code.NotSupported, wording.RESERVED);
    }
    document.endField();
  }
  document.require(fields, Field.Id, wording.ID);
  service.hasAuthorities = fields.has(Field.Authorities);
  service.hasCredentials = fields.has(Field.Credentials);
  return service;
}

function readRules(document: ConfigDocument, service: ServiceSettings, metrics: MetricNumbers): void {
  const faults = document.diagnostics.errorCount;
  service.rules = readMappingRules(document, metrics);
  service.metrics = metrics.all();
  service.hasRules = service.rules.length > 0 || document.diagnostics.errorCount > faults;
}

function readEnvironment(document: ConfigDocument, service: ServiceSettings): void {
  const environment = document.string(wording.ENVIRONMENT);
  if (environment == null) return;
  if (environment.equals(PRODUCTION)) return;
  if (environment.equals(STAGING)) service.environment = STAGING;
  if (environment.equals(SANDBOX)) service.environment = SANDBOX;
  if (service.environment != PRODUCTION) return;
  // Whether it matters is known when the whole configuration is: only a fetched service has an environment.
  service.unknownEnvironment = shown(environment);
  service.environmentLine = document.line;
  service.environmentColumn = document.column;
}

function readAuthorities(document: ConfigDocument, service: ServiceSettings): void {
  if (!document.array(wording.STRINGS)) return;
  const faults = document.diagnostics.errorCount;
  for (let i = 0; document.nextElement(i); i++) {
    const authority = document.string();
    if (authority != null) {
      if (hasIdleEscape(authority)) document.report(false, Code.InvalidGlob, shown(authority), wording.GLOB_ESCAPE);
      authorities.push(new AuthorityPattern(authority));
    }
    document.endField();
  }
  service.authorities = StaticArray.fromArray(authorities);
  const isEmpty = authorities.length == 0;
  authorities.length = 0;
  if (isEmpty && document.diagnostics.errorCount == faults) {
    document.report(false, Code.Suspicious, "an empty list", wording.AUTHORITIES_EMPTY);
  }
}

/** Says whether a backslash stands before a letter or a digit, or at the end. */
function hasIdleEscape(glob: Bytes): bool {
  for (let i = 0; i < glob.length; i++) {
    if (glob.at(i) != BACKSLASH) continue;
    const next = glob.at(++i);
    if (i >= glob.length || isAlpha(next) || isDigit(next)) return true;
  }
  return false;
}
