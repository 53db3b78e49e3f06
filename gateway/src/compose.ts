import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { readConfig } from './configuration/environment.ts';
import { PolledSchemas } from './supergraph/polled-schemas.ts';
import { readSupergraph } from './supergraph/read-supergraph.ts';
import { subscriptionWarning } from './supergraph/subscription-warning.ts';

// `npm run compose`: the supergraph's SDL on standard output, for any other router.

try {
  const config = readConfig();
  const schemas = new PolledSchemas(config.secret, createLogger('compose', config.logging));
  const { sdl } = await readSupergraph(config, schemas);
  const warning = subscriptionWarning(sdl);
  if (warning !== undefined) process.stderr.write(`${warning}\n`);
  process.stdout.write(sdl);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
