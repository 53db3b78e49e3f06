import type { IncomingMessage } from 'node:http';
import type { Logger } from '@lockstep/runtime/logging.ts';
import { type Attributes, defaultTextMapGetter, ROOT_CONTEXT, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingSettings } from '../configuration/sections/telemetry.ts';
import type { OperationTrace } from './operation-trace.ts';
import { spanExporter } from './span-exporter.ts';
import { propagator, TracedOperation } from './traced-operation.ts';

/** Maximum number of spans that wait to be sent. Further ones are dropped, so that a slow collector costs no more memory. */
const MAX_WAITING = 8192;
const SEND_INTERVAL_MS = 2000;
const SEND_TIMEOUT_MS = 5000;

/** Maximum time that a close waits for the collector. */
const FLUSH_TIMEOUT_MS = 2000;

/** Traces operations with OpenTelemetry, and sends the spans in the background. */
export class Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor({ url, headers, share, serviceName }: TracingSettings, logger: Logger) {
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName, 'process.pid': process.pid }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: spanExporter({ url, headers, timeoutMs: SEND_TIMEOUT_MS }, logger),
          maxQueueSize: MAX_WAITING,
          scheduledDelayMillis: SEND_INTERVAL_MS,
          exportTimeoutMillis: 2 * SEND_TIMEOUT_MS,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('lockstep');
  }

  /** Starts the trace of a request, or continues its client's. */
  startOperation({ headers, method, url = '', socket, httpVersion }: IncomingMessage): OperationTrace {
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
    return new TracedOperation(this.#tracer, span, trace.setSpan(ROOT_CONTEXT, span));
  }

  /** Sends the spans that wait, unless the collector is too slow. */
  async close(): Promise<void> {
    const overdue = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_TIMEOUT_MS).unref());
    await Promise.race([this.#provider.shutdown().catch(() => {}), overdue]); // the exporter has logged the reason
  }
}
