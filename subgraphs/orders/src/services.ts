import { engineOf } from '@lockstep/subgraph-kit/database/engines/engine.ts';
import type { SubgraphParts } from '@lockstep/subgraph-kit/define-subgraph.ts';
import type { Reach } from '@lockstep/subgraph-kit/failpoint.ts';
import { PeerClient, peerOptions } from '@lockstep/subgraph-kit/peer-client.ts';
import type { Kysely } from 'kysely';
import type { Config } from './config.ts';
import type { Tables } from './database/tables.ts';
import type { FailpointName } from './failpoints.ts';
import { NodeOwners } from './node-owners.ts';
import { ProductsClient } from './products-client.ts';
import { RunningCheckouts } from './running-checkouts.ts';

/** Figures of the sweep. */
export interface SweepCounts {
  passes: number;
  /** Passes that failed. */
  failures: number;
  /** Checkouts that it ended. */
  ended: number;
  secondsOfLast: number;
}

/** Services that all operations share. */
export interface Services {
  readonly db: Kysely<Tables>;
  readonly usersClient: PeerClient;
  readonly productsClient: ProductsClient;
  readonly nodeOwners: NodeOwners;
  readonly running: RunningCheckouts;
  readonly sweepCounts: SweepCounts;
  readonly checkoutTimeoutMs: number;
  readonly reach: Reach<FailpointName>;
}

/** Creates the services. The clients of other subgraphs connect at their first call. */
export function createServices(parts: SubgraphParts<Tables, Config, FailpointName>): Services {
  const { db, config, reach } = parts;
  const { peers, checkoutTimeoutMs } = config;
  return {
    db,
    usersClient: new PeerClient('users', peers.users, parts),
    productsClient: new ProductsClient(peerOptions('products', peers.products, parts)),
    nodeOwners: new NodeOwners(parts),
    running: new RunningCheckouts(checkoutTimeoutMs, engineOf(db).isOnOneMachine),
    sweepCounts: { passes: 0, failures: 0, ended: 0, secondsOfLast: 0 },
    checkoutTimeoutMs,
    reach,
  };
}

/** Closes the connections to the other subgraphs. */
export async function closeServices({ usersClient, productsClient, nodeOwners }: Services): Promise<void> {
  await Promise.all([usersClient.close(), productsClient.close(), nodeOwners.close()]);
}
