/** What stops a command: said to the user as it is. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Runs a command to its end: an expected failure is one line and exit code 1. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
