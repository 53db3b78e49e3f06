import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { readConfig } from './configuration/environment.ts';
import { readSupergraph } from './supergraph/follow.ts';

// `npm run compose`: the supergraph's SDL on standard output, for any other router.

try {
  process.stdout.write(readSupergraph(readConfig()).sdl);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
