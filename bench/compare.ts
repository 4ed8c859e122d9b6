import type { Results, Row } from "./results.ts";

/** A figure that differs by more than {@link THRESHOLD}. */
export interface Change {
  scenario: string;
  figure: string;
  before: number;
  now: number;
  /** 0.1: a tenth more. */
  by: number;
}

const THRESHOLD = 0.05;

/** What carries over from one machine to another: shares, counts and memory, not requests a second. */
const FIGURES: Record<string, (row: Row) => number | null | undefined> = {
  "of no filter": (row) => row.ofNoFilter,
  "of ext_authz": (row) => row.ofExtAuthz,
  "of fixed call": (row) => row.ofFixedCall,
  "of read and call": (row) => row.ofReadAndCall,
  "cpu of ext_authz": (row) => row.cpuOfExtAuthz,
  "cpu of fixed call": (row) => row.cpuOfFixedCall,
  "cpu of read and call": (row) => row.cpuOfReadAndCall,
  "RSS idle MiB": (row) => row.rssIdleMiB,
  "RSS after MiB": (row) => row.rssAfterMiB,
  "ready, of no filter": (row) => row.readyOfNoFilter,
  "host calls": (row) => row.traffic?.hostCalls,
  entries: (row) => row.traffic?.entries,
  "bytes copied": (row) => row.traffic?.bytes,
};

/** What differs by more than 5 % in scenarios that both have. */
export function changes(before: Results, now: Results): Change[] {
  const found: Change[] = [];
  for (const row of now.rows) {
    const old = before.rows.find(({ scenario }) => scenario === row.scenario);
    if (old === undefined) continue;
    for (const [figure, of] of Object.entries(FIGURES)) {
      const [was, is] = [of(old), of(row)];
      if (typeof was !== "number" || typeof is !== "number" || was === is) continue;
      const by = is / was - 1;
      if (Math.abs(by) > THRESHOLD) found.push({ scenario: row.scenario, figure, before: was, now: is, by });
    }
  }
  return found;
}

/** Prints what has changed, and which scenarios are new or gone. */
export function reportChanges(before: Results, now: Results): void {
  const found = changes(before, now);
  console.log(`\nChanged by more than 5 %: ${found.length === 0 ? "nothing" : ""}`);
  if (found.length > 0) {
    console.table(found.map((one) => ({ ...one, by: `${one.by > 0 ? "+" : ""}${(one.by * 100).toFixed(0)} %` })));
  }
  const missing = (of: Results, from: Results) =>
    of.rows
      .filter(({ scenario }) => !from.rows.some((row) => row.scenario === scenario))
      .map(({ scenario }) => scenario);
  const added = missing(now, before);
  const gone = missing(before, now);
  if (added.length > 0) console.log(`not compared, as it is new: ${added.join("; ")}`);
  if (gone.length > 0) console.log(`not measured this time: ${gone.join("; ")}`);
}
