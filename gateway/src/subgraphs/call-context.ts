import type { IncomingHttpHeaders } from 'node:http';
import type { Instance } from '@lockstep/runtime/http/client/instance.ts';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { TimedFetches } from '../execution/timeline/timed-fetches.ts';
import type { FetchTrace, OperationTrace } from '../telemetry/operation-trace.ts';
import type { CacheStatus } from './caching/cache-status.ts';
import { ForwardedHeaders } from './forwarded-headers.ts';

/** The operation that a call is made for, as far as it decides what the call may take from the cache. */
export interface CallOperation {
  readonly isMutation: boolean;
  /** Claims and headers of the client. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Is told what came from the cache; undefined if nobody wants to know. */
  readonly cacheStatus?: CacheStatus | undefined;
}

/** Context of a call to a subgraph: what it has from the operation that it is made for, and what its steps add. */
export interface CallContext extends Lifetime {
  readonly headers: ForwardedHeaders;
  /** Id of the request that it is made for, or of the first if there are several. */
  readonly requestId?: string | undefined;
  /** Undefined if nothing is cached. */
  readonly operation?: CallOperation | undefined;
  /** Undefined if the operation isn't traced. */
  readonly trace?: OperationTrace | undefined;
  /** Added when the call is observed; undefined if it isn't traced. */
  readonly fetchTrace?: FetchTrace | undefined;
  /** Fetches that the call is made for, as far as their clients ask for timings. */
  readonly timed?: TimedFetches | undefined;
  /** Number of earlier attempts, added when the call is sent again. */
  readonly resends?: number;
  /** Instances that failed earlier attempts, if the subgraph has several and the call may be sent again. */
  readonly failedAt?: Set<Instance>;
  /** Added to an attempt that is traced. */
  readonly traceHeaders?: Readonly<Record<string, string>>;
}

/** Context of a call that is made for no operation. */
export const NO_CONTEXT: CallContext = {
  signal: new AbortController().signal,
  headers: ForwardedHeaders.NONE,
};
