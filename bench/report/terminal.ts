import type { Measurement } from '../measure.ts';
import type { MemorySample } from '../soak.ts';
import type { Figure } from './figures.ts';

const COLUMNS: readonly [title: string, width: number][] = [
  ['', 9],
  ['operation', 12],
  ['keys', 9],
  ['conns', 6],
  ['system', 14],
  ['gateway ms', 11],
  ['system ms', 10],
  ['req/s', 8],
  ['p50 ms', 8],
  ['p99 ms', 8],
];

function line(cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padEnd(COLUMNS[index]?.[1] ?? 0)).join('');
}

/** Prints the progress of the warm-up before the first round, and then the headings of the columns. */
export function printWarm(done: number, total: number): void {
  if (process.stdout.isTTY) process.stdout.write(`\rWarming up: ${done} of ${total} `);
  if (done === total) console.log(`\n${line(COLUMNS.map(([title]) => title))}`);
}

/** Prints a line per measurement, as progress. */
export function printMeasurement(measurement: Measurement, done: number, total: number): void {
  const { cell, system, gatewayCpuMs, systemCpuMs, answers, seconds, p50Ms, p99Ms, wrong, firstWrong } = measurement;
  const cells = [
    `${done}/${total}`,
    cell.operation.name,
    cell.operation.keys === 1 ? '' : cell.keys,
    String(cell.connections),
    system,
    gatewayCpuMs.toFixed(3),
    systemCpuMs.toFixed(3),
    (answers / seconds).toFixed(0),
    p50Ms.toFixed(1),
    p99Ms.toFixed(1),
  ];
  console.log(line(cells));
  if (wrong > 0) console.log(`  ${wrong} of ${answers} wrong, the first: ${firstWrong}`);
}

export function printMemory({ minutes, gatewayMb }: MemorySample): void {
  console.log(`under load for ${minutes.toFixed(1)} minutes: ${gatewayMb.toFixed(0)} MB`);
}

export function printFigures(figures: readonly Figure[]): void {
  console.log('');
  for (const { name, limit, measured, verdict } of figures) {
    console.log(`${verdict.padEnd(18)} ${name}: ${measured} (${limit})`);
  }
}
