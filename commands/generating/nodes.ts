import { type DocumentNode, Kind, type ObjectTypeDefinitionNode, parse } from 'graphql';

/** Line of a schema after which the stubs of other subgraphs' nodes follow: that subgraph has the field `Query.node`. */
const MARKER = '# Nodes of other subgraphs. `npm run codegen` writes what follows.\n';

/** Nodes of the whole graph, as the subgraph that has `Query.node` knows them. */
export interface GeneratedNodes {
  /** Name of that subgraph. */
  readonly subgraph: string;
  /** Its schema, with a stub of every node that it doesn't declare itself. */
  readonly schema: string;
  /** Module that says which subgraph owns which node. */
  readonly owners: string;
  /** Names of the other subgraphs that own nodes, which it calls. */
  readonly called: readonly string[];
}

/** Returns the nodes of all schemas, by the name of the subgraph; undefined if no schema has the line for them. */
export function generateNodes(schemas: ReadonlyMap<string, string>): GeneratedNodes | undefined {
  const [subgraph, text] = [...schemas].find(([, schema]) => schema.includes(MARKER)) ?? [];
  if (subgraph === undefined || text === undefined) return undefined;
  const written = text.slice(0, text.indexOf(MARKER) + MARKER.length);
  const owners = [...new Map([...schemas, [subgraph, written]])]
    .flatMap(([owner, schema]) =>
      objectTypes(parse(schema))
        .filter(isOwned)
        .map(({ name }) => ({ type: name.value, owner })),
    )
    .sort((one, other) => (one.type < other.type ? -1 : 1));
  const declared = new Set(objectTypes(parse(written)).map(({ name }) => name.value));
  const stubs = owners.filter(({ type }) => !declared.has(type)).map(({ type }) => stubOf(type));
  const called = [...new Set(owners.map(({ owner }) => owner))].filter((owner) => owner !== subgraph);
  return { subgraph, schema: [written, ...stubs].join('\n'), owners: moduleOf(owners), called };
}

/** Adds subgraphs to those that a package.json lists under `config.calls`. */
export function addCalls(manifest: string, called: readonly string[]): string {
  const parsed: { config: { calls?: string[] } } = JSON.parse(manifest);
  parsed.config.calls = [...new Set([...(parsed.config.calls ?? []), ...called])];
  return `${JSON.stringify(parsed, null, 2)}\n`;
}

/** Returns the names of the types in a schema that implement `Node`. */
export function nodeTypes(schema: DocumentNode): string[] {
  return objectTypes(schema)
    .filter(isNode)
    .map(({ name }) => name.value);
}

function objectTypes({ definitions }: DocumentNode): ObjectTypeDefinitionNode[] {
  return definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION);
}

function isNode({ interfaces = [] }: ObjectTypeDefinitionNode): boolean {
  return interfaces.some(({ name }) => name.value === 'Node');
}

/** Returns true if the subgraph knows the objects of a type: in a stub, `nodeId` is external. */
function isOwned(type: ObjectTypeDefinitionNode): boolean {
  const nodeId = type.fields?.find(({ name }) => name.value === 'nodeId');
  const isExternal = nodeId?.directives?.some(({ name }) => name.value === 'external') ?? true;
  return isNode(type) && !isExternal;
}

function stubOf(type: string): string {
  return `type ${type} implements Node @key(fields: "id", resolvable: false) {
  id: ID!
  nodeId: ID! @external
}
`;
}

function moduleOf(owners: readonly { type: string; owner: string }[]): string {
  return `// Generated from the subgraphs' schemas by \`npm run codegen\`.

/** Subgraph that owns each type that implements Node. */
export const NODE_OWNERS = {
${owners.map(({ type, owner }) => `  ${type}: '${owner}',\n`).join('')}} as const;
`;
}
