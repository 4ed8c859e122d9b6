import { readFileSync, writeFileSync } from "node:fs";
import { format } from "prettier";
import type { Results, Row } from "./results.ts";

const LOAD = "figures of load";
const MEMORY = "figures of memory";

/** Puts the figures into a Markdown document, each table between its two comments. */
export async function writeTables(path: string, results: Results): Promise<void> {
  const text = readFileSync(path, "utf8");
  const filled = between(between(text, LOAD, loadTable(results)), MEMORY, memoryTable(results));
  writeFileSync(path, await format(filled, { parser: "markdown", printWidth: 120 }));
}

function between(text: string, name: string, table: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has no "${start}" before "${end}"`);
  return `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`;
}

function loadTable({ rows, settings, envoy, cores }: Results): string {
  const line = (row: Row) => [
    row.scenario,
    share(row.ofExtAuthz),
    share(row.ofFixedCall),
    share(row.ofReadAndCall),
    share(row.cpuOfExtAuthz),
    row.cpuUs.toFixed(0),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
  ];
  const shares = ["of ext_authz", "of one fixed call", "of read and call", "cpu of ext_authz"];
  const columns = ["scenario", ...shares, "cpu µs", "p50 ms", "p99 ms"];
  const { rounds, requests } = settings;
  const caption = `Envoy ${envoy}, a virtual machine with ${String(cores)} cores, ${String(rounds)} rounds of ${requests.toLocaleString("en")} requests:`;
  return `${caption}\n\n${table(columns, rows.map(line))}`;
}

function memoryTable({ rows }: Results): string {
  const none = rows.find(({ scenario }) => scenario === "no filter");
  const above = (row: Row, megabytes: "rssIdleMiB" | "rssAfterMiB") =>
    none === undefined ? "" : `+${(row[megabytes] - none[megabytes]).toFixed(1)}`;
  const line = (row: Row) => [
    row.scenario,
    above(row, "rssIdleMiB"),
    above(row, "rssAfterMiB"),
    row.readySeconds.toFixed(2),
  ];
  const columns = ["scenario", "idle, MiB", "after load, MiB", "ready after, s"];
  const shown = rows.filter(
    ({ scenario, group }) => ["services", "rules"].includes(group) && !scenario.endsWith("first"),
  );
  return table(columns, [...new Map(shown.map((row) => [row.scenario, row])).values()].map(line));
}

const share = (value: number | null): string => (value === null ? "" : value.toFixed(2));

function table(columns: readonly string[], lines: readonly string[][]): string {
  const rows = [columns, columns.map(() => "---"), ...lines];
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
