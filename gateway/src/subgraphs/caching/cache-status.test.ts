import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CacheStatus } from './cache-status.ts';
import { CachedSubgraph } from './testing/cached-subgraph.ts';

/** Sends requests as parts of one operation, 10 s after the entities 1 to 3 were stored for 60. */
async function statusOf(
  isDetailed: boolean,
  send: (books: CachedSubgraph, context: { status: CacheStatus }) => Promise<unknown>,
): Promise<string | undefined> {
  const books = new CachedSubgraph();
  books.cacheControl = 'max-age=60, stale-while-revalidate=30, stale-if-error=300';
  await books.entities([1, 2, 3]);
  books.nowMs = 10_000;
  const status = new CacheStatus(isDetailed);
  await send(books, { status });
  return status.header;
}

const later = (books: CachedSubgraph, seconds: number) => {
  books.nowMs = seconds * 1000;
  return books;
};

for (const [name, send, detailed, marked] of [
  ['a hit', (books, sent) => books.entities([1, 2], sent), '"lockstep/books"; hit; ttl=50', undefined],
  ['a miss', (books, sent) => books.entities([7, 8], sent), '"lockstep/books"; fwd=miss', undefined],
  [
    'a part of it',
    (books, sent) => books.entities([1, 2, 7], sent),
    '"lockstep/books"; fwd=partial; ttl=50; detail="2 of 3"',
    undefined,
  ],
  [
    'several fetches',
    async (books, sent) => {
      await books.entities([1, 2], sent);
      await books.entities([7], sent);
    },
    '"lockstep/books"; fwd=partial; ttl=50; detail="2 of 3"',
    undefined,
  ],
  [
    'what a mutation reads',
    (books, sent) => books.entities([1], { ...sent, isMutation: true }),
    '"lockstep/books"; fwd=method',
    undefined,
  ],
  [
    'what is stale while it is fetched anew',
    (books, sent) => later(books, 72).entities([1], sent),
    '"lockstep/books"; hit; ttl=-12; detail="1 stale"',
    'lockstep; hit; ttl=-12',
  ],
  [
    'what is stale because the subgraph fails',
    (books, sent) => {
      books.reply = () => Promise.reject(new Error('it is down'));
      return later(books, 160.5).entities([2, 1], sent);
    },
    '"lockstep/books"; hit; ttl=-101; detail="2 stale"',
    'lockstep; hit; ttl=-101',
  ],
  ['nothing', () => Promise.resolve(), undefined, undefined],
] as const satisfies [string, Parameters<typeof statusOf>[1], string | undefined, string | undefined][]) {
  test(`tells of ${name}, and without details only what is stale`, async () => {
    assert.equal(await statusOf(true, send), detailed);
    assert.equal(await statusOf(false, send), marked);
  });
}

test('names subgraphs by what a header may hold', () => {
  const status = new CacheStatus(true);
  for (const name of ['a"b', 'c\\d', 'ö\r\n']) status.add(name, { entries: [undefined], now: 0, isMutation: false });
  assert.equal(status.header, '"lockstep/a\\"b"; fwd=miss, "lockstep/c\\\\d"; fwd=miss, "lockstep/???"; fwd=miss');
});
