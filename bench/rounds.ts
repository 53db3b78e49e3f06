import type { LoadGenerator } from './load/generate.ts';
import { type Cell, type Measurement, measure, subgraphsFor } from './measure.ts';
import { operationsOf } from './operations/all.ts';
import type { Options } from './options.ts';
import type { System } from './systems.ts';

/** Numbers of connections for large answers, of which few keep a gateway busy; more would only queue. */
const LARGE_ANSWER_CONNECTIONS = 4;

/** Factor by which the warm-up before the first round is longer than later ones, because code that never ran is slow. */
const FIRST_WARM_UP_FACTOR = 2;

const SMOKE_MAX_FIELDS = 1000;

/** Measurements in their order. */
export function cellsOf({ only, keys, connections, quick }: Options): Cell[] {
  return only.flatMap(operationsOf).flatMap((operation): Cell[] => {
    if (quick && (operation.fields ?? 0) > SMOKE_MAX_FIELDS) return [];
    if (operation.keys === 1) return [{ operation, keys: 'hot', connections: LARGE_ANSWER_CONNECTIONS }];
    return keys.flatMap((mode) => connections.map((count) => ({ operation, keys: mode, connections: count })));
  });
}

/**
 * Measures every system under every cell in several rounds. Within a round the systems take turns at each cell, so that the two
 * sides of a ratio are measured within seconds of each other. The first system changes with the round.
 * Before the first round every system is run under every load, uncounted, unless the warm-up is skipped.
 *
 * @param on.measured called after each measurement
 * @param on.round called after each round with all measurements so far
 */
export async function measureRounds(
  systems: readonly System[],
  options: Options,
  generator: LoadGenerator,
  on: {
    warm(done: number, total: number): void;
    measured(measurement: Measurement, done: number, total: number): void;
    round(measurements: readonly Measurement[]): Promise<void>;
  },
): Promise<Measurement[]> {
  const turns = cellsOf(options).flatMap((cell) =>
    systems.filter((system) => subgraphsFor(system, cell.operation)).map((system) => ({ system, cell })),
  );
  for (const [index, { system, cell }] of options.warmUpSeconds > 0 ? turns.entries() : []) {
    const durations = { warmUpSeconds: options.warmUpSeconds * FIRST_WARM_UP_FACTOR, countedSeconds: 0 };
    await measure(system, cell, 0, durations, generator);
    on.warm(index + 1, turns.length);
  }
  const durations = { warmUpSeconds: options.warmUpSeconds, countedSeconds: options.seconds };
  const measurements: Measurement[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const { system, cell } of inOrderOf(round, turns)) {
      const measurement = await measure(system, cell, round, durations, generator);
      measurements.push(measurement);
      on.measured(measurement, measurements.length, turns.length * options.rounds);
    }
    await on.round(measurements);
  }
  return measurements;
}

/** Returns the cells with their systems rotated. */
function inOrderOf<Turn extends { cell: Cell }>(round: number, turns: readonly Turn[]): Turn[] {
  return [...Map.groupBy(turns, ({ cell }) => cell).values()].flatMap((group) => {
    const first = (round - 1) % group.length;
    return [...group.slice(first), ...group.slice(0, first)];
  });
}
