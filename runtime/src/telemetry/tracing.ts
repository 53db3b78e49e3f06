import type { IncomingMessage } from 'node:http';
import type { Logger } from '../logging.ts';
import { type ConnectionEnds, endsOf } from './connection-ends.ts';
import { SpanQueue } from './span-queue.ts';
import type { TracingSettings } from './telemetry-settings.ts';
import { isSampled, readTraceContext, type TraceContext } from './trace-context.ts';

/** Constructors of a request's trace. */
interface TraceClasses<Trace> {
  readonly Sampled: new (
    request: IncomingMessage,
    ends: ConnectionEnds,
    parent: TraceContext | undefined,
    queue: SpanQueue,
  ) => Trace;
  readonly Unsampled: new (parent: TraceContext | undefined) => Trace;
}

/** Traces requests, and sends the spans in the background. */
export class Tracing<Trace> {
  readonly #queue: SpanQueue;
  readonly #share: number;
  readonly #classes: TraceClasses<Trace>;

  constructor(settings: TracingSettings, logger: Logger, classes: TraceClasses<Trace>) {
    this.#queue = new SpanQueue(settings, logger);
    this.#share = settings.share;
    this.#classes = classes;
  }

  /** Starts the trace of a request, or continues its client's, which says if it is sampled. */
  startRequest(request: IncomingMessage): Trace {
    const ends = endsOf(request.socket);
    const parent = readTraceContext(request.headers);
    const { Sampled, Unsampled } = this.#classes;
    const isRecorded = parent ? isSampled(parent) : Math.random() < this.#share;
    return isRecorded ? new Sampled(request, ends, parent, this.#queue) : new Unsampled(parent);
  }

  /** Sends the spans that wait, unless the collector is too slow. */
  close(): Promise<void> {
    return this.#queue.close();
  }
}
