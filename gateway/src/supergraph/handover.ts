import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GraphQLError } from 'graphql';
import { loadGatewayHooks } from '../hooks/gateway-hooks.ts';
import { checkEnforcement } from '../operations/authorization/enforcement.ts';
import { loadHooks } from '../operations/variant-choice.ts';
import { loadPlanner } from '../planning/load-planner.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { LoadedSupergraph, type Supergraph } from './loaded-supergraph.ts';

/** No request that came before its supergraph was replaced is still read, or written, this long after its time is over. */
const RETIREMENT_MS = 60_000;

/**
 * Which supergraph operations run on. It is handed over from one to the next as a whole: a request runs start to end on one.
 * (One ApolloGateway that is given a new supergraph mixes the two in the operations that are under way.)
 */
export class SupergraphHandover {
  readonly #secret: string | undefined;
  readonly #logger: Logger;
  readonly #telemetry: Telemetry | undefined;
  #current: LoadedSupergraph | undefined;

  constructor(secret: string | undefined, logger: Logger, telemetry?: Telemetry) {
    this.#secret = secret;
    this.#logger = logger;
    this.#telemetry = telemetry;
  }

  /** The supergraph of every operation that comes now. */
  get current(): LoadedSupergraph {
    if (!this.#current) throw new Error('a server without a supergraph');
    return this.#current;
  }

  /**
   * Loads a supergraph, and compiles on it what was used most on the one before. Nothing has changed then.
   *
   * @throws {ConfigurationError} where it can't be served
   */
  async prepare(supergraph: Supergraph): Promise<LoadedSupergraph> {
    const loaded = await load(supergraph, this.#secret, this.#logger, this.#telemetry);
    if (this.#current) await loaded.operations.warmUp(this.#current.operations);
    return loaded;
  }

  /** Makes this the supergraph of every request that comes from now on. */
  switchTo(loaded: LoadedSupergraph): void {
    const replaced = this.#current;
    this.#current = loaded;
    this.#telemetry?.adopt(loaded.telemetry, loaded);
    if (replaced) setTimeout(() => void replaced.close(), RETIREMENT_MS + replaced.timeoutMs).unref();
  }

  /** {@link prepare} and {@link switchTo}. */
  async replace(supergraph: Supergraph): Promise<void> {
    this.switchTo(await this.prepare(supergraph));
  }

  async stop(): Promise<void> {
    await this.#current?.close();
  }
}

async function load(
  supergraph: Supergraph,
  secret: string | undefined,
  logger: Logger,
  telemetry: Telemetry | undefined,
): Promise<LoadedSupergraph> {
  const { gateway } = supergraph;
  const hooks = { ...(await loadHooks(gateway)), ofGateway: await loadGatewayHooks(gateway.hooks) };
  const instruments = await telemetry?.open(gateway.telemetry);
  try {
    const loaded = new LoadedSupergraph(supergraph, await loadPlanner(supergraph.sdl), secret, logger, hooks, {
      ...instruments,
      counts: telemetry?.counts,
    });
    checkEnforcement(loaded.operations.rules, gateway, logger);
    return loaded;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new ConfigurationError(`The schemas compose, but the supergraph can't be served: ${error.message}`);
  }
}
