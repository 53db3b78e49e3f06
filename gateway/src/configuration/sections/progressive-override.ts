import { z } from 'zod';
import { modulePath } from '../values.ts';

/** `gateway.progressive_override` */
export const progressiveOverride = z.strictObject({
  module: modulePath.optional().describe('Module that exports activeLabels. Relative to this file.'),
});
