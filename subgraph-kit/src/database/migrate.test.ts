import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { testDatabase } from '../testing/test-database.ts';
import { migrate } from './migrate.ts';

type Database = Kysely<unknown>;

function creates(table: string): Migration {
  return { up: (db) => db.schema.createTable(table).addColumn('id', 'integer').execute() };
}

const FAILS_HALF_WAY: Migration = {
  async up(db) {
    await db.schema.createTable('second').addColumn('id', 'integer').execute();
    await sql`insert into first values (1)`.execute(db);
    await sql`no sql`.execute(db);
  },
};

async function tablesOf(db: Database): Promise<string[]> {
  const tables = await db.introspection.getTables();
  return tables
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('kysely_'))
    .sort();
}

async function database(t: TestContext) {
  const { db, log } = await testDatabase<unknown>(t);
  return { db, log, migrateTo: (migrations: Record<string, Migration>) => migrate(db, migrations, log.logger) };
}

describe('migrating', () => {
  test('runs what is missing, in the order of the names, and says so', async (t) => {
    const { db, log, migrateTo } = await database(t);
    await migrateTo({ '0002-second': creates('second'), '0001-first': creates('first') });
    assert.deepEqual(await tablesOf(db), ['first', 'second']);
    const said = log.lines.filter(({ level }) => level === 30).map(({ msg }) => msg);
    assert.deepEqual(said, ['migrated: 0001-first', 'migrated: 0002-second']);
  });

  test('runs each once', async (t) => {
    const { db, log, migrateTo } = await database(t);
    await migrateTo({ '0001-first': creates('first') });
    log.clear();
    await migrateTo({ '0001-first': creates('first') });
    assert.deepEqual(
      log.lines.filter(({ level }) => level === 30),
      [],
    );
    assert.deepEqual(await tablesOf(db), ['first']);
  });

  test('that fails names the migration and keeps the cause', async (t) => {
    const { migrateTo } = await database(t);
    await assert.rejects(migrateTo({ '0001-first': creates('first'), '0002-second': FAILS_HALF_WAY }), (error) => {
      assert.ok(error instanceof Error && error.cause instanceof Error);
      assert.equal(error.message, 'Migration 0002-second failed; the database is unchanged');
      assert.match(error.cause.message, /near "no"/);
      return true;
    });
  });

  test('that fails leaves nothing, neither of it nor of those that were to run with it', async (t) => {
    const { db, migrateTo } = await database(t);
    await assert.rejects(migrateTo({ '0001-first': creates('first'), '0002-second': FAILS_HALF_WAY }));
    assert.deepEqual(await tablesOf(db), []);
  });

  test('that fails leaves what was there before', async (t) => {
    const { db, migrateTo } = await database(t);
    await migrateTo({ '0001-first': creates('first') });
    await assert.rejects(migrateTo({ '0001-first': creates('first'), '0002-second': FAILS_HALF_WAY }));
    assert.deepEqual(await tablesOf(db), ['first']);
    assert.deepEqual((await sql`select * from first`.execute(db)).rows, []);
  });

  test('works after one that failed was mended', async (t) => {
    const { db, migrateTo } = await database(t);
    await assert.rejects(migrateTo({ '0001-first': creates('first'), '0002-second': FAILS_HALF_WAY }));
    await migrateTo({ '0001-first': creates('first'), '0002-second': creates('second') });
    assert.deepEqual(await tablesOf(db), ['first', 'second']);
  });
});
