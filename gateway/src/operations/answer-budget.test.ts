import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Federation, NO_LIMITS } from './testing/federation.ts';

// Authors are entities of b, posts of a: at every level all posts are by one author, whom b is asked for once, with posts that
// a is asked for once. What the subgraphs send stays small, and what the answer has multiplies.

const POSTS = 30;
const post = (id: number) => ({ __typename: 'Post', id: String(id), author: { __typename: 'Author', id: '1' } });
const posts = Array.from({ length: POSTS }, (_, id) => post(id));

const federation = new Federation({
  subgraphs: {
    a: `type Query { posts: [Post!]! numbers: [Int!]! }
      type Post @key(fields: "id") { id: ID! title: String author: Author }
      type Author @key(fields: "id", resolvable: false) { id: ID! }`,
    b: `type Author @key(fields: "id") { id: ID! posts: [Post!]! }
      type Post @key(fields: "id", resolvable: false) { id: ID! }`,
  },
  resolvers: { Query: { posts: () => posts, numbers: () => Array(100).fill(1) } },
  data: {
    Post: posts,
    Author: [{ id: '1', posts: posts.map(({ id }) => ({ __typename: 'Post', id })) }],
  },
});

const LEVELS = 5;
const NESTED = `{ ${'posts { author { '.repeat(LEVELS)}id${' } }'.repeat(LEVELS)} }`;

beforeEach(() => {
  federation.limits = { ...NO_LIMITS, maxObjects: 10_000 };
  federation.tamper = (answer) => answer;
  federation.signal = undefined;
  federation.bytes = undefined;
});

/** Runs an operation, and resolves with the codes of its errors and the processor time that it took. */
async function run(query: string) {
  const operation = await federation.compile(query);
  const started = process.threadCpuUsage();
  const { data, errors = [] } = await federation.run(operation);
  const { user, system } = process.threadCpuUsage(started);
  return { data, codes: errors.map(({ extensions }) => extensions.code), ms: (user + system) / 1000 };
}

test('ends an operation whose answer would multiply, before it is gathered or shaped', async () => {
  await run('{ posts { author { posts { id } } } }');
  const { data, codes, ms } = await run(NESTED);
  assert.deepEqual([data, codes], [null, ['OPERATION_LIMIT_EXCEEDED']]);
  assert.ok(federation.calls.length < 2 * LEVELS, `${federation.calls.length} calls`);
  assert.ok(ms < 500, `${ms} ms`);
});

for (const [what, query, needed] of [
  ['the objects of lists in each other', '{ posts { author { posts { id } } } }', 2000],
  ['the fields of objects', `{ posts { ${aliases(100, 'id')} } }`, POSTS * 11],
  ['values in a list', `{ ${aliases(20, 'numbers')} }`, 200],
] as const) {
  test(`counts ${what}`, async () => {
    federation.limits = { ...NO_LIMITS, maxObjects: needed / 3 };
    assert.deepEqual((await run(query)).codes, ['OPERATION_LIMIT_EXCEEDED']);
    federation.limits = { ...NO_LIMITS, maxObjects: needed * 3 };
    assert.deepEqual((await run(query)).codes, []);
  });
}

// The one author of all posts has a long text: the subgraph sends it once, the answer has it 30 times.
test('counts the bytes of replies, and of texts that the answer repeats', async () => {
  const text = 'x'.repeat(1000);
  const bytes = { replies: 0 };
  federation.bytes = bytes;
  federation.tamper = (answer, { subgraph }) => {
    const author = { __typename: 'Author', id: '1', posts: [{ __typename: 'Post', id: text }] };
    bytes.replies += 3000;
    return subgraph === 'b' ? { data: { _entities: [author] } } : answer;
  };
  for (const [maxBytes, codes] of [
    [POSTS * 1000 + 1, []],
    [POSTS * 1000 - 1, ['OPERATION_LIMIT_EXCEEDED']],
    [5999, ['OPERATION_LIMIT_EXCEEDED']],
  ] as const) {
    federation.limits = { ...NO_LIMITS, maxBytes };
    bytes.replies = 0;
    assert.deepEqual((await run('{ posts { author { posts { id } } } }')).codes, codes, `${maxBytes}`);
  }
  bytes.replies = 0;
  assert.deepEqual((await run('{ numbers }')).codes, []);
});

test('counts errors', async () => {
  federation.limits = { ...NO_LIMITS, maxObjects: 200 };
  const query = '{ posts { author { posts { id } } } }';
  federation.tamper = (answer, { subgraph }) => {
    if (subgraph === 'b') throw new Error('unavailable');
    return answer;
  };
  assert.deepEqual((await run(query)).codes, ['OPERATION_LIMIT_EXCEEDED']);
  federation.limits = { ...NO_LIMITS, maxObjects: 2000 };
  assert.equal((await run(query)).codes.length, POSTS);
});

test('names the limit and its value', async () => {
  federation.limits = { ...NO_LIMITS, maxObjects: 5 };
  const { errors } = await federation.execute('{ posts { id } }');
  assert.deepEqual(
    errors?.map(({ message, extensions }) => [message, extensions]),
    [
      [
        'The answer would have too many objects; at most 5 are allowed',
        { code: 'OPERATION_LIMIT_EXCEEDED', limit: 'max_objects', allowed: 5 },
      ],
    ],
  );
});

test('fetches and shapes nothing more once the client has left', async () => {
  const client = new AbortController();
  federation.signal = client.signal;
  federation.tamper = (answer) => {
    client.abort();
    return answer;
  };
  const { data, codes } = await run(NESTED);
  assert.deepEqual([data, codes, federation.calls.length], [null, ['DEADLINE_EXCEEDED'], 1]);
});

function aliases(count: number, field: string): string {
  return Array.from({ length: count }, (_, index) => `f${index}: ${field}`).join(' ');
}
