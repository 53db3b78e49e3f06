import type { Random } from '../random.ts';
import { COLOR, leafFields, leafType, wrapped } from '../random-types.ts';
import { RandomValues } from '../random-values.ts';
import { requiring } from '../required-values.ts';
import type { Kind } from './kind.ts';

/** Keys that entities of the type Item can have, with the definitions of their fields. */
const KEYS: Readonly<Record<string, string>> = {
  id: 'id: ID!',
  code: 'code: String!',
  'org { id }': 'org: Org!',
  'org { id name }': 'org: Org!',
  'id code': 'id: ID! code: String!',
  'org { id } code': 'org: Org! code: String!',
};

const ITEMS = [0, 1, 2, 3].map((number) => ({
  __typename: 'Item',
  id: `Item${number}`,
  code: `code ${number}`,
  org: { __typename: 'Org', id: `Org${number}`, name: `org ${number}` },
}));
const DATA = { Item: ITEMS, Org: ITEMS.map(({ org }) => org) };

/** Nested, composite and several keys: a chain of subgraphs in which each can reach only its neighbours by a common key. */
export const keys: Kind = {
  draw(random, seed) {
    const names = ['a', 'b', 'c', 'd'].slice(0, random.integer(2, 4));
    const chain = names.map(() => random.pick(Object.keys(KEYS)));
    const isEntity = random.chance(0.5);
    const required = `${names.at(-1)}Text`;
    const values = new RandomValues(seed, { data: DATA, isReliable: (fieldName) => fieldName === required });
    const subgraphs = names.map((name, index) => {
      const own = [...new Set([chain[index] ?? 'id', chain[Math.max(index - 1, 0)] ?? 'id'])];
      return [name, sdl(random, name, { own, isEntity, required, isLast: index === names.length - 1 })] as const;
    });
    return {
      subgraphs: Object.fromEntries(subgraphs),
      data: DATA,
      resolvers: { Item: { aReport: requiring(required) } },
      fallback: values.resolve,
    };
  },
};

interface Part {
  readonly own: readonly string[];
  /** True if the type Org is an entity too. */
  readonly isEntity: boolean;
  readonly required: string;
  readonly isLast: boolean;
}

function sdl(random: Random, name: string, { own, isEntity, required, isLast }: Part): string {
  const fields = new Map(own.flatMap((key) => (KEYS[key] ?? '').split(/ (?=\w+:)/).map((field) => [field, field])));
  const isStub = name !== 'a' && !isLast && own.length === 1 && random.chance(0.2);
  const directives = own.map((key) => `@key(fields: "${key}"${isStub ? ', resolvable: false' : ''})`).join(' ');
  const report = name === 'a' ? `aReport: String @requires(fields: "${required}") ${required}: String @external` : '';
  const leaves = isStub ? '' : `${leafFields(random, name, 2).join(' ')} ${isLast ? `${required}: String` : report}`;
  const org = isEntity
    ? `type Org @key(fields: "id") { id: ID! name: String! @shareable ${name}Size: ${leafType(random)} }`
    : 'type Org @shareable { id: ID! name: String! }';
  return `
    ${COLOR}
    type Query { ${name}Items: ${wrapped(random, 'Item')} ${name}Box(x: Int = 3): Box }
    type Item ${directives} { ${[...fields.values()].join(' ')} ${leaves} ${isStub ? '' : `${name}Next: Item`} }
    type Box @shareable { item: Item items: [Item!] }
    ${[...fields.keys()].some((field) => field.startsWith('org')) || isEntity ? org : ''}`;
}
