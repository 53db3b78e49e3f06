import type { SubgraphParts } from '@lockstep/subgraph-kit/define-subgraph.ts';
import type { Reach } from '@lockstep/subgraph-kit/failpoint.ts';
import type { Kysely } from 'kysely';
import type { Config, Peer } from './config.ts';
import type { Tables } from './database/tables.ts';
import type { FailpointName } from './failpoints.ts';
import { NodeOwners } from './node-owners.ts';
import { ProductsClient } from './products-client.ts';
import { RunningCheckouts } from './running-checkouts.ts';
import { UsersClient } from './users-client.ts';

/** Services that all operations share. */
export interface Services {
  readonly db: Kysely<Tables>;
  readonly usersClient: UsersClient;
  readonly productsClient: ProductsClient;
  readonly nodeOwners: NodeOwners;
  readonly running: RunningCheckouts;
  readonly checkoutTimeoutMs: number;
  readonly reach: Reach<FailpointName>;
}

/** Creates the services. The clients of other subgraphs connect at their first call. */
export function createServices({ db, config, logger, reach }: SubgraphParts<Tables, Config, FailpointName>): Services {
  const { peers, checkoutTimeoutMs } = config;
  const options = (peer: Peer) => ({ ...peer, secret: peer.secret ?? config.secret, logger });
  return {
    db,
    usersClient: new UsersClient(options(peers.users)),
    productsClient: new ProductsClient(options(peers.products)),
    nodeOwners: new NodeOwners(peers, options),
    running: new RunningCheckouts(),
    checkoutTimeoutMs,
    reach,
  };
}

/** Closes the connections to the other subgraphs. */
export async function closeServices({ usersClient, productsClient, nodeOwners }: Services): Promise<void> {
  await Promise.all([usersClient.close(), productsClient.close(), nodeOwners.close()]);
}
