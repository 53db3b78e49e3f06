import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sqliteSchemaOf } from '@lockstep/subgraph-kit/testing/sqlite-schema.ts';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { violation } from '@lockstep/subgraph-kit/testing/test-location.ts';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

async function insert(t: TestContext, row: { name: string; email: string; key?: string }): Promise<void> {
  const { db } = await testDatabase<Tables>(t, migrations);
  const values = { name: row.name, email: row.email, email_key: row.key ?? row.email, created_at: '2026-11-22' };
  await db.insertInto('users').values(values).execute();
}

test('the database itself refuses a name and an address that are too short or too long', async (t) => {
  await insert(t, { name: 'a'.repeat(100), email: 'a'.repeat(254) });
  for (const name of ['', 'a'.repeat(101)]) {
    await assert.rejects(insert(t, { name, email: 'a@b' }), violation('check'));
  }
  for (const email of ['a@', 'a'.repeat(255)]) {
    await assert.rejects(insert(t, { name: 'a', email }), violation('check'));
  }
});

test('migrations make the SQLite schema that they made when they landed', async () => {
  const schema = readFileSync(join(import.meta.dirname, 'sqlite-schema.sql'), 'utf8');
  assert.equal(await sqliteSchemaOf(migrations), schema);
});
