import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { FetchTrace, OperationTrace } from '../telemetry/operation-trace.ts';
import { ForwardedHeaders } from './forwarded-headers.ts';

/** Context of a call to a subgraph: what it has from the operation that it is made for, and what its steps add. */
export interface CallContext extends Lifetime {
  readonly headers: ForwardedHeaders;
  /** Undefined if the operation isn't traced. */
  readonly trace?: OperationTrace | undefined;
  /** Added when the call is observed; undefined if it isn't traced. */
  readonly fetchTrace?: FetchTrace | undefined;
  /** Number of earlier attempts, added when the call is sent again. */
  readonly resends?: number;
  /** Added to an attempt that is traced. */
  readonly traceHeaders?: Readonly<Record<string, string>>;
}

/** Context of a call that is made for no operation. */
export const NO_CONTEXT: CallContext = {
  signal: new AbortController().signal,
  headers: ForwardedHeaders.NONE,
};
