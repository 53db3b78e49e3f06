import type { FiguresOfMetric } from './metric-figures.ts';

/** Upper bounds of the buckets in seconds: a request takes one or two milliseconds, and the default deadline is ten seconds. */
export const BOUNDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Returns zero for each bucket. The last has no bound. */
export function noCounts(): number[] {
  return Array.from({ length: BOUNDS.length + 1 }, () => 0);
}

/** Returns the number of the bucket of a duration. */
export function bucketOf(seconds: number): number {
  let bucket = 0;
  while (seconds > (BOUNDS[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
  return bucket;
}

/** Durations with one value of the label. */
interface Counted {
  /** Numbers of those in each bucket. */
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram of durations, with at most one label. The metrics library takes half a microsecond for one of them, and this a
 * tenth of it: a request has three.
 */
export class Durations {
  readonly #name: string;
  readonly #help: string;
  readonly #label: string | undefined;
  readonly #counted = new Map<string, Counted>();

  constructor(name: string, help: string, label: string | undefined) {
    this.#name = name;
    this.#help = help;
    this.#label = label;
    if (label === undefined) this.#count('');
  }

  /** @param value of the label; of no meaning if there is none */
  add(value: string, seconds: number): void {
    const counted = this.#counted.get(value) ?? this.#count(value);
    const bucket = bucketOf(seconds);
    counted.counts[bucket] = (counted.counts[bucket] ?? 0) + 1;
    counted.sum += seconds;
  }

  /** Returns the figures as the library has those of a histogram. */
  figures(): FiguresOfMetric {
    const values = [...this.#counted].flatMap(([value, counted]) => {
      return seriesOf(this.#name, this.#label === undefined ? {} : { [this.#label]: value }, counted);
    });
    return { name: this.#name, help: this.#help, type: 'histogram', values };
  }

  #count(value: string): Counted {
    const counted = { counts: noCounts(), sum: 0 };
    this.#counted.set(value, counted);
    return counted;
  }
}

function seriesOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  { counts, sum }: Counted,
): FiguresOfMetric['values'] {
  let below = 0;
  const buckets = counts.map((count, bucket) => {
    below += count;
    return { labels: { le: BOUNDS[bucket] ?? '+Inf', ...labels }, value: below, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: below, metricName: `${name}_count` },
  ];
}
