import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { NodeReference } from '@lockstep/subgraph-kit/node-id.ts';
import { type Caller, PeerClient } from '@lockstep/subgraph-kit/peer-client.ts';
import type { Config } from './config.ts';
import { NODE_OWNERS, type NodeType } from './node-owners.generated.ts';

/** The other subgraphs, each of which knows if the nodes that it owns exist. */
export class NodeOwners {
  readonly #clients: ReadonlyMap<string, PeerClient>;

  constructor(caller: Caller & { readonly config: Pick<Config, 'peers'> }) {
    const peers = Object.entries(caller.config.peers);
    this.#clients = new Map(peers.map(([name, peer]) => [name, new PeerClient(name, peer, caller)]));
  }

  /**
   * Asks which nodes exist, by one call to each owner.
   *
   * @returns for each node if it exists, in order, or why that could not be found out
   */
  async exist(nodes: readonly NodeReference<NodeType>[], lifetime: Lifetime): Promise<(boolean | Error)[]> {
    const found = new Map<NodeReference, boolean | Error>();
    const byOwner = Map.groupBy(nodes, ({ type }) => NODE_OWNERS[type]);
    const asking = [...byOwner].map(async ([owner, owned]) => {
      const representations = owned.map(({ type, key }) => ({ __typename: type, id: String(key) }));
      const client = this.#clients.get(owner);
      const failed = (error: Error) => owned.map(() => error);
      const outcomes = await client?.entitiesExist(representations, lifetime).catch(failed);
      for (const [index, node] of owned.entries()) found.set(node, outcomes?.[index] ?? false);
    });
    await Promise.all(asking);
    return nodes.map((node) => found.get(node) ?? false);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }
}
