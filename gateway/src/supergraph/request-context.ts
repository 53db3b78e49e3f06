import type { IncomingHttpHeaders } from 'node:http';
import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { OperationResult } from '../operations/compiled-operation.ts';
import type { OperationCalls } from '../subgraphs/operation-calls.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';

/** What one operation carries. */
export interface Context extends Lifetime {
  /** The client's, by name in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** What its token says, once it was verified; undefined for a request without a token. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** Undefined where nobody wants to know of requests. */
  readonly watched?: RequestRecord | undefined;
  /**
   * The run that the fast path has begun. Apollo Server reports its errors instead of running the operation once more; it
   * works on a shallow copy of this object.
   */
  begun?: Promise<OperationResult | undefined> | undefined;
  /** What its calls go through where header rules or hooks have a say in them. */
  readonly calls?: OperationCalls | undefined;
}
