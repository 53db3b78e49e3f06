import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { loadGatewayHooks } from '../hooks/loaded-hooks.ts';
import { checkEnforcement } from '../protection/authorization/enforcement.ts';
import { loadHooks } from '../protection/variant-choice.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { LoadedSupergraph, type Supergraph } from './loaded-supergraph.ts';

type GatewayInterface = NonNullable<ApolloServerOptionsWithGateway<BaseContext>['gateway']>;
type LoadResult = Awaited<ReturnType<GatewayInterface['load']>>;
type SchemaListener = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0];

/** What Apollo Server has an operation run by. */
export type Executor = NonNullable<LoadResult['executor']>;

type RequestContext = Parameters<Executor>[0];

/** What a compiled operation needs of its request. */
export interface RunContext extends Pick<RequestContext, 'document' | 'queryHash' | 'source' | 'schema' | 'context'> {
  readonly request: Pick<RequestContext['request'], 'variables' | 'operationName'>;
}

/** No request that came before its supergraph was replaced is still read, or written, this long after its time is over. */
const RETIREMENT_MS = 60_000;

/** What one Apollo Server takes for its gateway. */
export interface Attachment extends GatewayInterface {
  /** From now on its server keeps the supergraph that it has. */
  detach(): void;
}

/**
 * What Apollo Server takes for its gateway. It hands over from one supergraph to the next as a whole: an operation that
 * was validated on one is planned and executed on the same one, whatever has taken effect since. (One ApolloGateway that
 * is given a new supergraph mixes the two in the operations that are under way.)
 */
export class SupergraphHandover implements GatewayInterface {
  readonly #secret: string | undefined;
  readonly #logger: Logger;
  readonly #bySchema = new WeakMap<GraphQLSchema, LoadedSupergraph>();
  /** Each with what it was told last. */
  readonly #listeners = new Map<SchemaListener, LoadedSupergraph | undefined>();
  readonly #kept = new WeakMap<object, ReturnType<Executor>>();
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
    this.#bySchema.set(loaded.operations.planner.apiSchema, loaded);
    return loaded;
  }

  /** Makes this the supergraph of every operation that comes from now on, but for those of servers that were detached. */
  switchTo(loaded: LoadedSupergraph): void {
    const replaced = this.#current;
    this.#current = loaded;
    this.#telemetry?.adopt(loaded.telemetry, loaded);
    for (const listener of this.#listeners.keys()) this.#tell(listener, loaded);
    if (replaced) setTimeout(() => void replaced.close(), RETIREMENT_MS + replaced.timeoutMs).unref();
  }

  /** {@link prepare} and {@link switchTo}. */
  async replace(supergraph: Supergraph): Promise<void> {
    this.switchTo(await this.prepare(supergraph));
  }

  /**
   * For one more Apollo Server. What is made of it sees what the handover has, until it is detached.
   *
   * @param first what it begins with, where that isn't the current one yet
   */
  attach(first: LoadedSupergraph): Attachment {
    const own = new Set<SchemaListener>();
    return {
      load: () => this.load(),
      onSchemaLoadOrUpdate: (listener) => {
        own.add(listener);
        this.#tell(listener, first);
        return () => this.#listeners.delete(listener);
      },
      stop: async () => {}, // the supergraph outlives any one server
      detach: () => {
        for (const listener of own) this.#listeners.delete(listener);
      },
    };
  }

  async load(): Promise<LoadResult> {
    return {
      executor: async (requestContext) =>
        this.#kept.get(requestContext.context) ?? this.#loaded(requestContext).execute(requestContext),
    };
  }

  /** Runs a compiled operation; undefined where there is no code for it: then it is for the executor. */
  run(context: RunContext): ReturnType<Executor> | undefined {
    return this.#loaded(context).run(context);
  }

  /** Keeps what a run gave, or will give, for the executor, which then doesn't run the operation. */
  keep({ context }: RunContext, result: ReturnType<Executor>): void {
    this.#kept.set(context, result);
  }

  onSchemaLoadOrUpdate(listener: SchemaListener): () => void {
    this.#listeners.set(listener, undefined);
    if (this.#current) this.#tell(listener, this.#current);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    await this.#current?.close();
  }

  #tell(listener: SchemaListener, loaded: LoadedSupergraph): void {
    if (this.#listeners.get(listener) === loaded) return;
    this.#listeners.set(listener, loaded);
    listener({ apiSchema: loaded.operations.planner.apiSchema, coreSupergraphSdl: loaded.sdl });
  }

  #loaded({ schema }: Pick<RequestContext, 'schema'>): LoadedSupergraph {
    const loaded = this.#bySchema.get(schema);
    if (!loaded) throw new Error('an operation on a supergraph that was never loaded');
    return loaded;
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
    const loaded = new LoadedSupergraph(supergraph, secret, logger, hooks, {
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
