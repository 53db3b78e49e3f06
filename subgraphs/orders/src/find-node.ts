import { type NodeReference, parseNodeId } from '@lockstep/subgraph-kit/node-id.ts';
import type { Context } from './context.ts';
import { NODE_OWNERS, type NodeType } from './node-owners.generated.ts';

/** An object of any subgraph, as far as this one knows it. */
export interface FoundNode {
  readonly __typename: NodeType;
  readonly id: string;
}

const NODE_TYPES = Object.keys(NODE_OWNERS) as NodeType[];

/**
 * Runs the query `node`: finds an order here, and asks the subgraph that owns any other node if it exists.
 *
 * @throws `BAD_USER_INPUT`; `SUBGRAPH_UNAVAILABLE`, `DEADLINE_EXCEEDED` if the owner could not be asked
 */
export async function findNode(nodeId: string, { orders, nodeExists }: Context): Promise<FoundNode | null> {
  const node: NodeReference<NodeType> = parseNodeId('id', nodeId, NODE_TYPES);
  if (NODE_OWNERS[node.type] === 'orders') {
    const order = await orders.load(node.key);
    return order && { __typename: node.type, ...order };
  }
  return (await nodeExists.load(node)) ? { __typename: node.type, id: String(node.key) } : null;
}
