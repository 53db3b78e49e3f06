import { z } from 'zod';
import { urlPath } from './endpoint.ts';

/** `gateway.health_check` */
export const healthCheck = z.strictObject({
  live: urlPath('/health/live').describe('Path that returns 200 while the process runs.'),
  ready: urlPath('/health/ready').describe(
    'Path that returns 200 while new requests are accepted: once there is a supergraph, and until the process begins to stop.',
  ),
});
