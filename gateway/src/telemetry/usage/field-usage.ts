import type { IncomingHttpHeaders } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { documentBytes } from '@lockstep/runtime/caching/heap-bytes.ts';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { FieldUsageSettings } from '../../configuration/sections/telemetry.ts';
import { coordinatesOf, type GivenCoordinates, givenCoordinates, operationIn } from './coordinates.ts';
import type { UsageFile } from './usage-file.ts';
import { OTHERS, type UsageStore } from './usage-store.ts';

/** An operation that was executed. */
export interface ExecutedOperation {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** Hash of the document. */
  readonly queryHash: string;
}

/** Uses of an operation by one client since they were written last. */
interface Uses {
  count: number;
  /** Coordinates that came in variables. */
  given: Set<string> | undefined;
}

interface Tally {
  readonly operation: ExecutedOperation;
  readonly schema: GraphQLSchema;
  readonly given: GivenCoordinates | undefined;
  readonly clients: Map<string, Uses>;
}

const FLUSH_INTERVAL_MS = 10_000;

/** Bounds of what waits to be written: clients can send any number of documents, under any number of names. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_CLIENTS = 100;
const MAX_GIVEN = 1000;

/** Operations that are written before other work gets its turn. */
const BATCH = 20;

/** Maximum length of an operation's name: a client may send one of a megabyte. */
const MAX_NAME = 128;

/** Pattern of a client's name that is kept. */
const NAME = /^[\w.:/@ -]{1,100}$/;
const UNNAMED = '(unnamed)';

/** Counts which client uses which fields, arguments and enum values, by operation, and adds it up in a store. */
export class FieldUsage {
  readonly #store: UsageStore;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #tallies = new Map<string, Tally>();
  #bytes = 0;
  #lost = 0;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;

  readonly #header: string;

  constructor(store: UsageStore, clientNameHeader: string, logger: Logger) {
    this.#store = store;
    this.#header = clientNameHeader;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS).unref();
  }

  /** Opens the store: loads what writes a file, or the client of Redis. @throws {ConfigurationError} if the file can't be opened */
  static async open({ file, redis, clientNameHeader }: FieldUsageSettings, logger: Logger): Promise<FieldUsage> {
    if (redis) {
      const { RedisUsage } = await import('./redis-usage.ts');
      return new FieldUsage(new RedisUsage(redis, logger), clientNameHeader, logger);
    }
    return new FieldUsage(await openFile(file ?? ''), clientNameHeader, logger);
  }

  /**
   * Counts a use.
   *
   * @param schema the one that the operation was validated against
   * @param headers of the request
   */
  count(
    schema: GraphQLSchema,
    operation: ExecutedOperation,
    variables: Readonly<Record<string, unknown>> | undefined,
    headers: IncomingHttpHeaders,
  ): void {
    const tally = this.#tallyOf(schema, operation);
    if (!tally) {
      this.#lost += 1;
      return;
    }
    const uses = usesOf(tally.clients, headers[this.#header]);
    uses.count += 1;
    if (!tally.given || !variables) return;
    uses.given ??= new Set();
    for (const coordinate of tally.given(variables)) {
      if (uses.given.size < MAX_GIVEN) uses.given.add(coordinate);
    }
  }

  /** Writes what was counted, once what is being written is. If it fails, that is logged once, and the counts are lost. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#flush());
    return this.#writing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    this.#store.close();
  }

  #tallyOf(schema: GraphQLSchema, operation: ExecutedOperation): Tally | undefined {
    const { document, operationName, queryHash } = operation;
    const key = `${queryHash} ${operationName ?? ''}`;
    const known = this.#tallies.get(key);
    if (known?.schema === schema) return known;
    const bytes = documentBytes(document);
    if (this.#bytes + bytes > MAX_BYTES) return undefined;
    this.#bytes += bytes;
    const given = givenCoordinates(schema, document, operationName);
    const tally = { operation, schema, given, clients: known?.clients ?? new Map<string, Uses>() };
    this.#tallies.set(key, tally);
    return tally;
  }

  async #flush(): Promise<void> {
    const [tallies, lost] = [[...this.#tallies.values()], this.#lost];
    this.#tallies = new Map();
    this.#bytes = this.#lost = 0;
    if (lost > 0)
      this.#logger.warn(
        `field usage: ${lost} uses were not counted, because too many different operations came in ${FLUSH_INTERVAL_MS / 1000} s`,
      );
    try {
      for (let start = 0; start < tallies.length; start += BATCH) {
        await this.#store.add(tallies.slice(start, start + BATCH).map(toUses));
        await setImmediate();
      }
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing)
        this.#logger.error({ err: error }, 'field usage can’t be written; uses are not counted until it can');
      this.#isFailing = true;
    }
  }
}

async function openFile(file: string): Promise<UsageFile> {
  const { UsageFile } = await import('./usage-file.ts');
  try {
    return new UsageFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new ConfigurationError(`gateway.telemetry.field_usage.file: ${file} can't be opened: ${reason}`, {
      cause: error,
    });
  }
}

function usesOf(clients: Map<string, Uses>, given: string | readonly string[] | undefined): Uses {
  const name =
    given === undefined || given === '' ? UNNAMED : typeof given === 'string' && NAME.test(given) ? given : OTHERS;
  const key = clients.has(name) || clients.size < MAX_CLIENTS ? name : OTHERS;
  const uses = clients.get(key) ?? { count: 0, given: undefined };
  clients.set(key, uses);
  return uses;
}

function toUses({ operation: { document, operationName, queryHash }, schema, clients }: Tally) {
  return {
    key: `${queryHash} ${operationName ?? ''}`,
    name: operationIn(document, operationName)?.name?.value.slice(0, MAX_NAME),
    coordinates: () => coordinatesOf(schema, document, operationName),
    clients: [...clients].map(([client, { count, given }]) => ({ client, count, given: [...(given ?? [])] })),
  };
}
