import { subgraphUnavailable } from '@lockstep/runtime/graphql/errors.ts';
import { SubgraphClient, type SubgraphClientOptions } from '@lockstep/runtime/http/client/subgraph-client.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { NodeReference } from '@lockstep/subgraph-kit/node-id.ts';
import type { Config, Peer } from './config.ts';
import type { NodeType } from './find-node.ts';
import { NODE_OWNERS } from './node-owners.generated.ts';

const NODES_EXIST = `query NodesExist($representations: [_Any!]!) {
  _entities(representations: $representations) { __typename }
}`;

/** The other subgraphs, each of which knows if the nodes that it owns exist. */
export class NodeOwners {
  readonly #clients: ReadonlyMap<string, SubgraphClient>;

  /** @param optionsOf returns the options of the client of one subgraph */
  constructor(peers: Config['peers'], optionsOf: (peer: Peer) => Omit<SubgraphClientOptions, 'name'>) {
    this.#clients = new Map(
      Object.entries(peers).map(([name, peer]) => [name, new SubgraphClient({ name, ...optionsOf(peer) })]),
    );
  }

  /**
   * Checks which nodes exist, by one call to each owner.
   *
   * @returns for each node if it exists, in order, or why that could not be found out
   */
  async exist(nodes: readonly NodeReference<NodeType>[], lifetime: Lifetime): Promise<(boolean | Error)[]> {
    const found = new Map<NodeReference, boolean | Error>();
    const ofOwners = Map.groupBy(nodes, ({ type }) => NODE_OWNERS[type]);
    await Promise.all(
      [...ofOwners].map(async ([owner, owned]) => {
        const outcomes = await this.#ask(owner, owned, lifetime).catch((error: Error) => owned.map(() => error));
        for (const [index, node] of owned.entries()) found.set(node, outcomes[index] ?? false);
      }),
    );
    return nodes.map((node) => found.get(node) ?? false);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }

  /** @throws `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED` if the owner could not be asked */
  async #ask(owner: string, nodes: readonly NodeReference[], lifetime: Lifetime): Promise<boolean[]> {
    const representations = nodes.map(({ type, key }) => ({ __typename: type, id: String(key) }));
    const answer = await this.#clients
      .get(owner)
      ?.call({ query: NODES_EXIST, variables: { representations } }, lifetime);
    const entities = answer?.data?._entities;
    if (Array.isArray(entities) && !answer?.errors) return nodes.map((_, index) => entities[index] !== null);
    throw subgraphUnavailable(owner, new Error(JSON.stringify(answer)));
  }
}
