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

/** Returns the figure below which a share of all figures lies. */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

/** Returns a copy in an order drawn anew. */
export function shuffled<T>(values: readonly T[]): T[] {
  const drawn = [...values];
  for (let i = drawn.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [drawn[i], drawn[j]] = [drawn[j]!, drawn[i]!];
  }
  return drawn;
}
