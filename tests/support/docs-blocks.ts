/** A Markdown document as a test reads it: headings, and the blocks of code and tables under them, in order. */

/** What stands under one heading. */
export interface DocSection {
  /** The heading as it is written, without the marks of its level. */
  title: string;
  blocks: DocBlock[];
}

export type DocBlock = CodeBlock | DocTable;

export interface CodeBlock {
  kind: "code";
  /** What stands behind the opening fence. */
  language: string;
  /** Without a line end after the last line. */
  text: string;
}

export interface DocTable {
  kind: "table";
  columns: string[];
  /** Each as long as `columns`; `\|` in a cell is `|`. */
  rows: string[][];
}

/** Reads a document. Fails on a fence that is not closed, and on a row that has not as many cells as its table columns. */
export function readDocument(markdown: string): DocSection[] {
  const sections: DocSection[] = [{ title: "", blocks: [] }];
  let code: { language: string; lines: string[] } | undefined;
  let table: DocTable | undefined;
  for (const line of markdown.split("\n")) {
    const blocks = sections.at(-1)!.blocks;
    const isFence = line.startsWith("```");
    if (code !== undefined) {
      if (isFence) {
        blocks.push({ kind: "code", language: code.language, text: code.lines.join("\n") });
        code = undefined;
      } else code.lines.push(line);
    } else if (isFence) code = { language: line.slice(3), lines: [] };
    else if (line.startsWith("|")) {
      const cells = cellsOf(line);
      if (table === undefined) blocks.push((table = { kind: "table", columns: cells, rows: [] }));
      else if (cells.length !== table.columns.length) throw new Error(`not ${table.columns.join(", ")}: ${line}`);
      else if (!cells.every((cell) => /^-+$/.test(cell))) table.rows.push(cells);
    } else {
      const [, title] = /^#+ (.*)$/.exec(line) ?? [];
      if (title !== undefined) sections.push({ title, blocks: [] });
    }
    if (!line.startsWith("|")) table = undefined;
  }
  if (code !== undefined) throw new Error(`the block of ${code.language} is not closed`);
  return sections;
}

/** The texts between backquotes of a cell, in order. */
export function codeSpans(cell: string): string[] {
  return [...cell.matchAll(/`([^`]*)`/g)].map(([, text]) => text!);
}

/** The text of a cell that is nothing but one piece of code. Fails for any other. */
export function codeSpan(cell: string): string {
  const [, text] = /^`([^`]*)`$/.exec(cell) ?? [];
  if (text === undefined) throw new Error(`not one piece of code: ${cell}`);
  return text;
}

function cellsOf(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** The targets of all links of a document, as they are written. */
export function linkTargets(markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
