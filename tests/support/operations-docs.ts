/** The parts of docs/operations.md that a test can hold the plugin to. */

/** A part of a Markdown document under a heading of its own. */
export interface Section {
  /** The heading as it is written, without the marks of its level. */
  title: string;
  level: number;
  tables: Table[];
}

export interface Table {
  /** The titles of the columns. */
  columns: string[];
  rows: string[][];
  /** The last block of JSON before it in the document; undefined where there is none. */
  json: unknown;
}

/** Reads the headings, tables and blocks of JSON of a document, in order. */
export function readSections(markdown: string): Section[] {
  const sections: Section[] = [{ title: "", level: 0, tables: [] }];
  let json: unknown;
  let fence: { isJson: boolean; lines: string[] } | undefined;
  let table: Table | undefined;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("```")) {
      if (fence === undefined) fence = { isJson: line === "```json", lines: [] };
      else {
        if (fence.isJson) json = JSON.parse(fence.lines.join("\n"));
        fence = undefined;
      }
    } else if (fence !== undefined) fence.lines.push(line);
    else if (line.startsWith("|")) {
      const cells = cellsOf(line);
      if (table === undefined) {
        table = { columns: cells, rows: [], json };
        sections.at(-1)!.tables.push(table);
      } else if (!cells.every((cell) => /^-+$/.test(cell))) table.rows.push(cells);
    } else {
      table = undefined;
      const [, marks, title] = /^(#+) (.*)$/.exec(line) ?? [];
      if (marks !== undefined && title !== undefined) sections.push({ title, level: marks.length, tables: [] });
    }
  }
  return sections;
}

function cellsOf(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** What stands between a cell's backquotes, read as JSON. Fails for any other cell. */
export function jsonCell(cell: string): unknown {
  const [, text] = /^`(.*)`$/.exec(cell) ?? [];
  if (text === undefined) throw new Error(`not JSON between backquotes: ${cell}`);
  return JSON.parse(text);
}
