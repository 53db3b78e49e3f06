import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';

/** Variable with the URL of a PostgreSQL server's superuser. If it is set, the tests run on that server and not on SQLite. */
const SERVER = 'TEST_POSTGRES_URL';

/** Engine that the tests run on. */
export const TEST_ENGINE = process.env[SERVER] ? 'postgresql' : 'sqlite';

/** Returns the location of an empty database of one test: in memory, or a schema of its own on the server of the tests. */
export async function testLocation(t: TestContext): Promise<string> {
  const server = process.env[SERVER];
  if (!server) return ':memory:';
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  await runOn(server, `create schema ${schema}`);
  t.after(() => runOn(server, `drop schema ${schema} cascade`));
  const url = new URL(server);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return url.href;
}

async function runOn(server: string, statement: string): Promise<void> {
  const { Client } = await import('pg');
  const client = new Client(server);
  await client.connect();
  await client.query(statement);
  await client.end();
}

const CODES = {
  sqlite: {
    check: 'SQLITE_CONSTRAINT_CHECK',
    'foreign key': 'SQLITE_CONSTRAINT_FOREIGNKEY',
    'primary key': 'SQLITE_CONSTRAINT_PRIMARYKEY',
    unique: 'SQLITE_CONSTRAINT_UNIQUE',
  },
  postgresql: { check: '23514', 'foreign key': '23503', 'primary key': '23505', unique: '23505' },
} as const;

/** Error of a statement that violates a constraint of this kind, for `assert.rejects`. */
export function violation(kind: keyof (typeof CODES)['sqlite']): { code: string } {
  return { code: CODES[TEST_ENGINE][kind] };
}
