import { z } from 'zod';
import { onOff, wholeNumber } from '../values.ts';

/** `gateway.demand_control` */
export const demandControl = z
  .strictObject({
    enabled: onOff(false).describe('Estimates the cost of each operation before it is executed.'),
    max_cost: wholeNumber(1).optional().describe('Maximum cost of an operation.'),
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

/** Limit on the estimated cost of operations. */
export interface DemandControlSettings {
  readonly maxCost: number;
  /** Assumed number of elements in a list without `@listSize`. */
  readonly listSize: number;
  /** True if operations over the limit are refused, false if they are only counted. */
  readonly isEnforced: boolean;
}
