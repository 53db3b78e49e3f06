import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Measurement } from '../measure.ts';
import { page } from '../operations/shop.ts';
import { readOptions } from '../options.ts';
import type { SystemName } from '../systems.ts';
import { growthFigures, judge, ratioFigures } from './figures.ts';
import type { Results } from './results.ts';

test('a figure is reached only if it is at every number of connections', () => {
  assert.equal(judge('a figure', 1.35, [1.2, 1.35]).verdict, 'reached');
  assert.equal(judge('a figure', 1.35, [1.2, 1.36]).verdict, 'not reached');
  assert.equal(judge('a figure', 1.35, [Number.NaN]).verdict, 'not measured');
});

test('takes ratios within a round, and the median of the rounds', () => {
  // The second round ran on a machine ten times as slow.
  const results = resultsOf([
    measurement('lockstep', 1, 16, 0.24),
    measurement('floor', 1, 16, 0.2),
    measurement('lockstep', 2, 16, 2.6),
    measurement('floor', 2, 16, 2),
    measurement('lockstep', 3, 16, 0.25),
    measurement('floor', 3, 16, 0.2),
  ]);
  const figure = ratioFigures(results).find(({ name }) => name === "`page`: gateway's CPU, to the floor's");
  assert.deepEqual([figure?.measured, figure?.verdict], ['1.25 / – / –', 'reached']);
});

test('compares larger numbers of clients with the smallest', () => {
  const results = resultsOf([
    measurement('lockstep', 1, 16, 0.4),
    measurement('lockstep', 1, 64, 0.3),
    measurement('lockstep', 1, 256, 0.5),
  ]);
  const figure = growthFigures(results).find(({ name }) => name.startsWith('`page`'));
  assert.deepEqual([figure?.measured, figure?.verdict], ['0.75 / 1.25', 'not reached']);
});

function resultsOf(measurements: readonly Measurement[]): Results {
  return { options: readOptions([]), systems: ['lockstep', 'floor'], starts: [], measurements, soak: [] };
}

function measurement(system: SystemName, round: number, connections: number, cpuMs: number): Measurement {
  return {
    system,
    round,
    cell: { operation: page, keys: 'distinct', connections },
    gatewayCpuMs: cpuMs,
    systemCpuMs: cpuMs,
    subgraphCpuMs: {},
    loadCpuMs: 0,
    gatewayMb: 100,
    answers: 1000,
    wrong: 0,
    seconds: 1,
    p50Ms: 1,
    p99Ms: 2,
    answerBytes: 2500,
  };
}
