/** docs/configuration.md as tests use it: its tables, and its configurations with what is shown of each. */
import assert from "node:assert/strict";
import {
  codeSpan,
  readDocument,
  type CodeBlock,
  type DocBlock,
  type DocSection,
  type DocTable,
} from "./docs-blocks.ts";
import { readFields, withPart, type Fields } from "./docs-configuration.ts";

const STRING_VALUE = "type.googleapis.com/google.protobuf.StringValue";

/** A configuration of the document, with what follows it under the same heading, up to the next one. */
export interface Example {
  code: CodeBlock;
  /** Whole, as it is put to the plugin. */
  configuration: Fields;
  tables: DocTable[];
  /** The blocks of `http`: a request, and the call that it leads to. */
  http: string[];
  /** The lines that the plugin is to log. */
  lines: string[];
}

export class ConfigurationDocument {
  readonly sections: DocSection[];
  readonly tables: DocTable[];
  /** The first configuration, which others replace parts of. */
  readonly base: Fields;
  readonly examples: Example[];

  constructor(markdown: string) {
    this.sections = readDocument(markdown);
    const blocks = this.sections.flatMap((section) => section.blocks);
    this.tables = blocks.filter((block) => block.kind === "table");
    this.base = readFields(blocks.find((block) => block.kind === "code")!.text);
    this.examples = this.sections.flatMap((section) => this.#examplesOf(section.blocks));
  }

  /** The rows of all tables with these columns, as `columnsOf` writes them. Fails where there is none. */
  rows(columns: string): string[][] {
    const rows = this.tables.filter((table) => columnsOf(table) === columns).flatMap((table) => table.rows);
    assert.ok(rows.length > 0, `no table of ${columns}`);
    return rows;
  }

  /** The row whose first cell is `name` as code. Fails where there is none, and where there are several. */
  row(columns: string, name: string): string[] {
    const [row, ...others] = this.rows(columns).filter(([cell]) => codeSpan(cell!) === name);
    assert.ok(row !== undefined && others.length === 0, `${String(others.length)} other rows of ${name}`);
    return row;
  }

  #examplesOf(blocks: readonly DocBlock[]): Example[] {
    const found: Example[] = [];
    for (const block of blocks) {
      const current = found.at(-1);
      if (block.kind === "table") current?.tables.push(block);
      else if (block.language === "yaml" || block.language === "json") {
        found.push({ code: block, configuration: this.#wholeOf(block.text), tables: [], http: [], lines: [] });
      } else {
        assert.ok(current, `a block of ${block.language} without a configuration`);
        if (block.language === "http") current.http.push(block.text);
        else if (block.language === "text") current.lines.push(...block.text.split("\n"));
        else assert.fail(`a block of "${block.language}"`);
      }
    }
    return found;
  }

  /** A whole configuration, the one inside Envoy's own, or a part of the base. */
  #wholeOf(text: string): Fields {
    const fields = readFields(text);
    const inEnvoy = fields["configuration"] as { "@type": string; value: string } | undefined;
    if (inEnvoy === undefined) return "api" in fields ? fields : withPart(this.base, fields);
    assert.equal(inEnvoy["@type"], STRING_VALUE);
    return JSON.parse(inEnvoy.value) as Fields;
  }
}

/** The titles of a table's columns: what it is known by. */
export function columnsOf(table: DocTable): string {
  return table.columns.join(", ");
}

/** The rows of an example's tables with these columns, each with the example's configuration. */
export function exampleRows(
  examples: readonly Example[],
  columns: string,
): { configuration: Fields; cells: [string, string] }[] {
  return examples.flatMap(({ configuration, tables }) =>
    tables
      .filter((table) => columnsOf(table) === columns)
      .flatMap(({ rows }) => rows.map((cells) => ({ configuration, cells: cells as [string, string] }))),
  );
}
