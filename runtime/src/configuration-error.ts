/**
 * A mistake of the operator that stops the start, in the environment or in a configuration file, or a port in use. The
 * message is for the terminal: one mistake per line, with the place, the value found and what to give instead.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** The exit code of a start that {@link ConfigurationError} stopped (EX_CONFIG of sysexits.h): trying again is useless. */
export const CONFIGURATION_EXIT_CODE = 78;
