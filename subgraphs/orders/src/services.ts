import type { SubgraphParts } from '@lockstep/subgraph-kit/define-subgraph.ts';
import type { Reach } from '@lockstep/subgraph-kit/failpoint.ts';
import { PeerClient } from '@lockstep/subgraph-kit/peer-client.ts';
import type { Kysely } from 'kysely';
import type { Config } from './config.ts';
import type { Tables } from './database/tables.ts';
import type { FailpointName } from './failpoints.ts';
import { NodeOwners } from './node-owners.ts';
import { ProductsClient } from './products-client.ts';
import { RunningCheckouts } from './running-checkouts.ts';

/** Services that all operations share. */
export interface Services {
  readonly db: Kysely<Tables>;
  readonly usersClient: PeerClient;
  readonly productsClient: ProductsClient;
  readonly nodeOwners: NodeOwners;
  readonly running: RunningCheckouts;
  readonly checkoutTimeoutMs: number;
  readonly reach: Reach<FailpointName>;
}

/** Creates the services. The clients of other subgraphs connect at their first call. */
export function createServices(parts: SubgraphParts<Tables, Config, FailpointName>): Services {
  const { db, config, logger, reach } = parts;
  const { peers, secret, checkoutTimeoutMs } = config;
  return {
    db,
    usersClient: new PeerClient('users', peers.users, parts),
    productsClient: new ProductsClient({ ...peers.products, secret: peers.products.secret ?? secret, logger }),
    nodeOwners: new NodeOwners(parts),
    running: new RunningCheckouts(checkoutTimeoutMs),
    checkoutTimeoutMs,
    reach,
  };
}

/** Closes the connections to the other subgraphs. */
export async function closeServices({ usersClient, productsClient, nodeOwners }: Services): Promise<void> {
  await Promise.all([usersClient.close(), productsClient.close(), nodeOwners.close()]);
}
