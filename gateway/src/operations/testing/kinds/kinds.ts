import { general } from './general.ts';
import type { Kind } from './kind.ts';
import { mutations } from './mutations.ts';
import { requires } from './requires.ts';

/** Kinds of random schemas by name. */
export const KINDS = { general, mutations, requires } satisfies Record<string, Kind>;
