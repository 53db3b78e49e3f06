import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Handler } from '@lockstep/runtime/http/server/server.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { GatewaySettings } from '../configuration/settings-schema.ts';
import { loadGatewayHooks } from '../hooks/gateway-hooks.ts';
import { checkEnforcement } from '../operations/authorization/enforcement.ts';
import { loadHooks } from '../operations/variant-choice.ts';
import type { OpenPlanner, PlannerOpener } from '../planning/planner.ts';
import type { PlanningLimits } from '../planning/planning-limits.ts';
import type { SubgraphSchema } from '../planning/subgraph-schema.ts';
import type { OpenInstruments, Telemetry } from '../telemetry/telemetry.ts';
import { LoadedSupergraph, type Supergraph } from './loaded-supergraph.ts';

/** Everything between Node's HTTP and the execution of operations. */
export interface RequestHandler {
  readonly handle: Handler;
  close(): Promise<void>;
}

/** The parts of a generation that its request handler is built on. */
export interface HandlerFoundation {
  readonly settings: GatewaySettings;
  readonly supergraph: LoadedSupergraph;
  readonly instruments: OpenInstruments;
}

/** Dependencies of every generation of a process. */
export interface GenerationParts<Requests extends RequestHandler> {
  readonly secret: string | undefined;
  readonly logger: Logger;
  readonly telemetry: Pick<Telemetry, 'open'>;
  readonly openPlanner: PlannerOpener;
  /** @param before the request handler that this one replaces, for state that outlives a change of settings */
  openHandler(foundation: HandlerFoundation, before: Requests | undefined): Promise<Requests>;
}

/**
 * All that serves requests under one reading of the supergraph file: its settings, the supergraph, the request handler and
 * the number of requests under way. A request begins and ends on one generation.
 */
export class Generation<Requests extends RequestHandler = RequestHandler> {
  readonly source: Supergraph;
  readonly planner: OpenPlanner;
  readonly supergraph: LoadedSupergraph;
  readonly handler: Requests;
  readonly #resources: AsyncDisposableStack;
  readonly #logger: Logger;
  readonly #closed = Promise.withResolvers<void>();
  /** Each request counts twice: until its response is closed, and until its handler is done. */
  #underWay = 0;
  #phase: 'serving' | 'retired' | 'closing' = 'serving';

  private constructor(
    source: Supergraph,
    planner: OpenPlanner,
    supergraph: LoadedSupergraph,
    handler: Requests,
    resources: AsyncDisposableStack,
    logger: Logger,
  ) {
    this.source = source;
    this.planner = planner;
    this.supergraph = supergraph;
    this.handler = handler;
    this.#resources = resources;
    this.#logger = logger;
  }

  /**
   * Builds a generation as a whole, with the most used operations of the one before already compiled.
   *
   * @param signal gives up composing the schemas
   * @throws {ConfigurationError} if the supergraph can't be served; whatever was opened for it is closed again
   */
  static async open<Requests extends RequestHandler>(
    source: Supergraph,
    { secret, logger, telemetry, openPlanner, openHandler }: GenerationParts<Requests>,
    signal: AbortSignal,
    before?: Generation<Requests>,
  ): Promise<Generation<Requests>> {
    const { gateway: settings } = source;
    const resources = new AsyncDisposableStack();
    try {
      const hooks = { ...(await loadHooks(settings)), ofGateway: await loadGatewayHooks(settings.hooks) };
      const instruments = await telemetry.open(settings.telemetry);
      resources.defer(() => instruments.close());
      const planner = await plannerFor(source, (...planning) => openPlanner(...planning, logger, signal), before);
      resources.defer(() => planner.close());
      const supergraph = await LoadedSupergraph.load(source, planner, secret, logger, hooks, instruments);
      resources.defer(() => supergraph.close());
      checkEnforcement(supergraph.operations.rules, settings, logger);
      if (before) await supergraph.warmUp(before.supergraph);
      const handler = await openHandler({ settings, supergraph, instruments }, before?.handler);
      resources.defer(() => handler.close());
      return new Generation(source, planner, supergraph, handler, resources, logger);
    } catch (error) {
      await closeAll(resources, logger);
      throw error;
    }
  }

  get settings(): GatewaySettings {
    return this.source.gateway;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#underWay += 2;
    response.on('close', this.#leave);
    try {
      await this.handler.handle(request, response);
    } finally {
      this.#leave();
    }
  }

  /** Resolves once the last request has left and everything is closed. Must get no more requests. */
  retire(): Promise<void> {
    this.#phase = 'retired';
    if (this.#underWay === 0) void this.close();
    return this.#closed.promise;
  }

  /** Closes everything, without waiting for requests. */
  async close(): Promise<void> {
    if (this.#phase === 'closing') return this.#closed.promise;
    this.#phase = 'closing';
    await closeAll(this.#resources, this.#logger);
    return this.#closed.resolve();
  }

  readonly #leave = (): void => {
    this.#underWay -= 1;
    // In a microtask: other listeners of the response's `close` event have something to note yet.
    if (this.#phase === 'retired' && this.#underWay === 0) queueMicrotask(() => void this.close());
  };
}

/** Opens a planner, or shares that of the generation before if the schemas are the same. */
async function plannerFor(
  { schemas, gateway: { limits } }: Supergraph,
  open: (schemas: readonly SubgraphSchema[], limits: PlanningLimits) => Promise<OpenPlanner>,
  before: Generation | undefined,
): Promise<OpenPlanner> {
  const planning = { timeoutMs: limits.planningTimeoutMs, heapBytes: limits.planningHeapBytes };
  const { planningTimeoutMs: timeoutMs, planningHeapBytes: heapBytes } = before?.settings.limits ?? limits;
  const isSame = isDeepStrictEqual([schemas, planning], [before?.source.schemas, { timeoutMs, heapBytes }]);
  return before && isSame ? before.planner.share() : open(schemas, planning);
}

/** Closes what was opened last first, and all of it: a failure is logged, because no caller could do anything about it. */
async function closeAll(resources: AsyncDisposableStack, logger: Logger): Promise<void> {
  try {
    await resources.disposeAsync();
  } catch (error) {
    logger.error({ err: error }, 'failed to close what a supergraph had open');
  }
}
