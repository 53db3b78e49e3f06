import type { Federation, FederationOptions } from '../federation.ts';
import type { Random } from '../random.ts';
import type { RandomOperation } from '../random-operation.ts';

/** A kind of random schemas, and how answers on them are checked. */
export interface Kind {
  /** Draws subgraphs, and the data behind them. */
  draw(random: Random, seed: number): FederationOptions;
  /** Root type of the operations; queries if undefined. */
  readonly root?: 'mutation';
  /** Compares an answer with the right one; with the monolith's if undefined. */
  readonly check?: (federation: Federation, operation: RandomOperation, random: Random) => Promise<void>;
}
