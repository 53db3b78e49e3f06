import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertSame } from './testing/assert-same.ts';
import { Federation } from './testing/federation.ts';

const data = {
  Book: [
    { __typename: 'Book', id: 'b1', title: 'Dune', pages: 600, size: { __typename: 'Size', height: 20, width: 10 } },
    { __typename: 'Book', id: 'b2', title: 'Emma', pages: 300, size: null },
  ],
  Film: [{ __typename: 'Film', id: 'f1', title: 'Heat', minutes: 170, score: 0 }],
};
const all = [...data.Book, ...data.Film];

const media = new Federation({
  subgraphs: {
    library: `
      type Query { media: [Media] found: [Found!]! one: Media shelf: [[Media]] titled: [Titled] }
      interface Titled { title: String }
      interface Media implements Titled @key(fields: "id") { id: ID! title: String }
      union Found = Book | Film
      type Size @shareable { height: Int width: Int }
      type Book implements Media & Titled @key(fields: "id") { id: ID! title: String pages: Int size: Size detail: String }
      type Film implements Media & Titled @key(fields: "id") { id: ID! title: String minutes: Int detail: Int! score: Int }`,
    reviews: `
      type Query { reviewed: [Media] }
      type Media @interfaceObject @key(fields: "id") { id: ID! stars(of: Int! = 5): Int review: Review }
      type Review { text: String about: Media }`,
    prices: `
      type Book @key(fields: "id") { id: ID! price: Int }
      type Film @key(fields: "id") { id: ID! rent: Int score: Int @external rating: String @requires(fields: "score") }`,
  },
  data,
  resolvers: {
    Query: {
      media: () => all,
      found: () => all,
      one: () => data.Film[0],
      shelf: () => [[data.Book[0], null], null, [data.Film[0]]],
      titled: () => all,
      reviewed: () => [...all, { __typename: 'Book', id: 'b1' }].map(({ id }) => all.find((item) => item.id === id)),
    },
    Media: {
      stars: (_, { of }) => Number(of) - 1,
      review: ({ id }) => ({ text: `on ${id}`, about: all.find((item) => item.id === id) }),
    },
    Book: { price: () => 10, detail: () => 'paper' },
    Film: { rent: () => 3, detail: () => 4, rating: ({ score }) => `rated ${score}` },
  },
});
for (const query of [
  '{ media { __typename id title ... on Book { pages price } ... on Film { rent minutes } } }',
  '{ media { ... on Titled { title ... on Media { id ... on Film { rating } } } } }',
  '{ media { ... on Book { detail size { height } } ... on Film { id rating } } }',
  '{ media { ... on Book { d: pages } ... on Film { d: minutes } id } }',
  '{ media { ... on Book { x: price } ... on Film { x: rent } } }',
  '{ found { __typename ... on Book { title price } ... on Media { stars } } }',
  '{ shelf { id stars(of: 3) ... on Book { price } } }',
  '{ titled { title ... on Film { rent } ... on Media { stars } } }',
  '{ one { stars ... on Film { rent rating score } ... on Book { price } } }',
  '{ reviewed { id stars } }',
  '{ reviewed { id ... on Media { stars } } }',
  '{ reviewed { __typename stars title } }',
  '{ reviewed { id ... on Book { pages price stars } ... on Film { rent } } }',
  '{ reviewed { review { text about { id title stars about: __typename ... on Book { price } } } } }',
  '{ media { review { about { __typename } } } }',
  'fragment M on Media { id ...F } fragment F on Film { rent } { media { ...M } found { ...M } }',
]) {
  test(query, async () => void (await assertSame(media, query)));
}

test('separates fields that fragments select with different arguments at one path', async () => {
  const owners = new Federation({
    subgraphs: {
      pets: `
        type Query { pets: [Pet] }
        union Pet = Cat | Dog
        type Cat @key(fields: "id") { id: ID! owner: Owner }
        type Dog @key(fields: "id") { id: ID! owner: Owner }
        type Owner @key(fields: "id") { id: ID! }`,
      owners: 'type Owner @key(fields: "id") { id: ID! name(upper: Boolean! = false): String }',
    },
    data: { Owner: [{ __typename: 'Owner', id: 'o' }] },
    resolvers: {
      Query: {
        pets: () => [
          { __typename: 'Cat', id: 'c' },
          { __typename: 'Dog', id: 'd' },
        ],
      },
      Cat: { owner: () => ({ id: 'o' }) },
      Dog: { owner: () => ({ id: 'o' }) },
      Owner: { name: (_, { upper }) => (upper ? 'ANN' : 'Ann') },
    },
  });
  await assertSame(owners, '{ pets { ... on Cat { owner { name(upper: true) } } ... on Dog { owner { name } } } }');
});

test('separates required fields of one name and different types', async () => {
  const found = [
    { __typename: 'Tin', id: 't', code: 0 },
    { __typename: 'Box', id: 'b', code: 'x' },
  ];
  const label = ({ code }: Record<string, unknown>) => `label ${JSON.stringify(code)}`;
  const federation = new Federation({
    subgraphs: {
      codes: `
        type Query { found: [Thing] }
        union Thing = Tin | Box
        type Tin @key(fields: "id") { id: ID! code: Int! }
        type Box @key(fields: "id") { id: ID! code: String }`,
      labels: `
        type Tin @key(fields: "id") { id: ID! code: Int! @external label: String @requires(fields: "code") }
        type Box @key(fields: "id") { id: ID! code: String @external label: String @requires(fields: "code") }`,
    },
    data: { Tin: found.slice(0, 1), Box: found.slice(1) },
    resolvers: { Query: { found: () => found }, Tin: { label }, Box: { label } },
  });
  await assertSame(federation, '{ found { ... on Tin { label } ... on Box { label } } }');
});

describe('@fromContext', () => {
  const data = {
    User: [
      { __typename: 'User', id: 'u1', locale: 'fr' },
      { __typename: 'User', id: 'u2', locale: 'de' },
    ],
    Item: [{ __typename: 'Item', id: 'i1' }],
  };
  const federation = new Federation({
    subgraphs: {
      shop: `
        type Query { users: [User!]! }
        type User @key(fields: "id") @context(name: "user") { id: ID! locale: String cart: Cart }
        type Cart @key(fields: "id") { id: ID! }
        type Item @key(fields: "id") {
          id: ID! price(rate: Int = 1, locale: String @fromContext(field: "$user { locale }")): String
        }`,
      carts: `
        type Cart @key(fields: "id") { id: ID! items: [Item] }
        type Item @key(fields: "id") { id: ID! size: Int }`,
    },
    data: { ...data, Cart: [{ __typename: 'Cart', id: 'c' }] },
    resolvers: {
      Query: { users: () => data.User },
      User: { cart: () => ({ id: 'c' }) },
      Cart: { items: () => data.Item },
      Item: { price: ({ id }, { locale, rate }) => `${id} ${locale} ${rate}`, size: () => 4 },
    },
  });

  test('takes its value from the object above, for an entity that two of them share', async () => {
    const { data, errors } = await federation.execute(
      'query ($r: Int) { users { cart { items { size price(rate: $r) } } } }',
      { r: 2 },
    );
    assert.equal(errors, undefined);
    const item = (locale: string) => ({ cart: { items: [{ size: 4, price: `i1 ${locale} 2` }] } });
    assert.deepEqual(data, { users: [item('fr'), item('de')] });
  });
});

// https://github.com/apollographql/router/issues/8127
describe('a fragment on a union or another interface below an @interfaceObject', () => {
  for (const query of [
    '{ reviewed { ... on Found { __typename } } }',
    '{ reviewed { stars ... on Found { kind: __typename ... on Book { pages } ... on Media { id } } } }',
    'query ($x: Boolean!) { reviewed { ... on Book { ... on Found @skip(if: $x) { __typename } stars } } }',
    '{ reviewed { ...Any } } fragment Any on Found { __typename ... on Film { minutes price: rent } }',
    '{ reviewed { ... on Titled { title } ... on Titled { __typename } review { about { ... on Found { __typename } } } } }',
    'query ($x: Boolean!) { reviewed { ... on Found @include(if: $x) { __typename } id ...Any @skip(if: $x) } } fragment Any on Found { __typename }',
  ]) {
    for (const x of [true, false]) {
      test(`answers ${query} with $x ${x}`, async () => void (await assertSame(media, query, { x })));
    }
  }
});
