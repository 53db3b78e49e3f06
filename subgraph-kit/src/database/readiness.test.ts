import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../testing/test-database.ts';
import { checkDatabase } from './readiness.ts';

test('a database that answers is ready', async (t) => {
  const { db, log } = await testDatabase<unknown>(t);
  assert.equal(await checkDatabase(db, log.logger)(), undefined);
});

test('a database that does not answer is the reason, and the log has the error once', async (t) => {
  const { db, log } = await testDatabase<unknown>(t);
  const check = checkDatabase(db, log.logger);
  await db.destroy();
  assert.deepEqual([await check(), await check()], Array(2).fill('the database does not answer'));
  const errors = log.lines.filter(({ level }) => level === 50);
  assert.equal(errors.length, 1);
  assert.match(JSON.stringify(errors[0]), /driver has already been destroyed/);
});
