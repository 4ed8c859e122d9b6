/** The middle one of several figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The median of the ratios of two rows of figures, each ratio of one round, so that what else the machine does falls on both
 * sides alike.
 */
export function medianRatio(figures: readonly number[], to: readonly number[]): number {
  return median(figures.map((figure, i) => figure / to[i]!));
}

/** A figure with at most `digits` digits behind the point. */
export const rounded = (figure: number, digits: number): number => Number(figure.toFixed(digits));
