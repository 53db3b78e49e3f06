import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Config } from '../configuration/environment.ts';
import type { SupergraphSettings } from '../configuration/supergraph-file.ts';
import type { Counts } from '../telemetry/metrics.ts';
import { FileWatcher } from './file-watcher.ts';
import type { Generations } from './generations.ts';
import type { Supergraph } from './loaded-supergraph.ts';
import { PolledSchemas, UnknownSchemaError } from './polled-schemas.ts';
import { ASK_INTERVAL_MS, filesOf, readSupergraph, untilRead } from './read-supergraph.ts';

interface WatcherParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly generations: Pick<Generations, 'current' | 'replace'>;
  readonly reloads: Counts['reloads'];
}

/**
 * Serves the supergraph that the configured file describes, and watches that file and the schemas it names: a change that
 * can be used takes effect at once, one that can't is logged and changes nothing. A subgraph that has to be asked for its
 * schema is waited for.
 *
 * @throws {ConfigurationError} if what the files say now can't be used
 */
export async function watchSupergraph(parts: WatcherParts): Promise<SupergraphWatcher> {
  const { config, logger, generations } = parts;
  const schemas = new PolledSchemas(config.secret, logger);
  const first = await untilRead(() => readSupergraph(config, schemas), logger);
  await generations.replace(first);
  schemas.keep();
  const watcher = new SupergraphWatcher(parts, schemas, first);
  watcher.start();
  return watcher;
}

class SupergraphWatcher {
  readonly #parts: WatcherParts;
  readonly #schemas: PolledSchemas;
  readonly #watcher = new FileWatcher(() => this.#enqueue(() => this.#reload()));
  /** Settings read last, whether or not they could be used. */
  #read: SupergraphSettings;
  /** Set if the files name a schema that its subgraph never gave. */
  #isWaiting = false;
  #polling: NodeJS.Timeout | undefined;
  /** Makes one change at a time. */
  #pending: Promise<void> = Promise.resolve();

  constructor(parts: WatcherParts, schemas: PolledSchemas, first: Supergraph) {
    this.#parts = parts;
    this.#schemas = schemas;
    this.#read = first;
  }

  start(): void {
    this.#watcher.watch(filesOf(this.#parts.config, this.#read));
    this.#polling = setInterval(() => this.#enqueue(() => this.#poll()), ASK_INTERVAL_MS);
    this.#parts.logger.info(`the graph is ${describe(this.#read)}`);
  }

  stop(): void {
    this.#watcher.stop();
    clearInterval(this.#polling);
  }

  /** The supergraph that is served. */
  get #served(): Supergraph {
    return this.#parts.generations.current.source;
  }

  #enqueue(task: () => Promise<void>): void {
    this.#pending = this.#pending.then(task);
  }

  async #poll(): Promise<void> {
    if (this.#isWaiting) await this.#reload({ isRetry: true });
    else if (await this.#schemas.haveChanged(this.#served.subgraphs)) await this.#reload();
  }

  async #reload({ isRetry = false } = {}): Promise<void> {
    const { config, logger, reloads } = this.#parts;
    try {
      const next = await readSupergraph(config, this.#schemas, (settings) => {
        this.#read = settings;
      });
      this.#isWaiting = false;
      await this.#adopt(next);
    } catch (error) {
      this.#isWaiting = error instanceof UnknownSchemaError;
      if (isRetry && this.#isWaiting) return; // reported when it began
      reloads.refused += 1;
      logRefusal(error, logger);
    } finally {
      this.#watcher.watch([...filesOf(config, this.#served), ...filesOf(config, this.#read)]);
    }
  }

  async #adopt(next: Supergraph): Promise<void> {
    if (isDeepStrictEqual(next, this.#served)) return;
    const { generations, reloads, logger } = this.#parts;
    await generations.replace(next);
    if (this.#served !== next) return; // the process stops
    this.#schemas.keep();
    reloads.accepted += 1;
    logger.info(`the graph has changed: now ${describe(next)}`);
  }
}

function describe({ subgraphs }: SupergraphSettings): string {
  return subgraphs.map(({ name, routingUrl }) => `${name} at ${routingUrl}`).join(', ');
}

function logRefusal(error: unknown, logger: Logger): void {
  const reason = error instanceof ConfigurationError ? error.message : error;
  logger.error(
    { ...(error instanceof ConfigurationError ? {} : { err: error }) },
    `the change is refused, the graph stays as it was. ${reason}`,
  );
}
