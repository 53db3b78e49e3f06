import { RandomFederation } from '../random-federation.ts';
import type { Kind } from './kind.ts';

/** Entities and value types over up to four subgraphs, with interfaces, unions, `@requires`, `@interfaceObject` and errors. */
export const general: Kind = {
  draw: (random, seed) => new RandomFederation(random, seed).options(),
};
