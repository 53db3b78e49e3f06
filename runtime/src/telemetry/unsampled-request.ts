import { defaultTextMapSetter, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import type { CallTrace, RequestTrace } from './call-trace.ts';
import { propagator } from './traced-call.ts';

/** Trace of a request of which nothing is sent. Calls pass its ids on, and that it isn't sampled. */
export class UnsampledRequest implements RequestTrace {
  readonly traceId: string;
  readonly spanId: string;
  readonly isRecording = false;
  readonly #call: CallTrace;

  constructor(span: SpanContext) {
    this.traceId = span.traceId;
    this.spanId = span.spanId;
    const headers: Record<string, string> = {};
    propagator.inject(trace.setSpanContext(ROOT_CONTEXT, span), headers, defaultTextMapSetter);
    this.#call = { reference: span, headers, end: nothing };
  }

  startCall(): CallTrace {
    return this.#call;
  }

  add(): void {}

  nameOperation(): void {}

  end(): void {}
}

function nothing(): void {}
