/** Body of a valid request. */
export interface ValidBody {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string | null;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const USERS: ValidBody[] = [
  { query: '{ users(first: 3, after: "1") { id name email createdAt } }' },
  { query: 'query User($id: ID!) { user(id: $id) { id ...F } } fragment F on User { name }', variables: { id: 1 } },
  {
    query: 'mutation ($name: String!, $email: String!) { createUser(name: $name, email: $email) { id name } }',
    variables: { name: 'Ada Lovelace', email: 'ada@example.com' },
  },
];

const ORDERS: ValidBody[] = [
  { query: 'query A { orders { id } } query B { __typename }', operationName: 'A', variables: {} },
  {
    query:
      'query ($first: Int! = 5, $user: ID) { orders(first: $first, userId: $user) { id amount status items { price } } }',
    variables: { first: 2, user: '1' },
  },
  {
    query:
      'mutation ($amount: Money!, $key: String) { createOrder(userId: 1, amount: $amount, idempotencyKey: $key) { id } }',
    variables: { amount: '10.50', key: null },
  },
  { query: 'mutation { createOrder(userId: "1", amount: 10.5, idempotencyKey: "a") { id amount } }' },
  {
    query:
      'mutation ($items: [CheckoutItem!]!) { checkout(userId: "1", items: $items) { id status items { quantity } } }',
    variables: {
      items: [
        { productId: '1', quantity: 2 },
        { productId: 2, quantity: 1 },
      ],
    },
  },
  {
    query: 'mutation { checkout(userId: 1, items: [{ productId: 1, quantity: 1 }]) { id } cancelOrder(id: 1) { id } }',
  },
];

const PRODUCTS: ValidBody[] = [
  { query: '{ a: product(id: 1) { ... on Product @include(if: true) { id price } } products(first: 2) { stock } }' },
  {
    query:
      'mutation ($price: Money!, $stock: Int!) { createProduct(name: "Lamp", price: $price, stock: $stock) { id } }',
    variables: { price: 19.99, stock: 10 },
  },
  { query: 'mutation { restock(productId: 1, quantity: 3) { id stock } }', extensions: {} },
];

/** Requests that only processes of the graph send each other. */
const INSIDE: Readonly<Record<string, ValidBody[]>> = {
  users: [entities('User', 'name email'), { query: '{ _service { sdl } }' }],
  orders: [entities('User', 'orders(first: 2) { id }'), entities('Order', 'amount status')],
  products: [
    entities('Product', 'name price stock'),
    {
      query: 'mutation ($items: [ReservationItem!]!) { reserveStock(orderId: 7, items: $items) { __typename } }',
      variables: { items: [{ productId: 1, quantity: 1 }] },
    },
    { query: 'mutation { releaseStock(orderId: 8) { __typename } }' },
  ],
};

const OF_ALL: ValidBody[] = [
  { query: '{ __typename }' },
  { query: '{ __type(name: "Query") { name fields { name } } }' },
  {
    query: '{ __typename }',
    extensions: {
      persistedQuery: { version: 1, sha256Hash: '7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b' },
    },
  },
];

const ACROSS: ValidBody[] = [
  {
    query: '{ orders { id user { name orders { id } } items { product { name stock } } } users { orders { amount } } }',
  },
];

/** Returns the valid requests for the gateway or for a subgraph. */
export function validBodies(name: string): readonly ValidBody[] {
  if (name === 'gateway') return [...OF_ALL, ...ACROSS, ...USERS, ...ORDERS, ...PRODUCTS];
  const own: Readonly<Record<string, ValidBody[]>> = { users: USERS, orders: ORDERS, products: PRODUCTS };
  return [...OF_ALL, ...(own[name] ?? []), ...(INSIDE[name] ?? [])];
}

function entities(type: string, fields: string): ValidBody {
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on ${type} { ${fields} } } }`;
  return {
    query,
    variables: {
      r: [
        { __typename: type, id: '1' },
        { __typename: type, id: '999' },
      ],
    },
  };
}
