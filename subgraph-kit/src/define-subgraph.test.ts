import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { askGraphql } from '@lockstep/runtime/testing/graphql-request.ts';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import { temporaryFolder } from '@lockstep/runtime/testing/temporary-folder.ts';
import type { Generated, Kysely } from 'kysely';
import { z } from 'zod';
import { engineOf } from './database/engines/engine.ts';
import { defineSubgraph, type SubgraphParts } from './define-subgraph.ts';
import type { Operation } from './execution/subgraph-executor.ts';
import { serveSubgraph } from './testing/serve-subgraph.ts';

interface Tables {
  notes: { id: Generated<number>; text: string };
}

interface Services {
  readonly db: Kysely<Tables>;
  readonly prefix: string;
}

interface Context extends Services, Operation {}

const SCHEMA = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { notes: [String!]! }
  type Mutation { write(text: String!): String! }
`;

const resolvers = {
  Query: {
    notes: async (_: unknown, __: unknown, { db }: Context) => {
      const rows = await db.selectFrom('notes').select('text').orderBy('id').execute();
      return rows.map(({ text }) => text);
    },
  },
  Mutation: {
    write: async (_: unknown, args: { text: string }, { db, prefix }: Context) => {
      const text = prefix + args.text;
      await db.insertInto('notes').values({ text }).execute();
      return text;
    },
  },
};

/** Defines a subgraph of notes with a variable, a failpoint and background work. `events` records what it does, in order. */
async function defineNotes(t: TestContext) {
  const events: string[] = [];
  const schema = join(await temporaryFolder(t), 'schema.graphql');
  await writeFile(schema, SCHEMA);
  const subgraph = defineSubgraph({
    name: 'notes',
    port: 4321,
    schema,
    config: z.object({ NOTES_PREFIX: z.string().default('') }).transform((read) => ({ prefix: read.NOTES_PREFIX })),
    migrations: {
      '0001-notes': {
        async up(db) {
          const { wholeNumber, identity } = engineOf(db);
          const notes = db.schema.createTable('notes').addColumn('id', wholeNumber, identity);
          await notes.addColumn('text', 'text').execute();
        },
      },
    },
    resolvers,
    failpoints: ['half-written'],
    services: ({ db, config }: SubgraphParts<Tables, { prefix: string }, 'half-written'>): Services => ({
      db,
      prefix: config.prefix,
    }),
    context: (services, operation): Context => ({ ...services, ...operation }),
    background: ({ prefix }) => {
      events.push(`background of ${prefix}`);
      return { stop: async () => void events.push('background stopped') };
    },
    close: async ({ db }) => {
      await db.selectFrom('notes').selectAll().execute();
      events.push('closed');
    },
  });
  return { schema, subgraph, events };
}

describe('a defined subgraph', () => {
  test('answers from its migrated database with what its services and context carry', async (t) => {
    const { subgraph } = await defineNotes(t);
    const { ask } = await serveSubgraph(t, subgraph, { NOTES_PREFIX: 'note: ' });
    assert.deepEqual(await ask('mutation { write(text: "buy milk") }'), {
      status: 200,
      data: { write: 'note: buy milk' },
    });
    assert.deepEqual(await ask('{ notes }'), { status: 200, data: { notes: ['note: buy milk'] } });
  });

  test('keeps what is written in its file, and migrates that once', async (t) => {
    const { subgraph, schema } = await defineNotes(t);
    const config = subgraph.readConfig({ NOTES_DATABASE: join(schema, '..', 'deep', 'notes.sqlite') });
    for (const migrated of [['migrated: 0001-notes'], []]) {
      const log = recordLog();
      const { stop } = await subgraph.open(config, log.logger);
      const said = log.lines.flatMap(({ msg, level }) => (level === 30 ? [msg] : []));
      assert.deepEqual(said, migrated);
      await stop();
    }
  });

  test('starts its background when it is told to, and closes its services while the database is open', async (t) => {
    const { subgraph, events } = await defineNotes(t);
    const config = subgraph.readConfig({ NOTES_PREFIX: 'a', NOTES_DATABASE: ':memory:' });
    const { startBackground, stop } = await subgraph.open(config, recordLog().logger);
    assert.deepEqual(events, []);
    await startBackground()?.stop();
    await stop();
    assert.deepEqual(events, ['background of a', 'background stopped', 'closed']);
  });

  test('answers only callers with the secret if one is set', async (t) => {
    const { subgraph } = await defineNotes(t);
    const { url } = await serveSubgraph(t, subgraph, { SUBGRAPH_SECRET: 'a secret of the test' });
    assert.equal((await fetch(url, { method: 'POST', body: 'garbage' })).status, 403);
    const answer = await askGraphql(url, '{ notes }', {}, { 'x-subgraph-secret': 'a secret of the test' });
    assert.deepEqual(answer, { status: 200, data: { notes: [] } });
  });
});

describe('the configuration of a defined subgraph', () => {
  test('listens on this machine at its own port and keeps its database beside its schema by default', async (t) => {
    const { subgraph, schema } = await defineNotes(t);
    const { port, portVariable, host, database, prefix, failpoint } = subgraph.readConfig({});
    assert.deepEqual([host, port, portVariable], ['127.0.0.1', 4321, 'NOTES_PORT']);
    assert.equal(database, join(schema, '..', 'data', 'notes.sqlite'));
    assert.deepEqual([prefix, failpoint], ['', undefined]);
  });

  test('is what the environment says', async (t) => {
    const { subgraph } = await defineNotes(t);
    const env = { NOTES_PORT: '5001', NOTES_DATABASE: '/var/lib/notes.sqlite', NOTES_PREFIX: 'a', NODE_ENV: 'test' };
    const config = subgraph.readConfig({ ...env, FAILPOINT: 'half-written' });
    assert.deepEqual([config.port, config.database], [5001, '/var/lib/notes.sqlite']);
    assert.deepEqual([config.prefix, config.failpoint], ['a', 'half-written']);
  });

  test('names every mistake at once', async (t) => {
    const { subgraph } = await defineNotes(t);
    assert.throws(() => subgraph.readConfig({ NOTES_PORT: '99999', LOG_FORMAT: 'xml', FAILPOINT: 'half-written' }), {
      name: 'ConfigurationError',
      message:
        "The environment can't be used:\n" +
        '  LOG_FORMAT=xml: give pretty or json\n' +
        '  NOTES_PORT=99999: give a whole number from 0 to 65535\n' +
        '  FAILPOINT=half-written: kills the process, and is for NODE_ENV=test alone; unset it',
    });
  });
});
