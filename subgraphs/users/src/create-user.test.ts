import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { testDatabase } from '@lockstep/subgraph-kit/testing/test-database.ts';
import { createUser } from './create-user.ts';
import { migrations } from './database/migrations.ts';
import type { Tables } from './database/tables.ts';

async function setUp(t: TestContext) {
  const { db } = await testDatabase<Tables>(t, migrations);
  return {
    create: (name: string, email: string) => createUser(db, { name, email }),
    rows: () => db.selectFrom('users').select(['name', 'email']).execute(),
  };
}

function badUserInput(argument: string, message: string) {
  return { message: `${argument}: ${message}`, extensions: { code: 'BAD_USER_INPUT', argument } };
}

function emailTaken(email: string) {
  return {
    message: `email: ${email} belongs to another user already`,
    extensions: { code: 'EMAIL_TAKEN' },
  };
}

describe('createUser', () => {
  test('returns the user', async (t) => {
    const { create } = await setUp(t);
    const before = Date.now();
    const { createdAt, ...user } = await create('Ada Lovelace', 'Ada@Example.com');
    assert.deepEqual(user, { id: '1', name: 'Ada Lovelace', email: 'Ada@Example.com' });
    assert.ok(createdAt.getTime() >= before && createdAt.getTime() <= Date.now());
  });

  test('trims the name and the address', async (t) => {
    const { create, rows } = await setUp(t);
    await create('  Ada ', ' ada@example.com\n');
    assert.deepEqual(await rows(), [{ name: 'Ada', email: 'ada@example.com' }]);
  });

  test('takes a name of 100 characters, whatever the alphabet', async (t) => {
    const { create } = await setUp(t);
    assert.equal((await create('é'.repeat(100), 'a@example.com')).name.length, 100);
    assert.equal((await create('🙂'.repeat(50), 'b@example.com')).name, '🙂'.repeat(50));
  });

  const refused: [name: string, email: string, argument: string, message: string][] = [
    ['', 'a@example.com', 'name', '"" must not be empty'],
    ['   ', 'a@example.com', 'name', '"   " must not be empty'],
    ['A\nB', 'a@example.com', 'name', '"A\\nB" must not have control characters'],
    ['a'.repeat(101), 'a@example.com', 'name', `"${'a'.repeat(79)}… must be at most 100 characters`],
    ['Ada', '', 'email', '"" must not be empty'],
    ['Ada', 'ada', 'email', '"ada" must be an e-mail address, such as "ada@example.com"'],
    ['Ada', 'ada@example', 'email', '"ada@example" must be an e-mail address, such as "ada@example.com"'],
    ['Ada', 'a b@example.com', 'email', '"a b@example.com" must be an e-mail address, such as "ada@example.com"'],
    ['Ada', `${'a'.repeat(250)}@b.co`, 'email', `"${'a'.repeat(79)}… must be at most 254 characters`],
  ];
  for (const [name, email, argument, message] of refused) {
    test(`refuses ${argument}: ${message}`, async (t) => {
      const { create, rows } = await setUp(t);
      await assert.rejects(create(name, email), badUserInput(argument, message));
      assert.deepEqual(await rows(), []);
    });
  }

  test('refuses an address that is taken, whatever its case', async (t) => {
    const { create, rows } = await setUp(t);
    await create('Ada', 'ada@example.com');
    for (const email of ['ada@example.com', 'ADA@Example.com', ' ada@EXAMPLE.COM ']) {
      await assert.rejects(create('Another', email), emailTaken(email.trim()));
    }
    assert.deepEqual(await rows(), [{ name: 'Ada', email: 'ada@example.com' }]);
  });

  test('gives an address to one of two who ask for it at the same moment', async (t) => {
    const { create, rows } = await setUp(t);
    const [first, second] = await Promise.allSettled([
      create('Ada', 'ada@example.com'),
      create('Eve', 'Ada@example.com'),
    ]);
    assert.equal(first.status, 'fulfilled');
    assert.ok(second.status === 'rejected');
    await assert.rejects(Promise.reject(second.reason), emailTaken('Ada@example.com'));
    assert.equal((await rows()).length, 1);
  });
});
