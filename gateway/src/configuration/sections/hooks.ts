import { z } from 'zod';
import { modulePath } from '../values.ts';

/** `gateway.hooks` */
export const hooks = z.strictObject({
  module: modulePath
    .optional()
    .describe(
      'The module that exports any of request, subgraphRequest, subgraphResponse, response. Relative to this file.',
    ),
});
