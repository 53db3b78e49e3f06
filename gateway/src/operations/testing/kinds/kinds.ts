import { context } from './context.ts';
import { failures } from './failures.ts';
import { general } from './general.ts';
import { interfaceObjects } from './interface-objects.ts';
import { keys } from './keys.ts';
import type { Kind } from './kind.ts';
import { mutations } from './mutations.ts';
import { provides } from './provides.ts';
import { requires } from './requires.ts';
import { unions } from './unions.ts';

/** Kinds of random schemas by name. */
export const KINDS = {
  general,
  mutations,
  requires,
  keys,
  context,
  provides,
  unions,
  'interface-objects': interfaceObjects,
  failures,
} satisfies Record<string, Kind>;
