import { z } from 'zod';
import { onOff } from '../values.ts';

/** `gateway.apq`: automatic persisted queries, by which a client sends a document's hash in place of the document. */
export const apq = z.strictObject({
  enabled: onOff(true).describe('Lets clients register a document once and send its hash from then on.'),
});
