/** Returns the value below which `rank` percent of an ascending list are; NaN for an empty list. */
export function percentile(sorted: readonly number[], rank: number): number {
  const index = Math.min(sorted.length - 1, Math.floor((sorted.length * rank) / 100));
  return sorted[index] ?? Number.NaN;
}

/** Median, minimum and maximum of a list. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}
