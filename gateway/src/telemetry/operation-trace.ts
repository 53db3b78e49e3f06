import type { CallDescription } from '@lockstep/runtime/request-scope.ts';
import type { CallTrace, RequestTrace, SpanReference } from '@lockstep/runtime/telemetry/call-trace.ts';

/** Trace of one operation. */
export interface OperationTrace extends RequestTrace {
  /** Adds a span from then, by `performance.now()`, until now. */
  addSpan(name: string, startedAt: number): void;
  /** Starts the part of one fetch. */
  startFetch(): FetchTrace;
}

/** Part of one fetch in an operation's trace: a call, or its share of one that is made for others too. */
export interface FetchTrace {
  /** False if nothing of it is sent. */
  readonly isRecording: boolean;
  /** Starts a call that is made for this fetch, and perhaps for others. */
  startCall(call: CallDescription): CallTrace;
  /** Links the fetch to the call of another. */
  share(call: SpanReference | undefined): void;
  /** Call that the answer came from. */
  readonly call: SpanReference | undefined;
  end(subgraph: string, outcome: string): void;
}
