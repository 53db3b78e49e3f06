import type { Cell, Measurement } from '../measure.ts';
import { spread } from '../statistics.ts';
import type { Figure } from './figures.ts';
import { table, withSpread } from './markdown.ts';
import { type Results, select } from './results.ts';

export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, limit, measured, verdict }) => [name, limit, measured, verdict]);
  return table(['figure', 'to reach', 'measured', ''], rows);
}

/** Returns one table of cost and rate for each operation and kind of keys. */
export function loadTables({ measurements }: Results): string {
  const groups = Map.groupBy(measurements, ({ cell }) => titleOf(cell));
  return [...groups].map(([title, group]) => `### ${title}\n\n${loadTable(group)}`).join('\n\n');
}

function titleOf({ operation, keys }: Cell): string {
  if (operation.keys === 1) return `\`${operation.name}\``;
  return `\`${operation.name}\`, ${keys === 'hot' ? 'one hot key' : 'distinct keys'}`;
}

function loadTable(group: readonly Measurement[]): string {
  const rows = [...Map.groupBy(group, ({ cell, system }) => `${cell.connections} ${system}`).values()].toSorted(
    ([a], [b]) => (a?.cell.connections ?? 0) - (b?.cell.connections ?? 0),
  );
  const subgraphs = Object.keys(group[0]?.subgraphCpuMs ?? {});
  const head = [
    'connections',
    'system',
    'gateway',
    ...subgraphs,
    'whole system',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'KB',
    'wrong',
  ];
  return table(
    head,
    rows.flatMap((measurements) => (measurements[0] ? [loadRow(measurements[0], measurements, subgraphs)] : [])),
  );
}

function loadRow({ cell, system, answerBytes }: Measurement, of: readonly Measurement[], subgraphs: readonly string[]) {
  const column = (value: (measurement: Measurement) => number, digits: number) =>
    withSpread(spread(of.map(value)), digits);
  const wrong = of.reduce((sum, measurement) => sum + measurement.wrong, 0);
  return [
    String(cell.connections),
    system,
    column(({ gatewayCpuMs }) => gatewayCpuMs, 3),
    ...subgraphs.map((name) => column(({ subgraphCpuMs }) => subgraphCpuMs[name] ?? Number.NaN, 3)),
    column(({ systemCpuMs }) => systemCpuMs, 3),
    column(({ answers, seconds }) => answers / seconds, 0),
    column(({ p50Ms }) => p50Ms, 1),
    column(({ p99Ms }) => p99Ms, 1),
    (answerBytes / 1000).toFixed(1),
    String(wrong),
  ];
}

/** Returns a table of the CPU per field as the answer grows, in microseconds. */
export function growthTable({ measurements, systems }: Results): string {
  const sizes = [...new Set(measurements.flatMap(({ cell }) => (cell.operation.fields ? [cell.operation.name] : [])))];
  const rows = systems.flatMap((system) => {
    const cells = sizes.map((operation) => {
      const found = select(measurements, { system, operation });
      const perField = found.map(({ gatewayCpuMs, cell }) => (gatewayCpuMs * 1000) / (cell.operation.fields ?? 1));
      return withSpread(spread(perField), 3);
    });
    return cells.every((cell) => cell === '–') ? [] : [[system, ...cells]];
  });
  return table(['system', ...sizes.map((name) => `${name.replace('growth', '')} objects`)], rows);
}

export function memoryTable({ systems, starts, measurements }: Results): string {
  const rows = systems.map((system) => {
    const own = starts.filter((start) => start.system === system);
    const loaded = select(measurements, { system });
    return [
      system,
      withSpread(spread(own.map(({ startMs }) => startMs)), 0),
      withSpread(spread(own.map(({ restMb }) => restMb)), 0),
      loaded.at(-1)?.gatewayMb.toFixed(0) ?? '–',
      loaded.length === 0 ? '–' : Math.max(...loaded.map(({ gatewayMb }) => gatewayMb)).toFixed(0),
    ];
  });
  return table(['gateway', 'start to first answer, ms', 'at rest, MB', 'after all load, MB', 'most, MB'], rows);
}
