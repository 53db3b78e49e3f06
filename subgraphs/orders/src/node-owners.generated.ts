// Generated from the subgraphs' schemas by `npm run codegen`.

/** Subgraph that owns each type that implements Node. */
export const NODE_OWNERS = {
  Order: 'orders',
  Product: 'products',
  User: 'users',
} as const;

/** Name of a type that implements Node. */
export type NodeType = keyof typeof NODE_OWNERS;
