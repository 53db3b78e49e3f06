import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { withoutQuery } from '@lockstep/runtime/url-credentials.ts';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../configuration/environment.ts';
import { describeChanges } from '../configuration/settings-changes.ts';
import type { SupergraphReading, SupergraphSettings } from '../configuration/supergraph-file.ts';
import type { Counts } from '../telemetry/figures.ts';
import { describeLosses } from './api-losses.ts';
import { type ChangeLog, compareApis } from './change-log.ts';
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
  /** Changes for the page that shows them. */
  readonly changes?: ChangeLog | undefined;
}

/** Settings and text that the supergraph file had when it was last read. */
type Read = Pick<SupergraphReading, 'settings' | 'text'>;

/**
 * Serves the supergraph that the configured file describes, and watches that file and the schemas it names: once they have
 * stayed the same for a moment, a change that can be used takes effect, and one that can't is logged and changes nothing. A subgraph that has to be asked for its
 * schema is waited for.
 *
 * @throws {ConfigurationError} if what the files say now can't be used
 */
export async function watchSupergraph(parts: WatcherParts): Promise<SupergraphWatcher> {
  const { config, logger, generations } = parts;
  const schemas = new PolledSchemas(config.secret, logger);
  let read: Read | undefined;
  const note = ({ settings, text }: Read) => {
    read = { settings, text };
  };
  const first = await untilRead(() => readSupergraph(config, schemas, note), logger);
  await generations.replace(first);
  schemas.keep();
  const watcher = new SupergraphWatcher(parts, schemas, read ?? { settings: first, text: '' });
  watcher.start();
  return watcher;
}

class SupergraphWatcher {
  readonly #parts: WatcherParts;
  readonly #schemas: PolledSchemas;
  readonly #watcher = new FileWatcher(
    () => this.#enqueue(() => this.#reload()),
    (files) => this.#parts.logger.warn(`no change takes effect while files keep changing: ${files.join(', ')}`),
  );
  /** Settings read last, whether or not they could be used. */
  #read: Read;
  /** Text of the file whose settings are served. */
  #servedText: string;
  /** Set if the files name a schema that its subgraph never gave. */
  #isWaiting = false;
  #polling: NodeJS.Timeout | undefined;
  /** Makes one change at a time. */
  #pending: Promise<void> = Promise.resolve();

  constructor(parts: WatcherParts, schemas: PolledSchemas, first: Read) {
    this.#parts = parts;
    this.#schemas = schemas;
    this.#read = first;
    this.#servedText = first.text;
  }

  start(): void {
    this.#watcher.watch(filesOf(this.#parts.config, this.#read.settings));
    this.#watcher.settle(); // the files may have changed since they were read
    this.#polling = setInterval(() => this.#enqueue(() => this.#poll()), ASK_INTERVAL_MS);
    this.#parts.logger.info(`the graph is ${describe(this.#read.settings)}`);
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
      const next = await readSupergraph(config, this.#schemas, ({ settings, text }) => {
        this.#read = { settings, text };
      });
      this.#isWaiting = false;
      if (this.#haveSettled()) await this.#adopt(next);
    } catch (error) {
      if (!this.#haveSettled()) return;
      this.#isWaiting = error instanceof UnknownSchemaError;
      if (isRetry && this.#isWaiting) return; // reported when it began
      reloads.refused += 1;
      logRefusal(error, logger);
      this.#parts.changes?.add({ outcome: 'refused', what: [], reason: reasonOf(error) });
    } finally {
      this.#watcher.watch(this.#files());
      if (!this.#haveSettled()) this.#watcher.settle();
    }
  }

  /** Files of what is served and of what was read last. */
  #files(): string[] {
    const { config } = this.#parts;
    return [...filesOf(config, this.#served), ...filesOf(config, this.#read.settings)];
  }

  /** Returns false if one of the files changed while they were read, or was not watched before. */
  #haveSettled(): boolean {
    return this.#watcher.haveSettled(this.#files());
  }

  async #adopt(next: Supergraph): Promise<void> {
    const { text } = this.#read;
    const [before, apiBefore] = [this.#served, this.#api];
    if (isDeepStrictEqual(next, before)) return;
    const { generations, reloads, logger, config } = this.#parts;
    await generations.replace(next);
    if (this.#served !== next) return; // the process stops
    this.#schemas.keep();
    reloads.accepted += 1;
    await setImmediate(); // serves what waits before it compares settings
    const changes = [...describeChanges(this.#servedText, text, config), ...changedSchemas(before, next)];
    this.#servedText = text;
    logger.info(`the graph has changed: ${changes.join('; ') || 'a file that the settings name'}`);
    if (this.#parts.changes && next.gateway.landingPage.graphiql) {
      const api = await compareApis(apiBefore, this.#api);
      this.#parts.changes.add({ outcome: 'accepted', what: changes, api });
    }
    const gone = before.subgraphs.filter(({ name }) => !next.subgraphs.some((other) => other.name === name));
    if (gone.length === 0) return;
    const names = gone.map(({ name }) => name).join(', ');
    logger.warn(`subgraphs are gone from the graph: ${names}. The API lost ${describeLosses(apiBefore, this.#api)}.`);
  }

  /** API schema that is served. */
  get #api(): GraphQLSchema {
    return this.#parts.generations.current.planner.apiSchema;
  }
}

function changedSchemas(before: Supergraph, next: Supergraph): string[] {
  return next.schemas.flatMap(({ name, sdl }) => {
    const old = before.schemas.find((schema) => schema.name === name);
    return old && old.sdl !== sdl ? [`the schema of ${name}`] : [];
  });
}

function describe({ subgraphs }: SupergraphSettings): string {
  return subgraphs
    .map(
      ({ name, routingUrl, routingUrls = [routingUrl] }) => `${name} at ${routingUrls.map(withoutQuery).join(' and ')}`,
    )
    .join(', ');
}

function reasonOf(error: unknown): string {
  return error instanceof ConfigurationError ? error.message : 'The log of the gateway has the reason.';
}

function logRefusal(error: unknown, logger: Logger): void {
  const reason = error instanceof ConfigurationError ? error.message : error;
  logger.error(
    { ...(error instanceof ConfigurationError ? {} : { err: error }) },
    `the change is refused, the graph stays as it was. ${reason}`,
  );
}
