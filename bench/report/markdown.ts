import type { Spread } from '../statistics.ts';

/** Returns a table, or nothing if there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '_Not measured._';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Formats median, minimum and maximum as `0.27 (0.25–0.31)`. */
export function withSpread({ median, least, most }: Spread, digits: number): string {
  const text = (value: number) => value.toFixed(digits);
  if (Number.isNaN(median)) return '–';
  return text(least) === text(most) ? text(median) : `${text(median)} (${text(least)}–${text(most)})`;
}
