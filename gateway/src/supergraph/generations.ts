import { toAuthority } from '@lockstep/runtime/http/authority.ts';
import { bytesInFlight } from '@lockstep/runtime/http/bytes-in-flight.ts';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import { reconfigure } from '@lockstep/runtime/logging.ts';
import type { ListenAddress } from '../configuration/sections/endpoint.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import type { SupergraphFigures } from '../telemetry/figures.ts';
import { Generation, type GenerationParts, type RequestHandler } from './generation.ts';
import type { Supergraph } from './loaded-supergraph.ts';

/**
 * The one owner of what is served: the current generation, and those before it whose requests are still under way. A new
 * generation is built whole, takes over by one assignment, and the one before is closed when its last request has left.
 */
export class Generations<Requests extends RequestHandler = RequestHandler> {
  readonly #parts: GenerationParts<Requests>;
  readonly #open = new Set<Generation<Requests>>();
  #current: Generation<Requests> | undefined;
  #listen: ListenAddress | undefined;
  /** The replacement under way, for a stop to wait for. */
  #replacing: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  /** Called with the settings of each generation that takes over, apart from the first. */
  onReplaced: (settings: GatewaySettings) => void = () => {};

  constructor(parts: GenerationParts<Requests>) {
    this.#parts = parts;
  }

  /** Serves a request on the generation that is current when it arrives. */
  readonly handle: Handler = (request, response) => this.current.handle(request, response);

  get current(): Generation<Requests> {
    if (!this.#current) throw new Error('no supergraph is served yet');
    return this.#current;
  }

  /** Metrics of the supergraph that is served; undefined before there is one. */
  get figures(): SupergraphFigures | undefined {
    return this.#current?.supergraph;
  }

  /**
   * Serves this supergraph from now on, unless the process stops meanwhile. To be called for one at a time.
   *
   * @throws {ConfigurationError} if it can't be served: then the current generation stays
   */
  replace(source: Supergraph): Promise<void> {
    this.#replacing = this.#replace(source);
    return this.#replacing;
  }

  /** Closes all generations, and one that is being built, once no more requests come. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled([this.#replacing]);
    await Promise.all([...this.#open].map((generation) => generation.close()));
  }

  async #replace(source: Supergraph): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    const next = await Generation.open(source, this.#parts, signal, this.#current).catch((error: unknown) => {
      if (!signal.aborted) throw error; // otherwise it was given up
    });
    if (!next) return;
    if (signal.aborted) return next.close();
    const replaced = this.#current;
    this.#current = next;
    this.#open.add(next);
    bytesInFlight.setMax(next.settings.limits.maxBytesInFlight);
    reconfigure(this.#parts.logger, next.settings.telemetry.logging);
    this.#reportListenChange(next.settings.listen);
    if (replaced) this.onReplaced(next.settings);
    if (replaced) void replaced.retire().then(() => this.#open.delete(replaced));
  }

  /** Reports a change of the one setting that stays as it was at the start. */
  #reportListenChange(listen: ListenAddress): void {
    this.#listen ??= listen;
    const [first, now] = [toAuthority(this.#listen), toAuthority(listen)];
    if (now === first) return;
    this.#parts.logger.error(`gateway.listen changed to ${now}; restart to apply it (still listening on ${first})`);
  }
}
