import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { DatabaseError, Pool, type PoolClient, types } from 'pg';
import type { DatabaseBounds } from './database-bounds.ts';
import { DatabaseUnavailableError, OutcomeUnknownError } from './database-errors.ts';

/** Object id of the type bigint, which `pg` returns as text because it may exceed 2^53. */
const BIGINT = 20;
/** Time in which the server ends a statement before this process gives up on its connection. */
const GRACE_MS = 1000;
const IDLE_MS = 30_000;

/**
 * Pool of connections to PostgreSQL, whose statements and waits are bounded, and whose failures tell what became of a
 * change. Reads bigint as a number.
 *
 * @throws TypeError if the URL is invalid
 */
export function createPool(
  url: string,
  { maxConnections, waitTimeoutMs, statementTimeoutMs: limitMs }: DatabaseBounds,
  logger: Logger,
): PostgresPool {
  const limits = limitMs === undefined ? {} : { statement_timeout: limitMs, query_timeout: limitMs + GRACE_MS };
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: waitTimeoutMs,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
    application_name: 'lockstep',
    types: { getTypeParser: (id, format) => (Number(id) === BIGINT ? toSafeInteger : types.getTypeParser(id, format)) },
    ...limits,
  });
  pool.on('error', (error) => logger.warn(error, 'an idle connection to the database was lost'));
  // Without a listener the loss of a connection in use would end the process; its next statement fails.
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      try {
        return new BoundedClient(await pool.connect());
      } catch (error) {
        throw isServerError(error) && isWrongLogin(error) ? wrongUrl(error) : new DatabaseUnavailableError(error);
      }
    },
  };
}

/** Connection in use. Once it has failed, every statement fails for the same reason, so that a rollback doesn't hide that of a commit. */
class BoundedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  #failure: Error | undefined;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  query<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query<Row>(
    text: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof text !== 'string') throw new Error('rows are not streamed');
    return this.#run<Row>(text, parameters);
  }

  release(isDiscarded = false): void {
    this.#client.release(isDiscarded || this.#failure !== undefined);
  }

  async #run<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    if (this.#failure) throw this.#failure;
    try {
      const { command, rowCount, rows } = await this.#client.query(text, [...parameters]);
      return { command: command as PostgresQueryResult<Row>['command'], rowCount: rowCount ?? 0, rows };
    } catch (error) {
      throw this.#explain(error, text);
    }
  }

  #explain(error: unknown, text: string): unknown {
    if (error instanceof RangeError) return error; // of toSafeInteger
    if (isServerError(error)) {
      const isUnknown = text === 'commit' && !isRolledBack(error);
      if (!isUnknown && !isOutOfService(error)) return error;
      this.#failure = isUnknown ? new OutcomeUnknownError(error) : new DatabaseUnavailableError(error);
    } else {
      this.#failure = isReading(text) ? new DatabaseUnavailableError(error) : new OutcomeUnknownError(error);
    }
    return this.#failure;
  }
}

function wrongUrl({ message }: DatabaseError): ConfigurationError {
  return new ConfigurationError(
    `The database server refuses the URL (${message}); give the URL of a user and a database that exist`,
  );
}

function toSafeInteger(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`${text} is a whole number beyond 2^53, which JavaScript can't hold exactly`);
}

// Classes of codes: https://www.postgresql.org/docs/current/errcodes-appendix.html

function isServerError(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError;
}

/** Checks if the server refuses the URL: its user, password or database. */
function isWrongLogin({ code = '' }: DatabaseError): boolean {
  return code.startsWith('28') || code === '3D000';
}

/** Checks if a commit's error says for sure that nothing was committed. CockroachDB has 40003 for one that is ambiguous. */
function isRolledBack({ code = '' }: DatabaseError): boolean {
  return /^(23|25|40)/.test(code) && code !== '40003';
}

/** Checks if the server ended the statement or the connection: a timeout, a shutdown, or a lack of resources. */
function isOutOfService({ code = '' }: DatabaseError): boolean {
  return /^(08|53|57)/.test(code) || code === '25P03';
}

function isReading(text: string): boolean {
  return /^\s*(select|begin|start|rollback)\b/i.test(text);
}
