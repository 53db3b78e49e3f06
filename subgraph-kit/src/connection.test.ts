import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from './arguments.ts';
import { readConnection } from './connection.ts';

/** Rows of a table in the order of their keys, and the pages that were read of them. */
function table(...keys: number[]) {
  const reads: Page[] = [];
  return {
    keys,
    reads,
    list: async (page: Page) => {
      reads.push(page);
      const rows = keys.toSorted((one, other) => one - other).filter((key) => key > page.after);
      return rows.slice(0, page.first).map((key) => ({ id: String(key) }));
    },
  };
}

const read = (args: { first: number; after?: string | null }, { list }: ReturnType<typeof table>) =>
  readConnection('BookConnection', args, list);

describe('a connection', () => {
  test('has a page of edges, and says if another one follows', async () => {
    const books = table(1, 2, 3);
    const first = await read({ first: 2 }, books);
    assert.deepEqual(
      first.edges.map(({ node }) => node.id),
      ['1', '2'],
    );
    const [start, end] = first.edges.map(({ cursor }) => cursor);
    assert.deepEqual(first.pageInfo, {
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: start,
      endCursor: end,
    });
    const next = await read({ first: 2, after: end ?? '' }, books);
    assert.deepEqual(
      next.edges.map(({ node }) => node.id),
      ['3'],
    );
    assert.deepEqual([next.pageInfo.hasNextPage, next.pageInfo.hasPreviousPage], [false, true]);
    assert.deepEqual(books.reads, [
      { first: 3, after: 0 },
      { first: 3, after: 2 },
    ]);
  });

  test('is empty after the last row', async () => {
    const books = table(1, 2);
    const { pageInfo } = await read({ first: 100 }, books);
    assert.equal(pageInfo.hasNextPage, false);
    assert.deepEqual(await read({ first: 100, after: pageInfo.endCursor }, books), {
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  test('has each row once, though rows are inserted and removed between its pages', async () => {
    const books = table(2, 4, 6, 8, 10);
    const seen: string[] = [];
    let after: string | null = null;
    for (const change of [() => books.keys.push(1, 3, 11), () => books.keys.splice(0, 2), () => {}, () => {}]) {
      const { edges, pageInfo }: Awaited<ReturnType<typeof read>> = await read({ first: 2, after }, books);
      seen.push(...edges.map(({ node }) => node.id));
      after = pageInfo.endCursor ?? after;
      change();
    }
    assert.deepEqual(seen, ['2', '4', '6', '8', '10', '11']);
  });

  for (const first of [0, -1, 101, 2_147_483_647]) {
    test(`has no page of ${first}`, async () => {
      const books = table(1);
      await assert.rejects(read({ first }, books), {
        message: `first: ${first} must be from 1 to 100`,
        extensions: { code: 'BAD_USER_INPUT', argument: 'first' },
      });
      assert.deepEqual(books.reads, []);
    });
  }
});
