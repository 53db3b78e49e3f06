import type { Measurement } from '../measure.ts';
import type { Options } from '../options.ts';
import type { MemorySample } from '../soak.ts';
import type { Start } from '../starting.ts';
import type { SystemName } from '../systems.ts';

/** Results of a run of the bench. */
export interface Results {
  readonly options: Options;
  readonly systems: readonly SystemName[];
  readonly starts: readonly Start[];
  readonly measurements: readonly Measurement[];
  readonly soak: readonly MemorySample[];
}

/** A filter of measurements; a missing key matches anything. */
export interface Selection {
  readonly system?: SystemName;
  readonly operation?: string;
  readonly keys?: string;
  readonly connections?: number;
}

export function select(measurements: readonly Measurement[], wanted: Selection): Measurement[] {
  const { system, operation, keys, connections } = wanted;
  return measurements.filter(
    (measurement) =>
      (system === undefined || measurement.system === system) &&
      (operation === undefined || measurement.cell.operation.name === operation) &&
      (keys === undefined || measurement.cell.keys === keys) &&
      (connections === undefined || measurement.cell.connections === connections),
  );
}

/**
 * Returns a figure's ratio in each round. It compares measurements made within seconds of each other, so that other load on
 * the machine has little effect.
 */
export function ratios(
  { measurements }: Results,
  of: Selection,
  to: Selection,
  value: (measurement: Measurement) => number,
): number[] {
  const others = select(measurements, to);
  return select(measurements, of).flatMap((measurement) => {
    const other = others.find(({ round }) => round === measurement.round);
    return other ? [value(measurement) / value(other)] : [];
  });
}
