import { Code } from "./diagnostics";
import { MetricNumbers } from "../usage/metric";
import { ConfigDocument, shown, Unknown } from "./config-document";
import { ServiceSettings, Settings } from "./model";
import { readBackend } from "./read-backend";
import { readService } from "./read-service";
import { readSystem } from "./read-system";
import * as wording from "./wording";

const NAMES: StaticArray<string> = ["api", "system", "backend", "services", "passthrough_metadata", "cache", "debug"];
/** The last two. */
const RESERVED: i32 = 2;
const enum Field {
  Api,
  System,
  Backend,
  Services,
  PassthroughMetadata,
}

/**
 * Reads a v1 configuration field by field. What is wrong with it is in the document's diagnostics; the settings are to
 * be used only where `validate` finds none.
 */
export function readSettings(document: ConfigDocument): Settings {
  const settings = new Settings();
  const fields = document.object(NAMES, Unknown.Warn, RESERVED);
  if (fields != null) {
    for (let field = document.nextField(fields); field >= 0; field = document.nextField(fields)) {
      readField(document, settings, field);
      document.endField();
    }
    document.require(fields, Field.Api, wording.API);
    settings.line = fields.line;
    settings.column = fields.column;
    settings.hasBackend = fields.has(Field.Backend);
    settings.hasSystem = fields.has(Field.System);
    settings.hasServices = fields.has(Field.Services);
  }
  document.finish();
  return settings;
}

function readField(document: ConfigDocument, settings: Settings, field: i32): void {
  switch (field) {
    case Field.Api: {
      const api = document.string(wording.API);
      if (api == null) return;
      const version = api.printable(8);
      if (version != "v1" && version != "v1.0" && version != "v1.0.0") {
        document.report(true, Code.InvalidValue, shown(api), wording.API);
      }
      return;
    }
    case Field.System:
      settings.system = readSystem(document);
      return;
    case Field.Backend:
      settings.backend = readBackend(document);
      return;
    case Field.Services:
      readServices(document, settings);
      return;
    case Field.PassthroughMetadata:
      settings.passthroughMetadata = document.boolean();
      return;
    default:
      document.refuseValue(Code.NotSupported, wording.RESERVED);
  }
}

function readServices(document: ConfigDocument, settings: Settings): void {
  const services = settings.services;
  const metrics = new MetricNumbers(settings.metrics);
  if (!document.array()) {
    // A list that is none is not an empty one.
    services.push(new ServiceSettings());
    return;
  }
  for (let i = 0; document.nextElement(i); i++) {
    const service = readService(document, metrics);
    // A service that is none keeps its place, so that the others keep theirs in messages.
    services.push(service == null ? new ServiceSettings() : service);
    document.endField();
  }
}
