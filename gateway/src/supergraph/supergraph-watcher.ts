import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Config } from '../configuration/environment.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import type { SupergraphSettings } from '../configuration/supergraph-file.ts';
import type { Counts } from '../telemetry/metrics.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { FileWatcher } from './file-watcher.ts';
import { SupergraphHandover } from './handover.ts';
import type { LoadedSupergraph, Supergraph } from './loaded-supergraph.ts';
import { PolledSchemas, UnknownSchemaError } from './polled-schemas.ts';
import { ASK_INTERVAL_MS, filesOf, readSupergraph, untilRead } from './read-supergraph.ts';

/** Prepares for another supergraph and its settings. @returns what takes them into effect, at once */
export type ChangeListener = (settings: GatewaySettings, supergraph: LoadedSupergraph) => Promise<() => void>;

/** A supergraph that is kept as its files say. */
export interface Followed {
  readonly handover: SupergraphHandover;
  /** The gateway's settings, as they are now. */
  settings(): GatewaySettings;
  /**
   * Calls back when supergraph or settings are going to change, which they don't before there is a listener. What comes of
   * it is called in the step in which they do.
   */
  onChange(listener: ChangeListener): void;
  /** Follows the files no longer. */
  stop(): void;
}

/**
 * Loads the supergraph that the configured file describes, and follows that file and the schemas it names: a change that
 * can be used takes effect at once, one that can't is logged and changes nothing. A subgraph that has to be asked for its
 * schema is waited for.
 *
 * @throws {ConfigurationError} where what the files say now can't be used
 */
export async function followSupergraph(config: Config, logger: Logger, telemetry: Telemetry): Promise<Followed> {
  const schemas = new PolledSchemas(config.secret, logger);
  const first = await untilRead(() => readSupergraph(config, schemas), logger);
  const follower = new Follower(config, schemas, first, { logger, telemetry });
  await follower.handover.replace(first);
  schemas.keep();
  follower.start();
  return follower;
}

interface Surroundings {
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

class Follower implements Followed {
  readonly handover: SupergraphHandover;
  readonly #config: Config;
  readonly #schemas: PolledSchemas;
  readonly #logger: Logger;
  readonly #reloads: Counts['reloads'];
  readonly #watcher = new FileWatcher(() => this.#enqueue(() => this.#reload()));
  #current: Supergraph;
  /** What the files said last that could be read, whether or not it could be used. */
  #read: SupergraphSettings;
  #prepare: ChangeListener = async () => () => {};
  readonly #listening = Promise.withResolvers<void>();
  /** Whether the files name a schema that its subgraph never gave. */
  #isWaiting = false;
  #asking: NodeJS.Timeout | undefined;
  /** One change at a time, and none before there is somebody who prepares for it. */
  #pending = this.#listening.promise;

  constructor(config: Config, schemas: PolledSchemas, first: Supergraph, { logger, telemetry }: Surroundings) {
    this.handover = new SupergraphHandover(config.secret, logger, telemetry);
    this.#reloads = telemetry.counts.reloads;
    this.#config = config;
    this.#schemas = schemas;
    this.#current = first;
    this.#read = first;
    this.#logger = logger;
  }

  start(): void {
    this.#watcher.watch(filesOf(this.#config, this.#current));
    this.#asking = setInterval(() => this.#enqueue(() => this.#askAgain()), ASK_INTERVAL_MS);
    this.#logger.info(`the graph is ${describe(this.#current)}`);
  }

  settings(): GatewaySettings {
    return this.#current.gateway;
  }

  onChange(listener: ChangeListener): void {
    this.#prepare = listener;
    this.#listening.resolve();
  }

  stop(): void {
    this.#watcher.stop();
    clearInterval(this.#asking);
  }

  #enqueue(task: () => Promise<void>): void {
    this.#pending = this.#pending.then(task);
  }

  async #askAgain(): Promise<void> {
    if (this.#isWaiting) await this.#reload({ isRetry: true });
    else if (await this.#schemas.haveChanged(this.#current.subgraphs)) await this.#reload();
  }

  async #reload({ isRetry = false } = {}): Promise<void> {
    try {
      const next = await readSupergraph(this.#config, this.#schemas, (settings) => {
        this.#read = settings;
      });
      this.#isWaiting = false;
      await this.#adopt(next);
    } catch (error) {
      this.#isWaiting = error instanceof UnknownSchemaError;
      if (!(isRetry && this.#isWaiting)) this.#refuse(error);
    } finally {
      this.#watcher.watch([...filesOf(this.#config, this.#current), ...filesOf(this.#config, this.#read)]);
    }
  }

  async #adopt(next: Supergraph): Promise<void> {
    const replaced = this.#current;
    if (isDeepStrictEqual(next, replaced)) return;
    const loaded = await this.handover.prepare(next);
    try {
      const adopt = await this.#prepare(next.gateway, loaded);
      // In one step: between the two, what the schemas demand no longer might not be demanded by the settings yet.
      adopt();
      this.handover.switchTo(loaded);
    } catch (error) {
      await loaded.close();
      throw error;
    }
    this.#schemas.keep();
    this.#current = next;
    this.#reloads.accepted += 1;
    this.#logger.info(`the graph has changed: now ${describe(next)}`);
  }

  #refuse(error: unknown): void {
    this.#reloads.refused += 1;
    logRefusal(error, this.#logger);
  }
}

function describe({ subgraphs }: Supergraph): string {
  return subgraphs.map(({ name, routingUrl }) => `${name} at ${routingUrl}`).join(', ');
}

function logRefusal(error: unknown, logger: Logger): void {
  const reason = error instanceof ConfigurationError ? error.message : error;
  logger.error(
    { ...(error instanceof ConfigurationError ? {} : { err: error }) },
    `the change is refused, the graph stays as it was. ${reason}`,
  );
}
