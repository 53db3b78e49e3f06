import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import { ConfigurationError } from '@lockstep/runtime/configuration-error.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { GraphQLError, type GraphQLSchema } from 'graphql';
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

/** No operation is still running this long after its supergraph was replaced. */
const RETIREMENT_MS = 60_000;

/**
 * What Apollo Server takes for its gateway. It hands over from one supergraph to the next as a whole: an operation that
 * was validated on one is planned and executed on the same one, whatever has taken effect since. (One ApolloGateway that
 * is given a new supergraph mixes the two in the operations that are under way.)
 */
export class SupergraphHandover implements GatewayInterface {
  readonly #secret: string | undefined;
  readonly #logger: Logger;
  readonly #bySchema = new WeakMap<GraphQLSchema, LoadedSupergraph>();
  readonly #listeners = new Set<SchemaListener>();
  readonly #kept = new WeakMap<object, ReturnType<Executor>>();
  readonly #telemetry: Telemetry | undefined;
  #current: LoadedSupergraph | undefined;

  constructor(secret: string | undefined, logger: Logger, telemetry?: Telemetry) {
    this.#secret = secret;
    this.#logger = logger;
    this.#telemetry = telemetry;
  }

  /**
   * Makes this the supergraph of every operation that comes from now on.
   *
   * @throws {ConfigurationError} where it can't be; nothing has changed then
   */
  async replace(supergraph: Supergraph): Promise<void> {
    const loaded = await load(supergraph, this.#secret, this.#logger, this.#telemetry);
    const replaced = this.#current;
    if (replaced) await loaded.operations.warmUp(replaced.operations);
    this.#bySchema.set(loaded.operations.planner.apiSchema, loaded);
    this.#current = loaded;
    this.#telemetry?.adopt(supergraph.gateway.telemetry, loaded);
    for (const listener of this.#listeners) this.#tell(listener, loaded);
    if (replaced) setTimeout(() => void replaced.close(), RETIREMENT_MS).unref();
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
    this.#listeners.add(listener);
    if (this.#current) this.#tell(listener, this.#current);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    await this.#current?.close();
  }

  #tell(listener: SchemaListener, { operations, sdl }: LoadedSupergraph): void {
    listener({ apiSchema: operations.planner.apiSchema, coreSupergraphSdl: sdl });
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
  const hooks = await loadHooks(supergraph.gateway);
  const instruments = await telemetry?.open(supergraph.gateway.telemetry);
  try {
    const loaded = new LoadedSupergraph(supergraph, secret, logger, hooks, {
      ...instruments,
      counts: telemetry?.counts,
    });
    checkEnforcement(loaded.operations.rules, supergraph.gateway, logger);
    return loaded;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new ConfigurationError(`The schemas compose, but the supergraph can't be served: ${error.message}`);
  }
}
