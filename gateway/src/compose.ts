import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { createLogger } from '@lockstep/runtime/logging.ts';
import { buildSchema } from 'graphql';
import { readConfig } from './configuration/environment.ts';
import { compose } from './planning/compose.ts';
import { PolledSchemas } from './supergraph/polled-schemas.ts';
import { readSupergraph } from './supergraph/read-supergraph.ts';
import { subscriptionWarning } from './supergraph/subscription-warning.ts';

// The program of `npm run compose`: the supergraph's SDL on standard output, for any other router.

try {
  const config = readConfig();
  const schemas = new PolledSchemas(config.secret, createLogger('compose', config.logging));
  const supergraph = await readSupergraph(config, schemas);
  const sdl = compose(supergraph.schemas);
  const warning = subscriptionWarning(buildSchema(sdl, { assumeValid: true, assumeValidSDL: true }));
  if (warning !== undefined) process.stderr.write(`${warning}\n`);
  process.stdout.write(sdl);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
