import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { recordLog } from '@lockstep/runtime/testing/log-recorder.ts';
import {
  DatabaseUnavailableError,
  OutcomeUnknownError,
} from '@lockstep/subgraph-kit/database/engines/database-errors.ts';
import { migrate } from '@lockstep/subgraph-kit/database/migrate.ts';
import { openDatabase } from '@lockstep/subgraph-kit/database/open-database.ts';
import { openMigratedDatabase } from '@lockstep/subgraph-kit/database/open-migrated-database.ts';
import { inTransaction } from '@lockstep/subgraph-kit/database/transaction.ts';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { migrations } from '../../subgraphs/orders/src/database/migrations.ts';
import { createUser } from '../harness/client.ts';
import { createDatabases } from '../harness/databases.ts';
import { start, temporaryFolder } from '../harness/graph.ts';
import { run } from '../harness/pm2.ts';
import { runSql, startPostgres, withoutPostgres } from '../harness/postgres.ts';
import { until } from '../harness/waiting.ts';

interface Tables {
  counters: { id: number; value: number };
}

const NAMES = ['users', 'orders'];
const onPostgres = { skip: withoutPostgres };
const server = withoutPostgres ? undefined : await startPostgres({ after }, { isDurable: true });

const serverUrl = server?.url ?? '';

async function open(t: { after(end: () => unknown): void }, bounds = { maxConnections: 10, waitTimeoutMs: 3000 }) {
  const url = createDatabases(['users'], '', 'database', serverUrl).get('users') ?? '';
  const { logger } = recordLog();
  const options = { bounds: { ...bounds, statementTimeoutMs: bounds.waitTimeoutMs } };
  const db = await openDatabase<Tables>(url, logger, options);
  t.after(() => db.destroy());
  await sql`create table counters (id bigint primary key, value bigint not null)`.execute(db);
  await sql`insert into counters values (1, 0)`.execute(db);
  return { db, url };
}

function running(statements: string): Migration {
  return {
    async up(db) {
      await sql.raw(statements).execute(db);
    },
  };
}

const valueIn = async (db: Kysely<Tables>) => (await db.selectFrom('counters').select('value').execute())[0]?.value;

test('transactions that conflict are all executed, each once', onPostgres, async (t) => {
  const { db } = await open(t);
  let attempts = 0;
  const increment = () =>
    inTransaction(db, async (transaction) => {
      attempts += 1;
      const value = (await valueIn(transaction)) ?? 0;
      await transaction
        .updateTable('counters')
        .set({ value: value + 1 })
        .execute();
    });
  await Promise.all(Array.from({ length: 30 }, increment));
  assert.equal(await valueIn(db), 30);
  assert.ok(attempts > 30, 'some conflicted');
});

test('a transaction that always conflicts ends with a code, within bounds', onPostgres, async (t) => {
  const { db } = await open(t);
  let attempts = 0;
  const doomed = inTransaction(db, async (transaction) => {
    attempts += 1;
    await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`.execute(transaction);
  });
  await assert.rejects(doomed, (error) => error instanceof DatabaseUnavailableError);
  assert.ok(attempts > 1 && attempts <= 20, `${attempts} attempts`);
});

test('a commit whose answer is lost is not repeated, and says that its outcome is unknown', onPostgres, async (t) => {
  const { db, url } = await open(t);
  // The deferred trigger ends the connection while the transaction is committed.
  runSql(
    url,
    `create function hang_up() returns trigger language plpgsql as
       $$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1); return null; end $$;
     create constraint trigger hang_up after update on counters deferrable initially deferred
       for each row execute function hang_up()`,
  );
  let attempts = 0;
  const lost = inTransaction(db, async (transaction) => {
    attempts += 1;
    await transaction.updateTable('counters').set({ value: 5 }).execute();
  });
  await assert.rejects(
    lost,
    (error) => error instanceof OutcomeUnknownError && error.extensions.code === 'OUTCOME_UNKNOWN',
  );
  assert.equal(attempts, 1);
  assert.equal(await valueIn(db), 0, 'the connection is replaced');
});

test(
  'no statement waits longer than it may: for a connection, for a lock, or for the server',
  onPostgres,
  async (t) => {
    const { db, url } = await open(t, { maxConnections: 1, waitTimeoutMs: 300 });
    const isUnavailable = (error: unknown) =>
      error instanceof DatabaseUnavailableError && error.extensions.code === 'DATABASE_UNAVAILABLE';
    await assert.rejects(sql`select pg_sleep(60)`.execute(db), isUnavailable);
    const release = Promise.withResolvers<void>();
    const holds = db.transaction().execute(() => release.promise);
    await assert.rejects(valueIn(db), isUnavailable);
    release.resolve();
    await holds;
    const other = await openDatabase<Tables>(url, recordLog().logger);
    t.after(() => other.destroy());
    await other.transaction().execute(async (transaction) => {
      await transaction.updateTable('counters').set({ value: 7 }).execute();
      await assert.rejects(db.updateTable('counters').set({ value: 8 }).execute(), isUnavailable);
    });
    assert.equal(await valueIn(db), 7);
  },
);

test(
  'a server that hangs costs each statement its time limit, and is used again when it goes on',
  onPostgres,
  async (t) => {
    const { db, url } = await open(t, { maxConnections: 2, waitTimeoutMs: 300 });
    const [{ pid } = { pid: 0 }] = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows;
    process.kill(pid, 'SIGSTOP');
    await assert.rejects(valueIn(db), (error) => error instanceof DatabaseUnavailableError);
    assert.equal(await valueIn(db), 0, 'over another connection');
    process.kill(pid, 'SIGCONT');
    assert.match(runSql(url, 'select value from counters'), /0/);
  },
);

test('a whole number beyond 2^53 is an error instead of another number', onPostgres, async (t) => {
  const { db } = await open(t);
  await sql`update counters set value = 9007199254740993`.execute(db);
  await assert.rejects(valueIn(db), RangeError);
  assert.equal((await sql<{ one: number }>`select 1::bigint as one`.execute(db)).rows[0]?.one, 1);
});

test('many processes that start at once migrate once', onPostgres, async (t) => {
  const url = createDatabases(['orders'], '', 'schema', serverUrl).get('orders') ?? '';
  const logs = Array.from({ length: 10 }, () => recordLog());
  const opened = await Promise.all(logs.map(({ logger }) => openMigratedDatabase(url, migrations, logger)));
  t.after(() => Promise.all(opened.map((db) => db.destroy())));
  const said = logs.flatMap(({ lines }) => lines.filter(({ level }) => level === 30).map(({ msg }) => msg));
  assert.deepEqual(
    said.toSorted(),
    Object.keys(migrations).map((name) => `migrated: ${name}`),
  );
});

test(
  'a migration that fails leaves nothing, and one that lasts longer than statements may is not cut off',
  onPostgres,
  async (t) => {
    const { db, url } = await open(t, { maxConnections: 1, waitTimeoutMs: 300 });
    const { logger } = recordLog();
    await assert.rejects(migrate(db, { '0001-half': running('create table half (id int); select 1 / 0') }, logger));
    assert.equal(runSql(url, `select to_regclass('half') is null`), 't\n');
    const migrated = await openMigratedDatabase(url, { '0001-slow': running('select pg_sleep(1)') }, logger, {
      bounds: { maxConnections: 1, waitTimeoutMs: 300, statementTimeoutMs: 300 },
    });
    await migrated.destroy();
  },
);

for (const layout of ['database', 'schema'] as const) {
  test(`no role reads another subgraph's data: a ${layout} per subgraph`, onPostgres, async (t) => {
    const urls = createDatabases(NAMES, '', layout, serverUrl);
    const [users = '', orders = ''] = NAMES.map((name) => urls.get(name));
    const db = await openMigratedDatabase(orders, migrations, recordLog().logger);
    t.after(() => db.destroy());
    const schema = new URL(orders).username;
    const attempts =
      layout === 'schema'
        ? [
            `select * from ${schema}.orders`,
            `create table ${schema}.mine (id int)`,
            'create table public.mine (id int)',
          ]
        : [];
    for (const statement of attempts) assert.throws(() => runSql(users, statement), /permission denied/);
    const intruder = new URL(users);
    intruder.pathname = new URL(orders).pathname;
    if (layout === 'database') assert.throws(() => runSql(intruder.href, 'select 1'), /permission denied/);
    assert.throws(() => runSql(users, `alter role ${schema} superuser`), /must be superuser|permission denied/);
    assert.throws(() => runSql(users, `set role ${schema}`), /permission denied/);
  });
}

test('a wrong URL stops the start, and its password is in no message', onPostgres, async () => {
  const url = new URL(createDatabases(['users'], '', 'database', serverUrl).get('users') ?? '');
  url.pathname = '/missing';
  await assert.rejects(openMigratedDatabase(url.href, migrations, recordLog().logger), (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'ConfigurationError');
    assert.doesNotMatch(String(error.stack), /password/);
    return true;
  });
});

test('an idle connection that the server ends is replaced', onPostgres, async (t) => {
  const { db } = await open(t);
  runSql(serverUrl, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lockstep'`);
  const value = await until(
    () => valueIn(db).catch(() => undefined),
    (seen) => seen !== undefined,
  );
  assert.equal(value, 0);
});

test('TLS checks the certificate of the server, as the URL says', onPostgres, async (t) => {
  const url = new URL(createDatabases(['users'], '', 'database', serverUrl).get('users') ?? '');
  url.searchParams.set('sslmode', 'verify-full');
  const { logger } = recordLog();
  const unknown = await openDatabase(url.href, logger);
  t.after(() => unknown.destroy());
  const isEncrypted = sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
  await assert.rejects(isEncrypted.execute(unknown), ({ cause }) => {
    assert.match(String(cause), /self-signed certificate/);
    return true;
  });
  url.searchParams.set('sslrootcert', server?.certificate ?? '');
  const known = await openDatabase(url.href, logger);
  t.after(() => known.destroy());
  assert.deepEqual((await isEncrypted.execute(known)).rows, [{ ssl: true }]);
});

test('no command shows a password', onPostgres, async (t) => {
  const urls = createDatabases(['users', 'orders', 'products'], '', 'schema', serverUrl);
  const env = Object.fromEntries([...urls].map(([name, url]) => [`${name.toUpperCase()}_DATABASE`, url]));
  const backup = await run(process.execPath, ['commands/backup.ts', await temporaryFolder(t)], env);
  assert.equal(backup.code, 1);
  assert.match(backup.stderr, /users: its database has no tables; npm start creates them\n$/);
  const config = await run(process.execPath, ['commands/config.ts'], env);
  assert.match(config.stdout, /USERS_DATABASE=postgres:\/\/\*\*\*@127\.0\.0\.1:\d+\//);
  const stuck = await run(process.execPath, ['commands/stuck-orders.ts'], {
    ...env,
    ORDERS_DATABASE: 'postgres://a:secret@127.0.0.1:9/x',
  });
  assert.match(stuck.stderr, /^orders: its database can't be read \(connect ECONNREFUSED 127\.0\.0\.1:9\)\n$/);
  for (const { stdout, stderr } of [backup, config, stuck]) assert.doesNotMatch(stdout + stderr, /secret|a%20password/);
});

test(
  'a server that crashes makes a subgraph unready, until it is back with all that was acknowledged',
  onPostgres,
  async (t) => {
    const location = createDatabases(['users'], '', 'database', serverUrl).get('users') ?? '';
    const users = await start(t, 'subgraphs/users', { USERS_DATABASE: location, SUBGRAPH_SECRET: '' });
    const ready = async () => (await fetch(new URL('/health/ready', users.url))).status;
    const acknowledged: string[] = [];
    const writing = (async () => {
      for (let number = 1; number < 10_000; number += 1)
        acknowledged.push(await createUser(users.url, `${number}@example.com`));
    })();
    const failed = assert.rejects(writing, /DATABASE_UNAVAILABLE|OUTCOME_UNKNOWN/);
    await until(
      () => acknowledged.length,
      (count) => count > 20,
    );
    await server?.crash();
    await failed;
    assert.equal(await ready(), 503);
    await server?.startAgain();
    await until(ready, (status) => status === 200);
    const rows = runSql(location, 'select id from users order by id').trim().split('\n');
    assert.deepEqual(
      acknowledged.filter((id) => !rows.includes(id)),
      [],
    );
  },
);
