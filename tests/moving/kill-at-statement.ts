import SqliteDatabase from 'better-sqlite3';
import { Client } from 'pg';

// Preloaded into a command: kills it before its KILL_AT-th statement on either engine, as `kill -9` does.

let left = Number(process.env.KILL_AT);

function count(): void {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

const { query } = Client.prototype;
Client.prototype.query = function counted(this: Client, ...args: unknown[]) {
  count();
  return Reflect.apply(query, this, args);
};

const { prepare } = SqliteDatabase.prototype;
Reflect.set(SqliteDatabase.prototype, 'prepare', function counted(this: SqliteDatabase.Database, ...args: [string]) {
  const statement = Reflect.apply(prepare, this, args);
  for (const method of ['run', 'all', 'iterate'] as const) {
    const original = statement[method].bind(statement);
    Reflect.set(statement, method, (...values: unknown[]) => {
      count();
      return Reflect.apply(original, statement, values);
    });
  }
  return statement;
});
