import type { Logger } from '@lockstep/runtime/logging.ts';
import { LRUCache } from 'lru-cache';
import type { Operations } from '../operations/operations.ts';
import type { UncompilableOperation } from '../operations/uncompilable-operation.ts';
import type { SubgraphCaller } from '../subgraphs/subgraph-caller.ts';
import { SubgraphDataSource } from './data-source.ts';
import type { Executor, RequestContext } from './executor.ts';

/** How many operations are told only once. Clients can make up as many as they like. */
const MAX_REPORTED = 1000;

interface Parts {
  readonly sdl: string;
  readonly callers: ReadonlyMap<string, SubgraphCaller>;
  readonly logger: Logger;
}

/**
 * Has operations that can't be compiled run by ApolloGateway as it is, which calls subgraphs as all else does. It takes time
 * and memory to load, and there are hardly any such operations.
 */
export class ApolloFallback {
  readonly #operations: Operations;
  readonly #parts: Parts;
  readonly #reported = new LRUCache<string, true>({ max: MAX_REPORTED });
  #executor: Promise<Executor> | undefined;

  constructor(operations: Operations, parts: Parts) {
    this.#operations = operations;
    this.#parts = parts;
  }

  async run(request: RequestContext, operation: UncompilableOperation): ReturnType<Executor> {
    // ApolloGateway enforces no rule, and loads no supergraph that has one.
    if (!this.#operations.rules.isEmpty) throw new Error(`an operation that can't be compiled: ${operation.reason}`);
    this.#operations.counts.fallbacks += 1;
    this.#report(request, operation);
    this.#executor ??= loadApolloGateway(this.#parts);
    return (await this.#executor)(request);
  }

  #report({ queryHash, request: { operationName } }: RequestContext, { reason }: UncompilableOperation): void {
    const key = `${queryHash} ${operationName ?? ''}`;
    if (this.#reported.has(key)) return;
    this.#reported.set(key, true);
    this.#parts.logger.warn({ queryHash, operationName, reason }, 'an operation is run by ApolloGateway, not compiled');
  }
}

async function loadApolloGateway({ sdl, callers, logger }: Parts): Promise<Executor> {
  const { ApolloGateway } = await import('@apollo/gateway'); // 25 MB that hardly any process needs
  const gateway = new ApolloGateway({
    supergraphSdl: sdl,
    logger: logger.child({}, { level: 'warn' }),
    buildService: ({ name }) => {
      const caller = callers.get(name);
      if (!caller) throw new Error(`the supergraph has a subgraph ${name} that was not composed into it`);
      return new SubgraphDataSource(name, caller);
    },
  });
  return (await gateway.load()).executor;
}
