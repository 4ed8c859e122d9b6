import { Bytes } from "../bytes/bytes";
import { ByteSource } from "../json/byte-source";
import { compile } from "./compile";
import { ConfigDocument } from "./config-document";
import { Code, Diagnostic, Diagnostics } from "./diagnostics";
import { FilterConfig } from "./filter-config";
import { readSettings } from "./read-settings";
import { validate } from "./validate";
import * as wording from "./wording";

/** What became of a configuration's bytes. */
export class ConfigurationResult {
  constructor(
    /** Null where the configuration is refused. */
    readonly config: FilterConfig | null,
    readonly diagnostics: Diagnostics,
  ) {}
}

/** Reads, validates and compiles a configuration. Never traps: whatever is wrong is in the diagnostics. */
export function loadConfiguration(source: ByteSource): ConfigurationResult {
  const opening = new Bytes();
  source.read(0, opening);
  const fault = faultAtOpening(opening);
  if (fault != null) {
    const diagnostics = new Diagnostics();
    diagnostics.add(fault);
    return new ConfigurationResult(null, diagnostics);
  }
  const document = new ConfigDocument(source);
  const settings = readSettings(document);
  validate(document, settings);
  const refused = document.diagnostics.isRefused();
  return new ConfigurationResult(refused ? null : compile(settings), document.diagnostics);
}

function faultAtOpening(opening: Bytes): Diagnostic | null {
  if (opening.isEmpty()) {
    return new Diagnostic(true, Code.Empty, "", 1, 1, "nothing", wording.CONFIGURATION);
  }
  if (opening.at(0) == 0xef && opening.at(1) == 0xbb && opening.at(2) == 0xbf) {
    return new Diagnostic(true, Code.Syntax, "", 1, 1, "a byte order mark", wording.NO_BOM);
  }
  return null;
}
