import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';

/** Expected failure that stops a command. Its message is for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Runs a command. An expected failure, or a mistake of the operator, prints its message and exits with 1. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ConfigurationError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
