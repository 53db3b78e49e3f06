import { type DocumentNode, Kind, parse } from 'graphql';

/** Line of a schema after which the nodes of other subgraphs follow: that subgraph has the field `Query.node`. */
const MARKER = '# Nodes of other subgraphs. `npm run codegen` writes what follows.\n';

/** Nodes of the whole graph, as the subgraph that has `Query.node` knows them. */
export interface GeneratedNodes {
  /** Name of that subgraph. */
  readonly subgraph: string;
  /** Its schema, with every node of another subgraph. */
  readonly schema: string;
  /** Module that says which subgraph owns which node. */
  readonly owners: string;
  /** Names of the other subgraphs that own nodes: it asks them if these exist. */
  readonly nodeOwners: readonly string[];
}

/**
 * Returns the nodes of all schemas, by the name of the subgraph; undefined if no schema has the line for them.
 *
 * @throws if two subgraphs say that one type implements `Node`
 */
export function generateNodes(schemas: ReadonlyMap<string, string>): GeneratedNodes | undefined {
  const [subgraph, text] = [...schemas].find(([, schema]) => schema.includes(MARKER)) ?? [];
  if (subgraph === undefined || text === undefined) return undefined;
  const written = text.slice(0, text.indexOf(MARKER) + MARKER.length);
  const byName = new Map(schemas).set(subgraph, written);
  const owners = [...byName]
    .flatMap(([owner, schema]) => nodeTypes(parse(schema)).map((type) => ({ type, owner })))
    .sort((one, other) => (one.type < other.type ? -1 : 1));
  requireOneOwner(owners);
  const declared = objectTypes(parse(written)).map(({ name }) => name.value);
  const stubs = owners
    .filter(({ owner }) => owner !== subgraph)
    .map(({ type }) => (declared.includes(type) ? extensionOf(type) : stubOf(type)));
  const nodeOwners = [...new Set(owners.map(({ owner }) => owner))].filter((owner) => owner !== subgraph);
  return { subgraph, schema: [written, ...stubs].join('\n'), owners: moduleOf(owners), nodeOwners };
}

/** Lists the owners of nodes in a package.json, beside the subgraphs that are called for something else. */
export function listNodeOwners(manifest: string, nodeOwners: readonly string[]): string {
  const parsed: { config: { nodeOwners?: readonly string[] } } = JSON.parse(manifest);
  parsed.config.nodeOwners = nodeOwners;
  return `${JSON.stringify(parsed, null, 2)}\n`;
}

/** Returns the names of the types in a schema that implement `Node`. */
export function nodeTypes(schema: DocumentNode): string[] {
  return objectTypes(schema)
    .filter(({ interfaces = [] }) => interfaces.some(({ name }) => name.value === 'Node'))
    .map(({ name }) => name.value);
}

function objectTypes({ definitions }: DocumentNode) {
  return definitions.filter(
    (each) => each.kind === Kind.OBJECT_TYPE_DEFINITION || each.kind === Kind.OBJECT_TYPE_EXTENSION,
  );
}

function requireOneOwner(owners: readonly { type: string; owner: string }[]): void {
  for (const [index, { type, owner }] of owners.entries()) {
    const next = owners[index + 1];
    if (next?.type !== type) continue;
    throw new Error(`type ${type}: both ${owner} and ${next.owner} say that it implements Node; only its owner may`);
  }
}

function stubOf(type: string): string {
  return `type ${type} implements Node @key(fields: "id", resolvable: false) {
  id: ID!
  nodeId: ID! @shareable
}
`;
}

function extensionOf(type: string): string {
  return `extend type ${type} implements Node {
  nodeId: ID! @shareable
}
`;
}

function moduleOf(owners: readonly { type: string; owner: string }[]): string {
  return `// Generated from the subgraphs' schemas by \`npm run codegen\`.

/** Subgraph that owns each type that implements Node. */
export const NODE_OWNERS = {
${owners.map(({ type, owner }) => `  ${type}: '${owner}',\n`).join('')}} as const;

/** Name of a type that implements Node. */
export type NodeType = keyof typeof NODE_OWNERS;
`;
}
