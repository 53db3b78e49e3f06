import type { Lifetime } from '@lockstep/runtime/http/deadline.ts';
import type { OperationTrace } from '../telemetry/operation-trace.ts';
import { ForwardedHeaders } from './forwarded-headers.ts';

/** Context of a call to a subgraph: what it has from the operation that it is made for. */
export interface CallContext extends Lifetime {
  readonly headers: ForwardedHeaders;
  /** Undefined if the operation isn't traced. */
  readonly trace?: OperationTrace | undefined;
}

/** Context of a call that is made for no operation. */
export const NO_CONTEXT: CallContext = {
  signal: new AbortController().signal,
  headers: ForwardedHeaders.NONE,
};
