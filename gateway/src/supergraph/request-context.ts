import type { IncomingHttpHeaders } from 'node:http';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { Timeline } from '../execution/timeline/timeline.ts';
import type { OperationResult } from '../operations/operation-result.ts';
import type { Waiter } from '../operations/shared-work.ts';
import type { CacheStatus } from '../subgraphs/caching/cache-status.ts';
import type { OperationCalls } from '../subgraphs/operation-calls.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';

/** Context of one operation. */
export interface Context extends Lifetime {
  readonly signal: AbortSignal;
  /** Headers of the client, by name in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Identifies the client as the rate limit does; undefined for the gateway itself. */
  readonly client?: Waiter['client'];
  /** Claims of the client's token, which was verified; undefined without a token. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** Telemetry of the request; undefined if none is configured. */
  readonly record?: RequestRecord | undefined;
  /** Timeline of the calls; undefined unless the client asks for it. */
  readonly timeline?: Timeline | undefined;
  /**
   * The run that the fast path has begun. Apollo Server reports its errors instead of running the operation once more; it
   * works on a shallow copy of this object.
   */
  begun?: Promise<OperationResult | undefined> | undefined;
  /** Notes what came from the cache; undefined if nothing is cached. */
  readonly cacheStatus?: CacheStatus | undefined;
  /** Header rules and hooks for its calls; undefined if none are configured. */
  readonly calls?: OperationCalls | undefined;
}
