import { z } from 'zod';
import { onOff, wholeNumber } from '../values.ts';

/** `gateway.demand_control` */
export const demandControl = z
  .strictObject({
    enabled: onOff(false).describe('Estimates the cost of each operation before it is executed.'),
    max_cost: wholeNumber(0).optional().describe('Maximum cost of an operation.'),
    list_size: wholeNumber(0).default(50).describe('Assumed number of elements in a list without @listSize.'),
    mode: z
      .enum(['measure', 'enforce'], 'give measure, which only counts, or enforce')
      .default('enforce')
      .describe('Refuses operations over max_cost (enforce), or only logs and counts them (measure).'),
  })
  .refine(({ enabled, max_cost }) => !enabled || max_cost !== undefined, {
    path: ['max_cost'],
    message: 'give the highest cost of an operation, such as 5000, or set enabled: false',
  })
  .transform(({ enabled, max_cost = 0, list_size, mode }) =>
    enabled ? { maxCost: max_cost, listSize: list_size, isEnforced: mode === 'enforce' } : undefined,
  );

/** What operations may cost, by an estimate before they are executed. */
export interface DemandControlSettings {
  readonly maxCost: number;
  /** How many elements a list is taken to have where nothing says it. */
  readonly listSize: number;
  /** Whether an operation over the highest cost is refused, and not only counted. */
  readonly isEnforced: boolean;
}
