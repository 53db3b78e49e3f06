import type { CallDescription } from '@lockstep/runtime/request-scope.ts';
import type { CallTrace, SpanReference } from '@lockstep/runtime/telemetry/call-trace.ts';
import { TracedRequest } from '@lockstep/runtime/telemetry/traced-request.ts';
import { UnsampledRequest } from '@lockstep/runtime/telemetry/unsampled-request.ts';
import type { FetchTrace, OperationTrace } from './operation-trace.ts';

/** Trace of one operation that is sampled, with the fetches that it needs. */
export class TracedOperation extends TracedRequest implements OperationTrace {
  addSpan(name: string, startedAt: number): void {
    this.add({ name, startedAt });
  }

  startFetch(): FetchTrace {
    return new TracedFetch(this);
  }
}

/** Trace of an operation of which nothing is sent. */
export class UnsampledOperation extends UnsampledRequest implements OperationTrace {
  addSpan(): void {}

  startFetch(): FetchTrace {
    return new UnsampledFetch(this);
  }
}

class UnsampledFetch implements FetchTrace {
  readonly isRecording = false;
  readonly #operation: UnsampledRequest;
  call: SpanReference | undefined;

  constructor(operation: UnsampledRequest) {
    this.#operation = operation;
  }

  startCall(): CallTrace {
    const trace = this.#operation.startCall();
    this.call = trace.reference;
    return trace;
  }

  share(call: SpanReference | undefined): void {
    this.call = call;
  }

  end(): void {}
}

class TracedFetch implements FetchTrace {
  readonly isRecording = true;
  readonly #operation: TracedRequest;
  readonly #startedAt = performance.now();
  #call: SpanReference | undefined;
  #isOwnCall = false;

  constructor(operation: TracedRequest) {
    this.#operation = operation;
  }

  get call(): SpanReference | undefined {
    return this.#call;
  }

  startCall(call: CallDescription): CallTrace {
    const trace = this.#operation.startCall(call);
    this.#isOwnCall = true;
    this.#call = trace.reference;
    return trace;
  }

  share(call: SpanReference | undefined): void {
    this.#call = call;
  }

  /** Adds a span for a fetch without a call of its own, with a link to the call if there was one. */
  end(subgraph: string, outcome: string): void {
    if (this.#isOwnCall) return;
    this.#operation.add({
      name: `${this.#call ? 'shared POST' : 'no call of'} ${subgraph}`,
      startedAt: this.#startedAt,
      attributes: { 'lockstep.subgraph': subgraph },
      link: this.#call,
      error: outcome === 'answered' ? undefined : outcome,
    });
  }
}
