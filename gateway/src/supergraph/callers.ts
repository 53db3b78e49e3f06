import { hash } from 'node:crypto';
import { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { subgraphCacheSettings } from '../configuration/sections/response-cache.ts';
import type { SubgraphSettings, SupergraphSettings } from '../configuration/supergraph-file.ts';
import type { FetchRequest } from '../execution/fetching/fetch-request.ts';
import type { Planner } from '../planning/planner.ts';
import type { SubgraphSchema } from '../planning/subgraph-schema.ts';
import { CacheTags } from '../subgraphs/caching/cache-tags.ts';
import { DocumentTypeReader } from '../subgraphs/caching/document-types.ts';
import type { Store } from '../subgraphs/caching/store.ts';
import { readsAnswerHeaders } from '../subgraphs/call-rules.ts';
import { CallTelemetry } from '../subgraphs/call-telemetry.ts';
import type { EndedMutations } from '../subgraphs/ended-mutations.ts';
import { SubgraphCaller } from '../subgraphs/subgraph-caller.ts';
import type { BreakerState } from '../telemetry/figures.ts';
import type { Instruments } from '../telemetry/instruments.ts';

/** Callers of a supergraph's subgraphs, by the subgraph's name. */
export type Callers = ReadonlyMap<string, SubgraphCaller>;

/**
 * Opens the calling side of every subgraph.
 *
 * @param store undefined if nothing is cached
 * @throws {ConfigurationError} if the answers are to be cached, and a schema gives them a malformed tag
 */
export function openCallers(
  { subgraphs, schemas, gateway }: SupergraphSettings & { readonly schemas: readonly SubgraphSchema[] },
  { supergraphSchema, directives }: Pick<Planner, 'supergraphSchema' | 'directives'>,
  secret: string | undefined,
  logger: Logger,
  { metrics, tracing, accessLog }: Instruments,
  { store, mutations }: { readonly store: Store | undefined; readonly mutations: EndedMutations },
): Callers {
  const { traffic, limits, responseCache } = gateway;
  const types = responseCache && new DocumentTypeReader(supergraphSchema, directives.entityKeys);
  const tags = responseCache && CacheTags.of(directives, supergraphSchema);
  const cacheOf = ({ name, routingUrl }: SubgraphSettings) => {
    const sdl = schemas.find((schema) => schema.name === name)?.sdl;
    const origin = hash('sha256', JSON.stringify([name, routingUrl, sdl]), 'base64url');
    return store && types && { store, settings: subgraphCacheSettings(responseCache, name), origin, types, tags };
  };
  const shared = {
    traffic,
    secret,
    logger,
    logsFailures: accessLog !== undefined,
    mutations,
    keepsHeads: readsAnswerHeaders(gateway),
    timesCalls: gateway.queryPlans !== undefined,
    maxReplyBytes: limits.maxBytes,
  };
  return new Map(
    subgraphs.map((subgraph) => {
      const telemetry = CallTelemetry.of(subgraph, { metrics, tracing });
      return [subgraph.name, new SubgraphCaller({ ...shared, subgraph, telemetry, cache: cacheOf(subgraph) })];
    }),
  );
}

/** State of a subgraph, as its gateway sees it. */
export interface SubgraphState {
  readonly name: string;
  /** Code of the failure if it does not answer; undefined if it is up. */
  readonly failure?: string;
  /** Time that it took to answer, or to fail. */
  readonly durationMs: number;
  /** State of its circuit breaker; undefined if it has none. */
  readonly breaker?: BreakerState | undefined;
}

/** Asks each subgraph if it is up. */
export function probeSubgraphs(callers: Callers): Promise<SubgraphState[]> {
  return Promise.all(
    [...callers].map(async ([name, caller]) => {
      const startedAt = performance.now();
      const failure = await caller.probe().then(() => undefined, codeOf);
      const durationMs = Math.round(performance.now() - startedAt);
      return { name, durationMs, breaker: caller.breakerState, ...(failure !== undefined && { failure }) };
    }),
  );
}

function codeOf(error: unknown): string {
  return error instanceof ExpectedError ? String(error.extensions.code) : 'FAILED';
}

/** Waits for the calls under way, then closes every connection. */
export async function closeCallers(callers: Callers): Promise<void> {
  await Promise.all([...callers.values()].map((caller) => caller.close()));
}

/** Returns the caller of a fetch's subgraph. */
export function callerOf({ constants: { subgraph } }: FetchRequest, callers: Callers): SubgraphCaller {
  const caller = callers.get(subgraph);
  if (!caller) throw new Error(`the supergraph has a subgraph ${subgraph} that was not composed into it`);
  return caller;
}
