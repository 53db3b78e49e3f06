import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { readConfig } from './configuration/environment.ts';
import { describeSettings } from './configuration/settings-in-force.ts';

// `npm run config`: prints the settings in force, each with its origin, or all mistakes in them.

try {
  process.stdout.write(describeSettings(readConfig()));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
