import { z } from 'zod';

/** Tells that the process has reached a point between two steps. */
export type Reach<Name extends string> = (name: Name) => void;

/**
 * Returns the type of the variable `FAILPOINT`: the point at which the process is killed. Nothing that serves people may
 * kill itself, so it is wrong in every mode but `test`.
 *
 * @param mode the value of `NODE_ENV`
 */
export function failpointVariable(names: readonly string[], mode: string | undefined) {
  return z
    .enum(names, `give one of ${names.join(', ')}`)
    .refine(() => mode === 'test', 'kills the process, and is for NODE_ENV=test alone; unset it')
    .optional();
}

/** Returns a function that kills this process, as a power cut would, when it reaches the failpoint; never without one. */
export function killAt<Name extends string>(failpoint: string | undefined): Reach<Name> {
  return (name) => {
    if (name === failpoint) process.kill(process.pid, 'SIGKILL');
  };
}
