import type { Measurement } from '../measure.ts';
import { spread } from '../statistics.ts';
import type { SystemName } from '../systems.ts';
import { type Results, ratios, type Selection } from './results.ts';

/** A target figure, and the measured values. */
export interface Figure {
  readonly name: string;
  /** The target, such as `at most 1.35`. */
  readonly limit: string;
  /** Measured values, one for each number of connections if there are several. */
  readonly measured: string;
  readonly verdict: 'reached' | 'not reached' | 'not measured' | 'can’t be compared';
}

const gatewayCpu = ({ gatewayCpuMs }: Measurement) => gatewayCpuMs;
const systemCpu = ({ systemCpuMs }: Measurement) => systemCpuMs;

/** A ratio of two measurements and its maximum. */
interface RatioFigure {
  readonly name: string;
  readonly atMost: number;
  readonly value: (measurement: Measurement) => number;
  readonly of: Selection;
  readonly to: Selection;
}

/** Figures that are ratios of systems measured side by side. */
export function ratioFigures(results: Results): Figure[] {
  const { connections } = results.options;
  const distinct = ['page', 'user', 'create'].flatMap((operation) => [
    against(`\`${operation}\`: gateway's CPU, to the floor's`, 1.35, operation, 'floor', gatewayCpu),
    against(`\`${operation}\`: gateway's CPU, to the stock gateway's`, 1 / 4, operation, 'stock gateway', gatewayCpu),
    against(`\`${operation}\`: gateway's CPU, to Hive Gateway's with Rust`, 1 / 3, operation, 'hive rust', gatewayCpu),
    against(
      `\`${operation}\`: whole system's CPU, to the all-stock system's`,
      operation === 'create' ? 1 / 3 : 1 / 4,
      operation,
      'all stock',
      systemCpu,
    ),
  ]);
  const hot = ['page', 'user'].map((operation) =>
    against(
      `\`${operation}\`, hot key: whole system's CPU, to Hive Gateway's with Rust`,
      1 / 2,
      operation,
      'hive rust',
      systemCpu,
      'hot',
    ),
  );
  const usual = against("`page`: gateway's CPU, to that with nothing configured", 1.1, 'page', 'lockstep', gatewayCpu);
  const settings = [
    {
      ...usual,
      name: "`page`: gateway's CPU with the usual set, to that without",
      of: { ...usual.of, system: 'usual set' },
    },
    {
      ...against('', 1.05, 'page', 'lockstep', gatewayCpu),
      name: "`page`: gateway's CPU with a tenth of all requests traced, to that without",
      of: { ...usual.of, system: 'traced' },
    },
    {
      ...against('', 1.05, 'page', 'lockstep', gatewayCpu),
      name: "`page`: gateway's CPU with metrics and access log, to that without",
      of: { ...usual.of, system: 'observed' },
    },
    {
      ...against('', 1 / 2, 'page', 'lockstep', systemCpu),
      name: "`page`: whole system's CPU with a warm cache, to that without",
      of: { ...usual.of, system: 'warm cache' },
    },
    against("`page`: gateway's CPU, to that of the earlier checkout", 1.03, 'page', 'before', gatewayCpu),
  ] as const;
  return [...distinct, ...hot, ...settings]
    .map((figure) => compare(results, figure, connections))
    .concat(wideFigures(results));
}

function against(
  name: string,
  atMost: number,
  operation: string,
  other: SystemName,
  value: RatioFigure['value'],
  keys: 'distinct' | 'hot' = 'distinct',
): RatioFigure {
  const cell = { operation, keys };
  return { name, atMost, value, of: { ...cell, system: 'lockstep' }, to: { ...cell, system: other } };
}

/** Returns figures of rates on one core, the inverse of the gateway's CPU per request. */
function wideFigures(results: Results): Figure[] {
  const name = "90 KB from a dozen fetches: gateway's CPU, to";
  const stock = against(
    `${name} the stock gateway's (three times its rate)`,
    1 / 3,
    'wide',
    'stock gateway',
    gatewayCpu,
    'hot',
  );
  const hive = against(`${name} Hive Gateway's with Rust (ahead of it)`, 1, 'wide', 'hive rust', gatewayCpu, 'hot');
  return [stock, hive].map((figure) => compare(results, figure));
}

/** Compares at each number of connections. A figure is reached if it is at all of them. */
export function compare(
  results: Results,
  figure: RatioFigure,
  connections: readonly (number | undefined)[] = [undefined],
): Figure {
  const medians = connections.map((count) => {
    const at = count === undefined ? {} : { connections: count };
    return spread(ratios(results, { ...at, ...figure.of }, { ...at, ...figure.to }, figure.value)).median;
  });
  return judge(figure.name, figure.atMost, medians);
}

/** @param ratiosFound ratios by number of connections; NaN if not measured */
export function judge(name: string, atMost: number, ratiosFound: readonly number[]): Figure {
  const found = ratiosFound.filter((ratio) => !Number.isNaN(ratio));
  const limit = `at most ${atMost.toFixed(2)}`;
  if (found.length === 0) return { name, limit, measured: '–', verdict: 'not measured' };
  const measured = ratiosFound.map((ratio) => (Number.isNaN(ratio) ? '–' : ratio.toFixed(2))).join(' / ');
  return { name, limit, measured, verdict: found.every((ratio) => ratio <= atMost) ? 'reached' : 'not reached' };
}

/** Figures about the growth of cost with the answer and with the number of clients. */
export function growthFigures(results: Results): Figure[] {
  const perField = (measurement: Measurement) => measurement.gatewayCpuMs / (measurement.cell.operation.fields ?? 1);
  const of = (operation: string) => ({ system: 'lockstep', operation }) as const;
  const objects: RatioFigure = {
    name: "gateway's CPU a field at 10,000 objects, to that at 100",
    atMost: 1.2,
    value: perField,
    of: of('growth10000'),
    to: of('growth100'),
  };
  const [fewest, ...more] = results.options.connections.toSorted((a, b) => a - b);
  if (more.length === 0) return [compare(results, objects)];
  const clients = ['page', 'user', 'create'].map((operation) => {
    const at = (count: number | undefined) => ({ ...of(operation), keys: 'distinct', connections: count ?? 0 });
    const medians = more.map((count) => spread(ratios(results, at(count), at(fewest), systemCpu)).median);
    return judge(
      `\`${operation}\`: whole system's CPU at ${more.join(', ')} clients, to that at ${fewest}`,
      1,
      medians,
    );
  });
  return [compare(results, objects), ...clients];
}
