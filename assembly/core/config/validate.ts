import { hasControls } from "../bytes/controls";
import { Code, Diagnostic } from "./diagnostics";
import { ConfigDocument } from "./config-document";
import { ServiceSettings, Settings } from "./model";
import * as wording from "./wording";

/** Checks what only the whole configuration shows: what a service must have depends on whether there is a `system`. */
export function validate(document: ConfigDocument, settings: Settings): void {
  const line = settings.line;
  const column = settings.column;
  // What a broken document lacks may stand behind the fault.
  if (document.isBroken || line == 0) return;
  if (!settings.hasBackend) warn(document, "backend", line, column, "nothing", wording.BACKEND);
  if (settings.services.length == 0) {
    const found = settings.hasServices ? "an empty list" : "nothing";
    warn(document, "services", line, column, found, wording.SERVICES);
  }
  const backend = settings.backend;
  if (settings.passthroughMetadata && backend != null && hasControls(backend.upstream.cluster)) {
    refuseControls(document, "backend.upstream.name", line, column);
  }
  for (let i = 0; i < settings.services.length; i++) {
    const service = settings.services[i];
    if (service.line == 0) continue;
    const path = "services[" + i.toString() + "].";
    validateService(document, service, path, settings.hasSystem, settings.passthroughMetadata);
  }
}

function validateService(
  document: ConfigDocument,
  service: ServiceSettings,
  path: string,
  hasSystem: bool,
  isPassthrough: bool,
): void {
  const line = service.line;
  const column = service.column;
  if (service.unknownEnvironment.length > 0) {
    document.diagnostics.add(
      new Diagnostic(
        hasSystem,
        Code.InvalidValue,
        path + "environment",
        service.environmentLine,
        service.environmentColumn,
        service.unknownEnvironment,
        wording.ENVIRONMENT,
      ),
    );
  }
  if (isPassthrough) requireSendable(document, service, path);
  if (hasSystem) return;
  if (!service.hasAuthorities) fail(document, path + "authorities", line, column, wording.SERVICE_AUTHORITIES);
  if (!service.hasCredentials) fail(document, path + "credentials", line, column, wording.SERVICE_CREDENTIALS);
  if (service.token == null) warn(document, path + "token", line, column, "nothing", wording.SERVICE_TOKEN);
  if (!service.hasRules) warn(document, path + "mapping_rules", line, column, "none", wording.RULES_EMPTY);
}

/** What passes on as headers has to fit into headers. */
function requireSendable(document: ConfigDocument, service: ServiceSettings, path: string): void {
  const token = service.token;
  let field = "";
  if (hasControls(service.id)) field = "id";
  else if (token != null && hasControls(token)) field = "token";
  if (field.length > 0) refuseControls(document, path + field, service.line, service.column);
}

function refuseControls(document: ConfigDocument, path: string, line: i32, column: i32): void {
  document.diagnostics.add(
    new Diagnostic(true, Code.InvalidValue, path, line, column, "control characters", wording.SENDABLE),
  );
}

function fail(document: ConfigDocument, path: string, line: i32, column: i32, expected: string): void {
  document.diagnostics.add(new Diagnostic(true, Code.MissingField, path, line, column, "nothing", expected));
}

function warn(document: ConfigDocument, path: string, line: i32, column: i32, found: string, expected: string): void {
  document.diagnostics.add(new Diagnostic(false, Code.Suspicious, path, line, column, found, expected));
}
