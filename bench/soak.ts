import type { LoadGenerator } from './load/generate.ts';
import { type Cell, measure } from './measure.ts';
import { page, user } from './operations/shop.ts';
import { wide } from './operations/wide.ts';
import type { System } from './systems.ts';

/** Memory of the gateway at a moment of a long load. */
export interface MemorySample {
  readonly minutes: number;
  readonly gatewayMb: number;
}

const CONNECTIONS = 64;
const BURST_SECONDS = 4;
const WARM_UP_SECONDS = 1;

/**
 * Loads a system for some minutes with queries of every kind, and samples the gateway's memory every few seconds. It sends no
 * mutations, which would slow down the subgraphs' databases and not the gateway.
 */
export async function soak(
  system: System,
  minutes: number,
  generator: LoadGenerator,
  onSample: (sample: MemorySample) => void,
): Promise<MemorySample[]> {
  const cells: Cell[] = [page, user, wide].map((operation) => ({
    operation,
    keys: 'distinct',
    connections: CONNECTIONS,
  }));
  const samples: MemorySample[] = [];
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 60_000;
  for (let turn = 0; elapsed() < minutes; turn += 1) {
    const cell = cells[turn % cells.length];
    if (!cell) break;
    const durations = { warmUpSeconds: WARM_UP_SECONDS, countedSeconds: BURST_SECONDS };
    const { gatewayMb } = await measure(system, cell, turn, durations, generator);
    const sample = { minutes: elapsed(), gatewayMb };
    samples.push(sample);
    onSample(sample);
  }
  return samples;
}
