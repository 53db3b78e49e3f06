import type { OperationTrace } from '../telemetry/operation-trace.ts';
import { ForwardedHeaders } from './forwarded-headers.ts';

/** What a call to a subgraph has from the operation that it is made for. */
export interface CallContext {
  /** Aborted when nobody waits for the operation any more. */
  readonly signal: AbortSignal | undefined;
  readonly headers: ForwardedHeaders;
  /** Undefined where it isn't traced. */
  readonly trace?: OperationTrace | undefined;
}

/** A call for nobody in particular. */
export const NO_CONTEXT: CallContext = { signal: undefined, headers: ForwardedHeaders.NONE };
