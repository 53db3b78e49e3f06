import { availableParallelism } from 'node:os';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';

const WHOLE_NUMBER = /^[1-9]\d{0,2}$/;

/**
 * Returns the number of gateways: pm2's `max` is one for each core.
 *
 * @throws {ConfigurationError} for anything but a whole number and `max`: pm2's daemon crashes at `NaN` (7.0.4)
 */
export function instancesOf({ GATEWAY_INSTANCES: text }: NodeJS.ProcessEnv): number {
  if (!text?.trim()) return 1;
  if (text === 'max') return availableParallelism();
  if (WHOLE_NUMBER.test(text)) return Number(text);
  throw new ConfigurationError(`GATEWAY_INSTANCES=${text}: give a whole number from 1 to 999, or max`);
}
