/** Numbers of the wide graph: subgraphs that share all types, types, and fields of a type that only one subgraph has. */
const [SHARING, TYPES, OWN_FIELDS] = [4, 6, 4];

const HEAD = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import:
  ["@key", "@shareable", "@external", "@requires", "@provides", "@interfaceObject"])
`;

/** Returns the schemas of the wide graph's subgraphs. */
export function wideSchemas(): string[] {
  return [...list(SHARING, sharingSchema), scoresSchema()];
}

/**
 * Returns the schema of a subgraph that has all types: shared fields, fields of its own, and fields that require those of
 * the subgraph before it. The first one has the interface too.
 */
function sharingSchema(index: number): string {
  const types = list(TYPES, (type) => {
    const next = `T${(type + 1) % TYPES}`;
    const before = (index + SHARING - 1) % SHARING;
    const implement = index === 0 ? ' implements Node & Named' : ' implements Named';
    return `type T${type}${implement} @key(fields: "id") @key(fields: "code") {
      id: ID!
      code: ID!
      name: String @shareable
      text(length: Int): String @shareable
      value: Value @shareable
      fails: String @shareable
      next: ${next} @shareable
      any: Any @shareable
      named: Named @shareable
      list(first: Int! = 50): [${next}!]! @shareable
      ${list(OWN_FIELDS, (field) => `own${index}${field}: String`).join('\n')}
      several${index}(first: Int! = 50): [T${(type + 2) % TYPES}!]!
      own${before}0: String @external
      needs${index}: String @requires(fields: "own${before}0")
    }`;
  });
  return `${HEAD}
    type Query {
      top: T0 @shareable
      all${index}(first: Int! = 50, ids: [ID!]): [T${index % TYPES}!]!
      any: Any @shareable
      named(first: Int! = 50): [Named!]! @shareable
      ${index === 0 ? 'nodes(first: Int! = 50): [Node!]!' : ''}
      filter${index}(by: Filter): Int
    }
    input Filter { and: [Filter!] or: [Filter!] not: Filter texts: [String!] number: Int = 5 }
    type Value @shareable { a: String b: String c: Value d: [Value!] }
    union Any = ${list(TYPES, (type) => `T${type}`).join(' | ')}
    interface Named { name: String named: Named }
    ${index === 0 ? 'interface Node @key(fields: "id") { id: ID! name: String any: Any }' : ''}
    ${types.join('\n')}`;
}

/** Returns the schema of a subgraph that adds fields to every type by its interface. */
function scoresSchema(): string {
  return `${HEAD}
    type Query { best(first: Int! = 50): [Node!]! }
    type Node @key(fields: "id") @interfaceObject { id: ID! score: Int rivals(first: Int! = 50): [Node!]! }`;
}

function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}
