import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type FragmentDefinitionNode, getOperationAST, Kind, parse, validate } from 'graphql';
import { CacheHints } from './cache-hints.ts';

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
    on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  enum CacheControlScope { PUBLIC PRIVATE }
  interface Named @cacheControl(maxAge: 50) { name: String }
  type Item implements Named @key(fields: "id") @cacheControl(maxAge: 60) {
    id: ID! name: String secret: String @cacheControl(scope: PRIVATE) never: Int @cacheControl(maxAge: 0)
    brief: Int @cacheControl(maxAge: 7) plain: Plain inherited: Plain @cacheControl(inheritMaxAge: true)
    mine: Plain @cacheControl(inheritMaxAge: true, scope: PRIVATE) heir: Heir longer: Item @cacheControl(maxAge: 90)
    again: Item @cacheControl(inheritMaxAge: true) named: Named
  }
  type Bare @key(fields: "id") { id: ID! name: String }
  type Heir @cacheControl(inheritMaxAge: true) { name: String }
  type Plain { name: String item: Item }
  type Extended { name: String }
  extend type Extended @cacheControl(maxAge: 20)
  union Any = Item | Bare
  type Query {
    item: Item items: [Item!]! own: Item @cacheControl(maxAge: 5) word: String words: [String] @cacheControl(maxAge: 8)
    plain: Plain hinted: Plain @cacheControl(maxAge: 30) named: Named @cacheControl(maxAge: 80) extended: Extended
    any: Any @cacheControl(maxAge: 40) query: Query @cacheControl(maxAge: 25) private: Item @cacheControl(scope: PRIVATE)
    inherits: Plain @cacheControl(inheritMaxAge: true)
  }
  type Mutation { change: Item }
`;

type Variables = Record<string, unknown>;

const item: object = {
  __typename: 'Item',
  id: '1',
  ...Object.fromEntries(['name', 'secret'].map((name) => [name, name])),
  ...{ never: 1, brief: 1, heir: { name: 'heir' }, named: { __typename: 'Item', id: '2', name: 'other' } },
};
const plain = { name: 'plain', item };
Object.assign(item, { plain, inherited: plain, mine: plain, longer: item, again: item });
const query: object = {
  ...{ item, items: [item], own: item, word: 'word', words: ['a'], plain, hinted: plain, named: item, any: item },
  ...{ extended: { name: 'extended' }, private: item, inherits: plain },
};
Object.assign(query, { query });

const schema = buildSubgraphSchema([
  {
    typeDefs: parse(SDL),
    resolvers: {
      Query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, () => value])),
      Mutation: { change: () => item },
      Item: { __resolveReference: () => item },
      Bare: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'bare' }) },
    },
  },
]);
const apollo = new ApolloServer({ schema, plugins: [ApolloServerPluginCacheControl()] });
before(() => apollo.start());
after(() => apollo.stop());

/** Returns the `cache-control` that Apollo Server gives the answer. */
async function apolloCacheControl(text: string, variables: Variables): Promise<string | undefined> {
  const headers = new HeaderMap([['content-type', 'application/json']]);
  const body = { query: text, variables };
  const { headers: given, body: answer } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: 'POST', search: '', headers, body },
    context: async () => ({}),
  });
  assert.ok(answer.kind === 'complete' && !answer.string.includes('"errors"'), JSON.stringify(answer));
  return given.get('cache-control');
}

function ours(text: string, variables: Variables = {}): string | undefined {
  const document = parse(text);
  assert.deepEqual(validate(schema, document), []);
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  const operation = getOperationAST(document);
  return operation ? CacheHints.of(schema)?.cacheControlOf(operation, fragments, variables) : undefined;
}

const ENTITIES = 'query ($of: [_Any!]!) { _entities(representations: $of)';
const of = (...types: string[]) => ({ of: types.map((__typename) => ({ __typename, id: '1' })) });

/** Operations, and their variables, whose answers hold every type that they may hold. */
const cases: readonly (readonly [query: string, variables: Variables])[] = [
  ...[
    ...['{ __typename }', '{ item { id name } }', '{ items { name } }', '{ own { id } }', '{ word }', '{ words }'],
    ...['{ item { name } word }', '{ item { secret } }', '{ item { never name } }', '{ item { brief } own { name } }'],
    ...['{ item { plain { name } } }', '{ item { inherited { name } } }', '{ item { mine { name } } }'],
    ...[
      '{ item { heir { name } } }',
      '{ item { longer { name } } }',
      '{ item { again { id } } }',
      '{ plain { name } }',
    ],
    ...['{ hinted { name } }', '{ hinted { item { brief } } }', '{ extended { name } }'],
    ...[
      '{ query { item { name } } }',
      '{ private { name } }',
      '{ inherits { name } }',
      '{ item { inherited { item { brief } } } }',
    ],
    ...['{ named { name } }', '{ named { ... on Item { brief } } }', '{ item { named { name } } }'],
    ...[
      '{ any { ... on Item { name } } }',
      '{ any { ... on Named { name } } }',
      '{ item { name } __schema { types { name } } }',
    ],
    ...['{ ...A } fragment A on Query { item { ...B } own { ...B } } fragment B on Item { id brief }'],
  ].map((text) => [text, {}] as const),
  ...[true, false].map(
    (on) =>
      [
        'query ($on: Boolean!) { item { name never @include(if: $on) } own @skip(if: $on) { name } ...F @include(if: $on) } fragment F on Query { word }',
        { on },
      ] as const,
  ),
  [`${ENTITIES} { ... on Item { name } } }`, of('Item', 'Item')],
  [`${ENTITIES} { ... on Item { name brief } } }`, of('Item')],
  [`${ENTITIES} { ... on Item { plain { name } } } }`, of('Item')],
  [`${ENTITIES} { ... on Bare { name } } }`, of('Bare')],
  [`${ENTITIES} { ...F } } fragment F on Item { secret }`, of('Item')],
  [`${ENTITIES} { ... on Item { name } } own { id } }`, of('Item')],
];

for (const [text, variables] of cases) {
  test(`gives answers the cache-control of Apollo Server: ${text} ${JSON.stringify(variables)}`, async () => {
    assert.equal(ours(text, variables), await apolloCacheControl(text, variables));
  });
}

test('allows no mutation to be stored', () => {
  assert.equal(ours('mutation { change { name } }'), 'no-store');
});

test('is the strictest of all types that the answer may hold', () => {
  assert.equal(ours(`${ENTITIES} { ... on Item { name } ... on Bare { name } } }`, of('Item')), 'no-store');
  assert.equal(ours('{ query { word } }'), 'no-store', 'as at the root');
  assert.equal(ours('{ any { ... on Item { brief } ... on Bare { name } } }'), 'max-age=7, public');
});

test('visits each fragment once', () => {
  const last = 40;
  const fragments = Array.from(
    { length: last },
    (_, at) => `fragment F${at} on Item { ...F${at + 1} again { ...F${at + 1} } }`,
  );
  const text = `{ item { ...F0 } } ${fragments.join(' ')} fragment F${last} on Item { brief }`;
  assert.equal(ours(text), 'max-age=7, public');
});
