import { z } from 'zod';
import { modulePath } from '../values.ts';

/** `gateway.hooks` */
export const hooks = z.strictObject({
  module: modulePath
    .optional()
    .describe(
      'Module that exports any of request, subgraphRequest, subgraphResponse and response. Relative to this file.',
    ),
});
