import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import Database from 'better-sqlite3';
import { buildSchema, parse } from 'graphql';
import { FieldUsage } from './field-usage.ts';
import { UsesInFile } from './recorded-uses.ts';
import { UsageFile } from './usage-file.ts';

const schema = buildSchema('type Query { a(first: Int): Int b: Int }');
const MB = 1024 * 1024;
const DAY_MS = 24 * 3_600_000;

function operation(text: string, queryHash = text) {
  return { document: parse(text), operationName: undefined, queryHash };
}

async function open(t: TestContext) {
  const file = join(await temporaryFolder(t), 'usage.sqlite');
  const { logger, lines } = recordLog();
  const usage = await FieldUsage.open({ file, clientNameHeader: 'client' }, logger);
  t.after(() => usage.close());
  const count = (text: string, client?: string) =>
    usage.count(schema, operation(text), undefined, client === undefined ? {} : { client });
  return { file, usage, count, lines };
}

function usesIn(file: string, coordinate: string) {
  return new UsesInFile(file)
    .of((used) => used === coordinate, 30)
    .map(({ client, operation, count }) => `${client} ${operation} ${count}`)
    .sort();
}

test('adds up the uses of several processes by client and operation', async (t) => {
  const { file, usage, count } = await open(t);
  const other = await FieldUsage.open({ file, clientNameHeader: 'client' }, recordLog().logger);
  count('query A { a }', 'shop');
  count('query A { a }', 'shop');
  count('query B { a b }');
  other.count(schema, operation('query A { a }'), undefined, { client: 'shop' });
  await Promise.all([usage.flush(), other.close()]);
  count('query A { a }', 'shop');
  await usage.flush();
  assert.deepEqual(usesIn(file, 'Query.a'), ['(unnamed) B 1', 'shop A 4']);
  assert.deepEqual(usesIn(file, 'Query.b'), ['(unnamed) B 1']);
});

test('a client that gives many names, or strange ones, is counted among others', async (t) => {
  const { file, usage, count } = await open(t);
  count('{ a }', 'a\u0000b');
  for (let index = 0; index < 300; index++) count('{ a }', `client ${index}`);
  await usage.flush();
  for (let index = 300; index < 400; index++) count('{ b }', `client ${index}`);
  await usage.flush();
  const clients = new Set(
    [...usesIn(file, 'Query.a'), ...usesIn(file, 'Query.b')].map((use) => use.split(' undefined')[0]),
  );
  assert.ok(clients.size <= 101, `${clients.size}`);
  assert.ok(clients.has('(others)'));
});

test('what waits to be written is bounded, and what is lost is logged', async (t) => {
  const { usage, lines } = await open(t);
  const large = `{ ${Array.from({ length: 500 }, (_, index) => `f${index}: a`).join(' ')} }`;
  const { document } = operation(large);
  for (let index = 0; index < 1000; index++)
    usage.count(schema, { document, operationName: undefined, queryHash: `${index}` }, undefined, {});
  await usage.flush();
  assert.match(
    lines.at(-1)?.msg ?? '',
    /^field usage: \d+ uses were not counted, because too many different operations came/,
  );
});

test('the file stays small, whatever operations come, and forgets uses after 90 days', async (t) => {
  const file = join(await temporaryFolder(t), 'usage.sqlite');
  const usage = new UsageFile(file, MB);
  const coordinates = Array.from({ length: 20 }, (_, index) => `Type${index}.${'field'.repeat(10)}`);
  let key = 0;
  const flood = (day: number, operations: number) =>
    usage.add(
      Array.from({ length: operations }, () => ({
        ...{ key: `${key++}`, name: 'N', coordinates: () => coordinates },
        clients: [{ client: 'c', count: 1, given: ['Input.field'] }],
      })),
      new Date(DAY_MS * day),
    );
  for (let day = 0; day < 10; day++) flood(day, 1000);
  usage.add([], new Date(DAY_MS * 9.5));
  usage.close();
  assert.ok(statSync(file).size < 5 * MB, `${statSync(file).size}`);
  const later = new UsageFile(file);
  for (let run = 0; run < 1000; run++) later.add([], new Date(DAY_MS * 200));
  later.close();
  const database = new Database(file, { readonly: true });
  t.after(() => database.close());
  for (const table of ['operations', 'uses', 'given'])
    assert.equal(database.prepare(`select count(*) from ${table}`).pluck().get(), 0, table);
});

test('a file that can’t be written is logged once, and written again once it can be', async (t) => {
  const { file, usage, count, lines } = await open(t);
  const writer = new Database(file);
  writer.exec('begin immediate');
  count('{ a }');
  await usage.flush();
  count('{ a }');
  await usage.flush();
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['field usage can’t be written; uses are not counted until it can'],
  );
  writer.exec('rollback');
  writer.close();
  count('{ a }');
  await usage.flush();
  assert.deepEqual(usesIn(file, 'Query.a'), ['(unnamed) undefined 1']);
});

test('a file that can’t be opened is a mistake of the settings', async () => {
  await assert.rejects(
    FieldUsage.open({ file: '/dev/null/usage.sqlite', clientNameHeader: 'client' }, recordLog().logger),
    (error) =>
      error instanceof ConfigurationError &&
      /^gateway\.telemetry\.field_usage\.file: \/dev\/null\/usage\.sqlite can't be opened: /.test(error.message),
  );
});
