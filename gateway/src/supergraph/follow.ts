import { unwatchFile, watchFile } from 'node:fs';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { Config } from '../configuration/environment.ts';
import { readSupergraphFile } from '../configuration/supergraph-file.ts';
import type { GatewaySettings } from '../configuration/supergraph-schema.ts';
import { compose } from './compose.ts';
import { SupergraphHandover } from './handover.ts';
import type { Supergraph } from './loaded-supergraph.ts';

/** How soon a change is seen. By looking at the files and not by the system's events, which miss what editors, mounts
 * and configuration maps do: replace a file, or a folder above it, by another. */
const POLL_INTERVAL_MS = 500;

/** A supergraph that is kept as its files say. */
export interface Followed {
  readonly handover: SupergraphHandover;
  /** The gateway's settings, as they are now. */
  settings(): GatewaySettings;
  /** Calls back when they have changed, after the supergraph has. */
  onSettings(listener: (settings: GatewaySettings) => Promise<void>): void;
  /** Follows the files no longer. */
  stop(): void;
}

/**
 * Loads the supergraph that the configured file describes, and follows that file and the schemas it names: a change that
 * can be used takes effect at once, one that can't is logged and changes nothing.
 *
 * @throws {ConfigurationError} where what the files say now can't be used
 */
export async function followSupergraph(config: Config, logger: Logger): Promise<Followed> {
  const handover = new SupergraphHandover(config.secret, logger);
  const read = () => readSupergraph(config);
  let current = read();
  let tell: (settings: GatewaySettings) => Promise<void> = async () => {};
  await handover.replace(current);

  const reload = async () => {
    try {
      const next = read();
      if (isSame(next, current)) return;
      await handover.replace(next);
      if (!isSame(next.gateway, current.gateway)) await tell(next.gateway);
      current = next;
      logger.info(`the graph has changed: now ${describe(next)}`);
    } catch (error) {
      logRefusal(error, logger);
    } finally {
      watcher.watch(filesOf(config, current));
    }
  };
  const watcher = new FileWatcher(reload);
  watcher.watch(filesOf(config, current));
  logger.info(`the graph is ${describe(current)}`);
  return {
    handover,
    settings: () => current.gateway,
    onSettings: (listener) => {
      tell = listener;
    },
    stop: () => watcher.watch([]),
  };
}

/** The supergraph that the files say now. @throws {ConfigurationError} */
export function readSupergraph(config: Pick<Config, 'supergraphFile' | 'env'>): Supergraph {
  const settings = readSupergraphFile(config.supergraphFile, config.env);
  return { ...settings, sdl: compose(settings.subgraphs) };
}

function isSame<Value extends object>(a: Value, b: Value): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function filesOf({ supergraphFile }: Config, { subgraphs, gateway }: Supergraph): string[] {
  const schemas = subgraphs.flatMap(({ schema }) => ('file' in schema ? [schema.file] : []));
  return [supergraphFile, ...schemas, ...gateway.persistedQueries.localManifests];
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

/** Calls back after a change of any of the files it watches, one change at a time. */
class FileWatcher {
  readonly #onChange: () => Promise<void>;
  #files: readonly string[] = [];
  #pending: Promise<void> = Promise.resolve();

  constructor(onChange: () => Promise<void>) {
    this.#onChange = onChange;
  }

  /** Watches these files from now on, and no others. */
  watch(files: readonly string[]): void {
    for (const file of this.#files) if (!files.includes(file)) unwatchFile(file, this.#changed);
    for (const file of files) {
      if (!this.#files.includes(file)) watchFile(file, { interval: POLL_INTERVAL_MS }, this.#changed);
    }
    this.#files = [...new Set(files)];
  }

  readonly #changed = (): void => {
    this.#pending = this.#pending.then(this.#onChange);
  };
}
