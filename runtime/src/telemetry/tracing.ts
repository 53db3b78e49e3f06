import type { IncomingMessage } from 'node:http';
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../logging.ts';
import { SEND_TIMEOUT_MS, unlessSlow } from './collector-outage.ts';
import { spanExporter } from './span-exporter.ts';
import type { TracingSettings } from './telemetry-settings.ts';
import { propagator } from './traced-call.ts';

/** Maximum number of spans that wait to be sent. Further ones are dropped, so that a slow collector costs no more memory. */
const MAX_WAITING = 8192;
const SEND_INTERVAL_MS = 2000;

/** Constructor of a request's trace. */
type TraceClass<Trace> = new (tracer: Tracer, span: Span, context: Context) => Trace;

/** Traces requests with OpenTelemetry, and sends the spans in the background. */
export class Tracing<Trace> {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #Trace: TraceClass<Trace>;

  constructor(settings: TracingSettings, logger: Logger, Trace: TraceClass<Trace>) {
    const { share, serviceName } = settings;
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName, 'process.pid': process.pid }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
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
    this.#Trace = Trace;
  }

  /** Starts the trace of a request, or continues its client's. */
  startRequest({ headers, method, url = '', socket, httpVersion }: IncomingMessage): Trace {
    const parent = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
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
    return new this.#Trace(this.#tracer, span, trace.setSpan(ROOT_CONTEXT, span));
  }

  /** Sends the spans that wait, unless the collector is too slow. */
  async close(): Promise<void> {
    await unlessSlow(this.#provider.shutdown());
  }
}
