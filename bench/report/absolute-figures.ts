import type { MemorySample } from '../soak.ts';
import { spread } from '../statistics.ts';
import type { Figure } from './figures.ts';
import { type Results, select } from './results.ts';

const REST_LIMIT_MB = 120;
const SOAK_MINUTES = 10;
/** Variation of a heap between garbage collections. */
const FLAT_FACTOR = 1.1;

/** Requests per second of the REST version of this system on Bun, on another machine. */
const BUN_USER_PAIRS = 5900;
const BUN_CREATES = 540;

/** Figures that are not ratios of systems measured side by side. */
export function absoluteFigures(results: Results): Figure[] {
  return [
    rateFigure(results, 'user', `${BUN_USER_PAIRS}/s, the pairs of the REST version on Bun`),
    rateFigure(results, 'create', `${5 * BUN_CREATES}/s, five times its POST /orders`),
    restFigure(results),
    flatFigure(results.soak),
  ];
}

/** Compares with Bun's rates for orientation only: they are from another machine, with nothing else on it. */
function rateFigure({ measurements, options }: Results, operation: string, limit: string): Figure {
  const rates = options.connections.map((connections) => {
    const found = select(measurements, { system: 'lockstep', operation, keys: 'distinct', connections });
    return spread(found.map(({ answers, seconds }) => answers / seconds)).median;
  });
  const isMeasured = rates.some((rate) => !Number.isNaN(rate));
  return {
    name: `\`${operation}\` a second`,
    limit: `at least ${limit}`,
    measured: isMeasured ? rates.map((rate) => `${Math.round(rate)}/s`).join(' / ') : '–',
    verdict: isMeasured ? 'can’t be compared' : 'not measured',
  };
}

function restFigure({ starts }: Results): Figure {
  const { median } = spread(starts.filter(({ system }) => system === 'lockstep').map(({ restMb }) => restMb));
  const figure = { name: "gateway's memory at rest", limit: `under ${REST_LIMIT_MB} MB` };
  if (Number.isNaN(median)) return { ...figure, measured: '–', verdict: 'not measured' };
  return {
    ...figure,
    measured: `${median.toFixed(0)} MB`,
    verdict: median < REST_LIMIT_MB ? 'reached' : 'not reached',
  };
}

/** Returns the figure of flat memory: the last minute's equals the second's, apart from the variation of a heap. */
function flatFigure(samples: readonly MemorySample[]): Figure {
  const name = `gateway's memory over ${SOAK_MINUTES} minutes of load after the first`;
  const limit = `last minute at most ${FLAT_FACTOR} times the second`;
  const end = samples.at(-1)?.minutes ?? 0;
  const between = (from: number, to: number) =>
    spread(samples.filter(({ minutes }) => minutes >= from && minutes <= to).map(({ gatewayMb }) => gatewayMb)).median;
  const [early, late] = [between(1, 2), between(end - 1, end)];
  if (end < 2) return { name, limit: 'flat', measured: 'only with --soak 11', verdict: 'not measured' };
  return {
    name: end < SOAK_MINUTES + 1 ? `${name} (here ${end.toFixed(1)} in all)` : name,
    limit,
    measured: `${early.toFixed(0)} MB, then ${late.toFixed(0)} MB: ${(late / early).toFixed(2)}`,
    verdict: late <= early * FLAT_FACTOR ? 'reached' : 'not reached',
  };
}
