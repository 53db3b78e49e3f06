import { isRecord } from '@lockstep/runtime/json-record.ts';
import { type GraphQLResolveInfo, isObjectType } from 'graphql';
import type { Random } from '../random.ts';
import { COLOR, leafFields, wrapped } from '../random-types.ts';
import { instancesOf, RandomValues } from '../random-values.ts';
import { fieldSet, isSubgraph, resolvedOf } from '../required-values.ts';
import type { Kind } from './kind.ts';

/** Selection of a `@fromContext` argument by the type that it is taken from, the type of the argument, and the value's path. */
interface Selection {
  readonly text: string;
  readonly byType: Readonly<Record<string, string>>;
  readonly type: string;
}

const SELECTIONS: readonly Selection[] = [
  { text: '{ locale }', byType: { User: 'locale', Shop: 'locale' }, type: 'String' },
  { text: '{ locale }', byType: { User: 'locale' }, type: 'String' },
  { text: '{ tags }', byType: { User: 'tags', Shop: 'tags' }, type: '[String]' },
  { text: '{ prefs { unit } }', byType: { User: 'prefs { unit }', Shop: 'prefs { unit }' }, type: 'String' },
  { text: '... on Shop { locale } ... on User { nick }', byType: { User: 'nick', Shop: 'locale' }, type: 'String' },
];

const ENTITIES = ['Shop', 'User', 'Item'];

/** `@context` and `@fromContext`: from objects at several levels above, with values of this and of other subgraphs. */
export const context: Kind = {
  draw(random, seed) {
    const selection = random.pick(SELECTIONS);
    const data = Object.fromEntries(ENTITIES.map((name) => [name, instancesOf(name)]));
    const values = new RandomValues(seed, { data, isReliable: () => true });
    return {
      subgraphs: {
        a: ownerSdl(random, selection),
        b: contextSdl(random, selection),
        c: `${COLOR} type Query { now: Int } type Item @key(fields: "id") { id: ID! ${leafFields(random, 'c', 2).join(' ')} }`,
      },
      data,
      resolvers: {
        Item: {
          price: (parent, args, _context, info) => {
            const given = isSubgraph(info.schema) ? (args.given ?? null) : contextOf(parent, selection, info);
            return `${parent.id} ${args.x} ${JSON.stringify(given)}`;
          },
        },
      },
      fallback: (parent, args, contextValue, info) => {
        const value = values.resolve(parent, args, contextValue, info);
        return isSubgraph(info.schema) ? value : below(parent, value);
      },
    };
  },
};

/** The object that an object of the monolith was reached through. */
const ABOVE = Symbol('above');

function below(parent: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => below(parent, item));
  return isRecord(value) ? { ...value, [ABOVE]: parent } : value;
}

/** Returns the value of the argument in the monolith: of the nearest object above that has the context. */
function contextOf(object: object, { byType }: Selection, info: GraphQLResolveInfo): unknown {
  const source: unknown = Object.entries(object).length > 0 ? Reflect.get(object, ABOVE) : undefined;
  if (!isRecord(source)) return null;
  const fields = byType[String(source.__typename)];
  const type = info.schema.getType(String(source.__typename));
  if (fields === undefined || !isObjectType(type)) return contextOf(source, { byType, text: '', type: '' }, info);
  let value = resolvedOf(info, type, fieldSet(fields), source);
  while (isRecord(value)) value = Object.values(value)[0];
  return value;
}

function ownerSdl(random: Random, { byType }: Selection): string {
  return `
    ${COLOR}
    type Query { shops: ${wrapped(random, 'Shop')} users(x: Int = 3): ${wrapped(random, 'User')} }
    type Shop @key(fields: "id") { id: ID! owner: User staff: ${wrapped(random, 'User')} ${byType.Shop === undefined ? '' : `stock: ${wrapped(random, 'Item')}`} }
    type User @key(fields: "id") { id: ID! shelf: Shelf favourite: Item }
    type Shelf { top: Item all: ${wrapped(random, 'Item')} }
    type Item @key(fields: "id") { id: ID! }`;
}

function contextSdl(random: Random, { text, byType, type }: Selection): string {
  const entity = (name: string) => `
    type ${name} @key(fields: "id")${byType[name] === undefined ? '' : ' @context(name: "near")'} {
      id: ID! locale: String nick: String tags: [String] prefs: Prefs
      ${byType[name] === undefined ? '' : `b${name}: ${wrapped(random, 'Item')}`}
    }`;
  return `
    ${COLOR}
    type Query { bUser: User bShops: ${wrapped(random, 'Shop')} }
    ${entity('Shop')}
    ${entity('User')}
    type Prefs { unit: String }
    type Item @key(fields: "id") {
      id: ID! price(x: Int = 3, given: ${type} @fromContext(field: "$near ${text}")): String ${leafFields(random, 'b', 2).join(' ')}
    }`;
}
