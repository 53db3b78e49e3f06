import type { SpanReference } from './call-trace.ts';
import type { TraceContext } from './trace-context.ts';

/** Kinds of spans, as OTLP numbers them. */
export const SpanKind = { INTERNAL: 1, SERVER: 2, CLIENT: 3 } as const;

/** A span that waits to be sent. */
export interface RecordedSpan {
  readonly context: TraceContext;
  readonly parent: TraceContext | undefined;
  readonly name: string;
  readonly kind: (typeof SpanKind)[keyof typeof SpanKind];
  /** Start by `performance.now()`. */
  readonly startedAt: number;
  /** End by `performance.now()`. */
  readonly endedAt: number;
  /** Attributes as {@link attribute} returns them, separated by commas. */
  readonly attributes: string;
  /** Span of another request that did the work for this one too. */
  readonly link: SpanReference | undefined;
  /** Reason of the failure; undefined if it succeeded. */
  readonly error: string | undefined;
}
