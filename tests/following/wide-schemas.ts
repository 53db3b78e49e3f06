/** SDL of one subgraph among many. */
export interface WideSchema {
  readonly name: string;
  readonly sdl: string;
}

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';

/**
 * Returns the schemas of a wide graph: each type has a root field, refers to the next one and to one of the subgraph before, and
 * every third gets fields from the subgraph after.
 *
 * @param version changes the first type
 */
export function wideSchemas(subgraphs: number, types: number, version: number): WideSchema[] {
  return Array.from({ length: subgraphs }, (_, subgraph) => {
    const own = Array.from({ length: types }, (_, type) => typeOf(subgraph, type, types, version));
    const roots = own.map((_, type) => `s${subgraph}_t${type}(id: ID!, first: Int = 10): T${subgraph}_${type}`);
    return {
      name: `s${subgraph}`,
      sdl: [LINK, `type Query { known${subgraph}: Int ${roots.join(' ')} }`, ...own].join('\n'),
    };
  });
}

function typeOf(subgraph: number, type: number, types: number, version: number): string {
  const name = `T${subgraph}_${type}`;
  const before = `T${subgraph - 1}_${type}`;
  const changed = subgraph === 0 && type === 0 ? `version${version}: Int` : '';
  const fields = `name(upper: Boolean): String! count: Int price: Float tags: [String!]! next: T${subgraph}_${(type + 1) % types}`;
  const whole = `"Type ${type} of subgraph ${subgraph}." type ${name} @key(fields: "id") { id: ID! ${fields} ${changed}`;
  if (subgraph === 0) return `${whole} }`;
  const extended = type % 3 === 0 ? `by${subgraph}: Int back: ${name}` : '';
  const resolvable = type % 3 === 0 ? '' : ', resolvable: false';
  return `${whole} other: ${before} } type ${before} @key(fields: "id"${resolvable}) { id: ID! ${extended} }`;
}
