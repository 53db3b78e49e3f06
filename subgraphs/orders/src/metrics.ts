import type { MetricRegistry } from '@lockstep/runtime/telemetry/metric-registry.ts';
import { countSagas } from './database/sagas.ts';
import type { Services } from './services.ts';

/** Registers the metrics of checkouts: the states of those that have not ended, and what the sweep does about them. */
export function registerMetrics({ db, sweepCounts }: Services, registry: MetricRegistry): void {
  registry.gauges('sagas', 'Checkouts that have not ended, by state', ['state'], async (gauge) => {
    for (const [state, count] of await countSagas(db)) gauge.set({ state }, count);
  });
  registry.counter('sweep_passes_total', 'Passes of the sweep', ['outcome'], (counter) => {
    counter.inc({ outcome: 'done' }, sweepCounts.passes - sweepCounts.failures);
    counter.inc({ outcome: 'failed' }, sweepCounts.failures);
  });
  registry.counter('sweep_ended_sagas_total', 'Checkouts that the sweep ended', [], (counter) => {
    counter.inc(sweepCounts.ended);
  });
  registry.gauge('sweep_duration_seconds', 'How long the last pass took', () => sweepCounts.secondsOfLast);
}
