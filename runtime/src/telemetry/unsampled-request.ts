import type { CallTrace, RequestTrace } from './call-trace.ts';
import { childOf, newContext, type TraceContext, traceHeaders } from './trace-context.ts';

/** Trace of a request of which nothing is sent. Calls pass its ids on, and that it isn't sampled. */
export class UnsampledRequest implements RequestTrace {
  readonly isRecording = false;
  readonly #context: TraceContext;
  #call: CallTrace | undefined;

  constructor(parent: TraceContext | undefined) {
    this.#context = parent ? childOf(parent) : newContext(false);
  }

  get traceId(): string {
    return this.#context.traceId;
  }

  get spanId(): string {
    return this.#context.spanId;
  }

  get traceFlags(): number {
    return this.#context.traceFlags;
  }

  startCall(): CallTrace {
    this.#call ??= { reference: this.#context, headers: traceHeaders(this.#context), end: nothing };
    return this.#call;
  }

  add(): void {}

  nameOperation(): void {}

  end(): void {}
}

function nothing(): void {}
