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

/** `gateway.progressive_override` */
export const progressiveOverride = z.strictObject({
  module: modulePath.optional().describe('Module that exports activeLabels. Relative to this file.'),
});
