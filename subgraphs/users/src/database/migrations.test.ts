import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import { migrate } from '@lockstep/subgraph-kit/database/migrate.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/sqlite.ts';
import { memoryDatabase } from '@lockstep/subgraph-kit/testing/memory-database.ts';
import { sql } from 'kysely';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

/** Opens the file, migrates it and closes it; gives its schema, and how many migrations ran. */
async function migrateFile(path: string): Promise<{ schema: unknown[]; ran: number }> {
  const { logger, lines } = recordLog();
  const db = openDatabase<Tables>(path, logger);
  await migrate(db, migrations, logger);
  const { rows } = await sql`select name, sql from sqlite_schema order by name`.execute(db);
  await db.destroy();
  return { schema: rows, ran: lines.filter(({ msg }) => msg?.startsWith('migrated: ')).length };
}

test('the migrations run on an empty file, and change nothing on one that has them', async (t) => {
  const path = join(await temporaryFolder(t), 'users.sqlite');
  const first = await migrateFile(path);
  const second = await migrateFile(path);
  assert.equal(first.ran, Object.keys(migrations).length);
  assert.equal(second.ran, 0);
  assert.deepEqual(second.schema, first.schema);
});

async function insert(t: TestContext, row: { name: string; email: string; key?: string }): Promise<void> {
  const { db } = await memoryDatabase<Tables>(t, migrations);
  const values = { name: row.name, email: row.email, email_key: row.key ?? row.email, created_at: '2026-11-22' };
  await db.insertInto('users').values(values).execute();
}

test('the database itself refuses a name and an address that are too short or too long', async (t) => {
  await insert(t, { name: 'a'.repeat(100), email: 'a'.repeat(254) });
  for (const name of ['', 'a'.repeat(101)]) {
    await assert.rejects(insert(t, { name, email: 'a@b' }), { code: 'SQLITE_CONSTRAINT_CHECK' });
  }
  for (const email of ['a@', 'a'.repeat(255)]) {
    await assert.rejects(insert(t, { name: 'a', email }), { code: 'SQLITE_CONSTRAINT_CHECK' });
  }
});
