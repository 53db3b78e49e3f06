import { type AnyValue, type Logger as LineSink, ROOT_CONTEXT, SeverityNumber, trace } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs';
import { copyLines, type Logger } from '../logging.ts';
import { CollectorOutage, SEND_TIMEOUT_MS, unlessSlow } from './collector-outage.ts';
import type { OtlpSettings } from './telemetry-settings.ts';

/** Maximum number of lines that wait to be sent. Further ones are dropped, so that a slow collector costs no more memory. */
const MAX_WAITING = 8192;

const SEVERITIES: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

/** A line as pino writes it. */
interface Line {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly traceFlags?: string;
  readonly err?: { readonly type?: string; readonly message?: string; readonly stack?: string };
  readonly [key: string]: AnyValue;
}

/** Sends the log lines of this process to a collector, with the trace that each belongs to. */
export class LogExport {
  readonly #provider: LoggerProvider;
  readonly #stop: () => void;

  constructor({ url, headers, serviceName }: OtlpSettings, logger: Logger) {
    const exporter = new OTLPLogExporter({ url, headers: { ...headers }, timeoutMillis: SEND_TIMEOUT_MS });
    this.#provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName, 'process.pid': process.pid }),
      processors: [
        new BatchLogRecordProcessor({
          exporter: quiet(exporter, new CollectorOutage('logs', logger)),
          maxQueueSize: MAX_WAITING,
          exportTimeoutMillis: 2 * SEND_TIMEOUT_MS,
        }),
      ],
    });
    const sink = this.#provider.getLogger('lockstep');
    this.#stop = copyLines(logger, (line) => emit(sink, JSON.parse(line)));
  }

  /** Sends the lines that wait, unless the collector is too slow. */
  async close(): Promise<void> {
    this.#stop();
    await unlessSlow(this.#provider.shutdown());
  }
}

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/ */
function emit(sink: LineSink, line: Line): void {
  const { level, time, msg, traceId, spanId, traceFlags, err, name, pid, ...attributes } = line;
  sink.emit({
    timestamp: new Date(time),
    severityNumber: SEVERITIES[level] ?? SeverityNumber.UNSPECIFIED,
    severityText: level,
    body: msg ?? '',
    attributes: {
      ...attributes,
      ...(err && {
        'exception.type': err.type,
        'exception.message': err.message,
        'exception.stacktrace': err.stack,
      }),
    },
    ...(traceId !== undefined &&
      spanId !== undefined && {
        context: trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number(traceFlags) }),
      }),
  });
}

/** Reports failures to the log once an outage, and not to the processor, which would log each. */
function quiet(exporter: OTLPLogExporter, outage: CollectorOutage): LogRecordExporter {
  return {
    export(records, done: (result: ExportResult) => void) {
      exporter.export(records, (result) => {
        outage.note(result);
        done({ code: ExportResultCode.SUCCESS });
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
