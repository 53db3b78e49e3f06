import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { readConfig } from './configuration/environment.ts';
import { describeSettings } from './configuration/settings-in-force.ts';

// `npm run config`: the settings in force, each with where it comes from; or all that is wrong with them.

try {
  process.stdout.write(describeSettings(readConfig()));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
