import { isRecord, type JsonRecord } from '@lockstep/runtime/json-record.ts';
import { type GraphQLSchema, isObjectType, Kind as NodeKind, type SelectionSetNode } from 'graphql';
import type { FieldResolver } from '../monolith.ts';
import type { Random } from '../random.ts';
import { COLOR, leafFields, leafType, wrapped } from '../random-types.ts';
import { instancesOf, RandomValues } from '../random-values.ts';
import { fieldSet, isSubgraph } from '../required-values.ts';
import type { Kind } from './kind.ts';

const PROVIDED = ['name', 'maker { name }', 'name maker { place }', 'parts { name }', 'any { ... on Item { name } }'];
const ENTITIES = ['Item', 'Maker'];

/** `@provides` of leaf fields, and below entities, lists and unions; other paths to the same types provide nothing. */
export const provides: Kind = {
  draw(random, seed) {
    const provided = { provided0: random.pick(PROVIDED), provided1: random.pick(PROVIDED) };
    const data = Object.fromEntries(ENTITIES.map((name) => [name, instancesOf(name)]));
    const values = new RandomValues(seed, {
      data,
      membersOf: (name) => (name === 'Any' ? ENTITIES : undefined),
      isReliable: () => true,
    });
    const types = { name: leafType(random), place: leafType(random), maker: random.pick(['Maker', 'Maker!']) };
    const providing =
      (fields: string): FieldResolver =>
      (parent, args, contextValue, info) => {
        const value = values.resolve(parent, args, contextValue, info);
        return isSubgraph(info.schema) ? withProvided(value, fieldSet(fields), info.schema, values) : value;
      };
    const resolvers = Object.fromEntries(Object.entries(provided).map(([name, fields]) => [name, providing(fields)]));
    return {
      subgraphs: { a: providerSdl(random, provided, types), b: ownerSdl(random, types) },
      data,
      resolvers: { Query: resolvers, Box: resolvers },
      fallback: values.resolve,
    };
  },
};

/** Returns objects with the values of provided fields, which a subgraph has at this path only. */
function withProvided(
  value: unknown,
  { selections }: SelectionSetNode,
  schema: GraphQLSchema,
  values: RandomValues,
): unknown {
  if (Array.isArray(value))
    return value.map((item) => withProvided(item, { kind: NodeKind.SELECTION_SET, selections }, schema, values));
  if (!isRecord(value)) return value;
  const type = schema.getType(String(value.__typename));
  if (!isObjectType(type)) return value;
  const provided: JsonRecord = { ...value };
  for (const selection of selections) {
    if (selection.kind === NodeKind.INLINE_FRAGMENT && selection.typeCondition?.name.value === type.name) {
      Object.assign(provided, withProvided(provided, selection.selectionSet, schema, values));
    }
    if (selection.kind !== NodeKind.FIELD) continue;
    const name = selection.name.value;
    const fieldType = type.getFields()[name]?.type;
    if (!fieldType) continue;
    const own = values.valueOf(value, name, fieldType);
    provided[name] = selection.selectionSet ? withProvided(own, selection.selectionSet, schema, values) : own;
  }
  return provided;
}

interface Types {
  readonly name: string;
  readonly place: string;
  readonly maker: string;
}

function providerSdl(random: Random, provided: Readonly<Record<string, string>>, types: Types): string {
  const all = Object.values(provided).join(' ');
  const fields = Object.entries(provided).map(
    ([name, set]) => `${name}: ${wrapped(random, 'Item')} @provides(fields: "${set}")`,
  );
  const external = (name: string, sdl: string) => (new RegExp(`\\b${name}\\b`).test(all) ? `${sdl} @external` : '');
  const inItem = /(^|[^{] )name|parts|any/.test(all);
  return `
    ${COLOR}
    type Query { ${fields.join(' ')} plain: ${wrapped(random, 'Item')} box: Box makers: [Maker] }
    type Box { ${fields.join(' ')} plain: Item }
    type Item @key(fields: "id") {
      id: ID! ${inItem ? `name: ${types.name} @external` : ''} ${external('maker', `maker: ${types.maker}`)}
      ${external('parts', 'parts: [Item]')} ${external('any', 'any: Any')} ${leafFields(random, 'a', 1).join(' ')}
    }
    type Maker @key(fields: "id") {
      id: ID! ${/maker \{ name/.test(all) ? `name: ${types.name} @external` : ''} ${external('place', `place: ${types.place}`)} aItem: Item
    }
    union Any = Item | Maker`;
}

function ownerSdl(random: Random, { name, place, maker }: Types): string {
  return `
    ${COLOR}
    type Query { bItems: ${wrapped(random, 'Item')} }
    type Item @key(fields: "id") {
      id: ID! name: ${name} @shareable maker: ${maker} @shareable parts: [Item] @shareable any: Any @shareable
      ${leafFields(random, 'b', 1).join(' ')}
    }
    type Maker @key(fields: "id") { id: ID! name: ${name} @shareable place: ${place} @shareable ${leafFields(random, 'm', 1).join(' ')} }
    union Any = Item | Maker`;
}
