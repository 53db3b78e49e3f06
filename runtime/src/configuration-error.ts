/**
 * What the operator gave can't be used: the environment, a configuration file, a port that is taken. It stops the start.
 * The message is for the terminal, says what was found, where, and what would do, one mistake a line, and needs no
 * stack trace beside it.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The exit code of a start that {@link ConfigurationError} stopped (EX_CONFIG of sysexits.h): trying again is useless. */
export const CONFIGURATION_EXIT_CODE = 78;
