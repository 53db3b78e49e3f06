import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { z } from 'zod';

/** Says that the process has come to this point between two steps. */
export type Reach<Name extends string> = (name: Name) => void;

/** The variable `FAILPOINT`: at which of these points the process is killed. */
export function failpoint<Name extends string>(names: readonly Name[]) {
  return z.enum(names, `give one of ${names.join(', ')}`).optional();
}

/**
 * The failpoint that the environment names.
 *
 * @throws {ConfigurationError} where one is named and the process isn't a test's: nothing that serves people ends itself
 */
export function readFailpoint<Name extends string>(variables: {
  NODE_ENV: string;
  FAILPOINT?: Name | undefined;
}): Name | undefined {
  const { NODE_ENV, FAILPOINT } = variables;
  if (FAILPOINT === undefined || NODE_ENV === 'test') return FAILPOINT;
  throw new ConfigurationError(
    `The environment can't be used:\n  FAILPOINT=${FAILPOINT}: kills the process, and is for NODE_ENV=test alone; unset it`,
  );
}

/** Kills this process, as a power cut would, as soon as it reaches the failpoint; undefined: never. */
export function killAt<Name extends string>(failpoint: Name | undefined): Reach<Name> {
  return (name) => {
    if (name === failpoint) process.kill(process.pid, 'SIGKILL');
  };
}
