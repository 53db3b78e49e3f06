import { MIN_SECRET_LENGTH } from '@lockstep/runtime/http/server/secret.ts';
import { z } from 'zod';
import { onOff } from '../values.ts';

const SECRET_RULE = `give at least ${MIN_SECRET_LENGTH} characters`;

/** `gateway.query_plans` */
export const queryPlans = z
  .strictObject({
    for_everyone: onOff(true).describe(
      'Gives plans and timings to every client that sends `apollo-expose-query-plan: true`. If unset, false with NODE_ENV=production.',
    ),
    secret: z
      .string(SECRET_RULE)
      .min(MIN_SECRET_LENGTH, SECRET_RULE)
      .optional()
      .describe('Value of the header apollo-expose-query-plan with which a client gets plans and timings in any case.')
      .meta({ writeOnly: true }),
  })
  .transform(({ for_everyone, secret }) =>
    for_everyone || secret ? { forEveryone: for_everyone, secret } : undefined,
  );

/** Access to the plans of operations and to the timings of their calls. */
export interface QueryPlanSettings {
  /** True if no secret is needed. */
  readonly forEveryone: boolean;
  /** Undefined if there is none. */
  readonly secret?: string | undefined;
}
