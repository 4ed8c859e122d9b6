import { readFile } from "node:fs/promises";
import { DocPlugin, readRequest, type Fields } from "./docs-configuration.ts";
import { ConfigurationDocument } from "./docs-examples.ts";
import type { Schema } from "./docs-schema.ts";
import { loadPlugin } from "./plugin.ts";

/** docs/configuration.md with the schema beside it, and a plugin to put what it says to. */
export const DOCUMENT = new URL("../../docs/configuration.md", import.meta.url);
const SCHEMA = new URL("../../schema/v1.schema.json", import.meta.url);

/** What tables there are, by their columns. */
export const FIELDS = "field, type, default, meaning";
export const ASKED = "request, 3scale is asked, or the answer";
export const AUTHORITIES = "authority, request, matches";
export const PATTERNS = "pattern, path, matches";
export const VERDICTS = "reply, outcome";
export const ANSWERS = "reply, answer";
export const BODIES = "`on_failure.status`, body";
export const OUTCOMES = "outcome, status, body, when";
export const PASSED_ON = "request, goes on with";
export const PRECEDENCE = "field, configured, fetched, where nothing is configured";
export const STATISTICS = "statistic (`wasmcustom.…`), of what";

export const PASSES = "passes";

export const markdown = await readFile(DOCUMENT, "utf8");
export const schema = JSON.parse(await readFile(SCHEMA, "utf8")) as Schema;
export const document = new ConfigurationDocument(markdown);
export const { base, examples, sections, tables } = document;
export const vm = await loadPlugin({ logLevel: "info" });
export const plainRequest = readRequest("`GET /products?user_key=a`");

/** Runs `work` on the plugin in force with a configuration. */
export function withPlugin<T>(configuration: Fields, work: (plugin: DocPlugin) => T): T {
  const plugin = new DocPlugin(vm, configuration);
  try {
    return work(plugin);
  } finally {
    plugin.end();
  }
}
