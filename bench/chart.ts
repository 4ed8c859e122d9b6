/** A bar of a chart. */
export interface Bar {
  label: string;
  value: number;
  /** Baselines are drawn in grey. */
  isBaseline: boolean;
}

const WIDTH = 760;
const LABEL_WIDTH = 250;
const VALUE_WIDTH = 50;
const ROW_HEIGHT = 22;
const BAR_HEIGHT = 14;
const TOP = 44;

/** Colours that stand out from white and from black alike. */
const TEXT = "#768390";
const BAR = "#3b82c4";
const BASELINE = "#8b949e";
const LINE = "#d9822b";

/** An SVG with a horizontal bar for each value, and a line where they are 1. The same bars make the same picture. */
export function chart(title: string, bars: readonly Bar[]): string {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / most;
  const height = TOP + bars.length * ROW_HEIGHT + 12;
  const one = (LABEL_WIDTH + scale).toFixed(1);
  const rows = bars.map(({ label, value, isBaseline }, i) => {
    const top = TOP + i * ROW_HEIGHT;
    const middle = top + ROW_HEIGHT / 2 + 4;
    const width = (value * scale).toFixed(1);
    const end = (LABEL_WIDTH + value * scale + 6).toFixed(1);
    return [
      `  <text x="${String(LABEL_WIDTH - 8)}" y="${String(middle)}" text-anchor="end">${escape(label)}</text>`,
      `  <rect x="${String(LABEL_WIDTH)}" y="${String(top + (ROW_HEIGHT - BAR_HEIGHT) / 2)}" width="${width}" ` +
        `height="${String(BAR_HEIGHT)}" rx="2" fill="${isBaseline ? BASELINE : BAR}"/>`,
      `  <text x="${end}" y="${String(middle)}">${value.toFixed(2)}</text>`,
    ].join("\n");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" width="${String(WIDTH)}" ` +
      `height="${String(height)}" font-family="sans-serif" font-size="12" fill="${TEXT}" role="img">`,
    `  <title>${escape(title)}</title>`,
    `  <text x="8" y="20" font-size="14" font-weight="bold">${escape(title)}</text>`,
    ...rows,
    `  <line x1="${one}" y1="${String(TOP - 8)}" x2="${one}" y2="${String(height - 8)}" stroke="${LINE}" stroke-dasharray="4 3"/>`,
    "</svg>",
    "",
  ].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
