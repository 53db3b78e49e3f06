import type { IncomingMessage } from 'node:http';
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, RandomIdGenerator, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from '../logging.ts';
import { SEND_TIMEOUT_MS, unlessSlow } from './collector-outage.ts';
import { spanExporter } from './span-exporter.ts';
import type { TracingSettings } from './telemetry-settings.ts';
import { propagator } from './traced-call.ts';

/** Maximum number of spans that wait to be sent. Further ones are dropped, so that a slow collector costs no more memory. */
const MAX_WAITING = 8192;
const SEND_INTERVAL_MS = 2000;

/** Constructors of a request's trace. One that isn't sampled costs a tenth of one of OpenTelemetry's. */
interface TraceClasses<Trace> {
  readonly Sampled: new (tracer: Tracer, span: Span, context: Context) => Trace;
  readonly Unsampled: new (span: SpanContext) => Trace;
}

/** Traces requests with OpenTelemetry, and sends the spans in the background. */
export class Tracing<Trace> {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #share: number;
  readonly #ids = new RandomIdGenerator();
  readonly #classes: TraceClasses<Trace>;

  constructor(settings: TracingSettings, logger: Logger, classes: TraceClasses<Trace>) {
    const { share, serviceName } = settings;
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName, 'process.pid': process.pid }),
      sampler: new AlwaysOnSampler(),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: spanExporter(settings, logger),
          maxQueueSize: MAX_WAITING,
          scheduledDelayMillis: SEND_INTERVAL_MS,
          exportTimeoutMillis: 2 * SEND_TIMEOUT_MS,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('lockstep');
    this.#share = share;
    this.#classes = classes;
  }

  /** Starts the trace of a request, or continues its client's, which says if it is sampled. */
  startRequest(request: IncomingMessage): Trace {
    const { headers } = request;
    const context =
      headers.traceparent === undefined
        ? ROOT_CONTEXT
        : propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const parent = trace.getSpanContext(context);
    const isSampled = parent ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0 : Math.random() < this.#share;
    return isSampled ? this.#sampled(request, context) : this.#unsampled(parent);
  }

  #unsampled(parent: SpanContext | undefined): Trace {
    return new this.#classes.Unsampled({
      traceId: parent?.traceId ?? this.#ids.generateTraceId(),
      spanId: this.#ids.generateSpanId(),
      traceFlags: TraceFlags.NONE,
      ...(parent?.traceState && { traceState: parent.traceState }),
    });
  }

  #sampled({ method, url = '', socket, httpVersion }: IncomingMessage, parent: Context): Trace {
    const query = url.indexOf('?');
    const attributes: Attributes = {
      'http.request.method': method,
      'url.scheme': 'http',
      'url.path': query === -1 ? url : url.slice(0, query),
      'network.protocol.version': httpVersion,
      'server.address': socket.localAddress,
      'server.port': socket.localPort,
      'client.address': socket.remoteAddress,
    };
    const span = this.#tracer.startSpan('GraphQL Operation', { kind: SpanKind.SERVER, attributes }, parent);
    return new this.#classes.Sampled(this.#tracer, span, trace.setSpan(ROOT_CONTEXT, span));
  }

  /** Sends the spans that wait, unless the collector is too slow. */
  async close(): Promise<void> {
    await unlessSlow(this.#provider.shutdown());
  }
}
