import { dirname, join } from 'node:path';
import { milliseconds, port, readEnvironment, wholeNumber } from '@lockstep/runtime/environment.ts';
import { type ProcessConfig, processVariables, toProcessConfig } from '@lockstep/runtime/process-config.ts';
import {
  type ProcessTelemetry,
  telemetryVariables,
  toTelemetry,
} from '@lockstep/runtime/telemetry/telemetry-settings.ts';
import { z } from 'zod';
import { type DatabaseBounds, DEFAULT_BOUNDS } from './database/engines/database-bounds.ts';
import { isPostgresUrl } from './database/engines/postgres-url.ts';
import { failpointVariable } from './failpoint.ts';
import { openTls, type SubgraphTls, tlsVariables } from './subgraph-tls.ts';
import { variablePrefix } from './variable-prefix.ts';

/** Default for the objects of an operation: more than a page shows, and few enough for a tenth of a second. */
export const MAX_OBJECTS = 20_000;

const socketPath = z.string().regex(/^\//, 'give the path of a socket that starts with /');

const maxObjects = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'give a whole number, 1 or more').default(MAX_OBJECTS);

const databaseLocation = z
  .string()
  .refine(
    (location) => !isPostgresUrl(location) || URL.canParse(location),
    'give the path of a file, or a URL such as postgres://user@host/database',
  );

/** Schema of the variables that bound a database on a server. */
const databaseBounds = z
  .object({
    SUBGRAPH_DATABASE_CONNECTIONS: wholeNumber(1, 10_000).default(DEFAULT_BOUNDS.maxConnections),
    SUBGRAPH_DATABASE_TIMEOUT_MS: milliseconds(DEFAULT_BOUNDS.waitTimeoutMs, 1),
  })
  .transform(({ SUBGRAPH_DATABASE_CONNECTIONS: maxConnections, SUBGRAPH_DATABASE_TIMEOUT_MS: timeoutMs }) => ({
    databaseBounds: { maxConnections, waitTimeoutMs: timeoutMs, statementTimeoutMs: timeoutMs },
  }));

/** Configuration that every subgraph's process has. */
export interface SubgraphConfig extends ProcessConfig {
  readonly port: number;
  /** Environment variable that sets the port, such as `USERS_PORT`. */
  readonly portVariable: string;
  /** Path of the socket that it listens on instead of the port. */
  readonly socketPath: string | undefined;
  /** Path of the database file, `:memory:`, or URL of a database on a PostgreSQL server. */
  readonly database: string;
  readonly databaseBounds: DatabaseBounds;
  /** Maximum number of objects that one operation may make. */
  readonly maxObjects: number;
  /** Point at which a test has the process killed. */
  readonly failpoint: string | undefined;
  readonly telemetry: ProcessTelemetry;
  /** Certificates for its own port and for the subgraphs that it calls; undefined if none are configured. */
  readonly tls?: SubgraphTls | undefined;
}

/** Part of a subgraph's definition that its configuration depends on. */
export interface SubgraphDefaults<Own extends object> {
  /** In capitals, the prefix of its port's and its database's variables. */
  readonly name: string;
  readonly port: number;
  /** Path of its schema. The default database is in `data/` beside it. */
  readonly schema: string;
  readonly failpoints?: readonly string[] | undefined;
  /** Turns environment variables that only this subgraph has into configuration. */
  readonly config?: z.ZodType<Own> | undefined;
}

/**
 * Reads a subgraph's configuration from the environment: the variables of every process, of every subgraph, and its own.
 *
 * @throws {ConfigurationError} naming each wrong variable, its value and what would do
 */
export function readSubgraphConfig<Own extends object>(
  { name, port: defaultPort, schema, failpoints = [], config }: SubgraphDefaults<Own>,
  env: NodeJS.ProcessEnv,
): SubgraphConfig & Own {
  const prefix = variablePrefix(name);
  const file = join(dirname(schema), 'data', `${name}.sqlite`);
  const portVariable = `${prefix}_PORT`;
  const own = config ?? z.object({}).transform(() => ({}) as Own);
  const variables = z
    .object(processVariables)
    .transform((process) => ({ process }))
    .and(variable(portVariable, port.default(defaultPort)).transform((found) => ({ port: found })))
    .and(variable(`${prefix}_SOCKET`, socketPath.optional()).transform((path) => ({ socketPath: path })))
    .and(variable(`${prefix}_DATABASE`, databaseLocation.default(file)).transform((database) => ({ database })))
    .and(databaseBounds)
    .and(
      z.object({ SUBGRAPH_MAX_OBJECTS: maxObjects }).transform((found) => ({ maxObjects: found.SUBGRAPH_MAX_OBJECTS })),
    )
    .and(variable('FAILPOINT', failpointVariable(failpoints, env.NODE_ENV)).transform((failpoint) => ({ failpoint })))
    .and(z.object(telemetryVariables).transform((found) => ({ telemetry: toTelemetry(found, name) })))
    .and(tlsVariables.transform((tls) => ({ tls })))
    .and(own.transform((found) => ({ own: found })));
  const found = readEnvironment(variables, env);
  return {
    ...toProcessConfig(found.process),
    port: found.port,
    portVariable,
    socketPath: found.socketPath,
    database: found.database,
    databaseBounds: found.databaseBounds,
    maxObjects: found.maxObjects,
    failpoint: found.failpoint,
    telemetry: found.telemetry,
    ...(found.tls && { tls: openTls(found.tls) }),
    ...found.own,
  };
}

/** Reads one variable, whose name isn't a constant. */
function variable<Value>(name: string, type: z.ZodType<Value>) {
  return z.object({ [name]: type }).transform((read) => read[name] as Value);
}
