import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Generated } from 'kysely';
import type { Migration } from 'kysely/migration';
import { operationWith } from '../testing/operation.ts';
import { testDatabase } from '../testing/test-database.ts';
import { engineOf } from './engines/engine.ts';
import { type PageOf, pageLoader, selectPages } from './pages.ts';

interface Tables {
  things: { id: Generated<number>; owner_id: number };
}

const migrations: Record<string, Migration> = {
  '0001-things': {
    async up(db) {
      const { identity, tableOptions, wholeNumber } = engineOf(db);
      await db.schema
        .createTable('things')
        .addColumn('id', wholeNumber, identity)
        .addColumn('owner_id', wholeNumber, (column) => column.notNull())
        .modifyEnd(tableOptions)
        .execute();
    },
  },
};

/** A database whose things 1, 2, 3 … belong to these owners, and a function that selects pages of them. */
async function setUp(t: TestContext, ...ownerKeys: number[]) {
  const { db, log } = await testDatabase<Tables>(t, migrations);
  for (const ownerKey of ownerKeys) await db.insertInto('things').values({ owner_id: ownerKey }).execute();
  log.clear();
  const find = (pages: readonly PageOf[]) =>
    selectPages(db, pages, ({ ownerKey, first, after }) =>
      db
        .selectFrom('things')
        .selectAll()
        .where('owner_id', '=', ownerKey)
        .where('id', '>', after)
        .orderBy('id')
        .limit(first),
    );
  return { log, find };
}

const idsOf = (pages: readonly (readonly { id: number }[])[]) => pages.map((rows) => rows.map(({ id }) => id));

test('selects a page for each owner in one statement, and only what is in it', async (t) => {
  const { log, find } = await setUp(t, 1, 2, 1, 2, 1);
  const pages = await find([
    { ownerKey: 2, first: 10, after: 0 },
    { ownerKey: 1, first: 2, after: 0 },
    { ownerKey: 1, first: 2, after: 3 },
    { ownerKey: 99, first: 2, after: 0 },
  ]);
  assert.deepEqual(idsOf(pages), [[2, 4], [1, 3], [5], []]);
  assert.equal(log.statements().length, 1);
  assert.deepEqual(await find([]), []);
});

test('a loader selects all pages that are requested together, each once, a hundred in a statement', async (t) => {
  const { log, find } = await setUp(t, ...Array.from({ length: 150 }, (_, index) => index + 1));
  const loader = pageLoader(operationWith().budget, find);
  const owners = Array.from({ length: 300 }, (_, index) => 1 + (index % 150));
  const pages = await Promise.all(owners.map((ownerKey) => loader.load({ ownerKey, first: 10, after: 0 })));
  assert.deepEqual(
    idsOf(pages),
    owners.map((owner) => [owner]),
  );
  assert.equal(log.statements().length, 2);
});

test('a loader reads nothing more for an operation that may make no more objects', async (t) => {
  const { log, find } = await setUp(t, 1);
  const { budget } = operationWith(0);
  assert.throws(() => budget.spend(1));
  void pageLoader(budget, find).load({ ownerKey: 1, first: 10, after: 0 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(log.statements(), []);
});
