import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../logging.ts';

interface Destination {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Sends spans to a collector, as JSON. Logs the beginning and the end of an outage. */
export function spanExporter({ url, headers, timeoutMs }: Destination, logger: Logger): SpanExporter {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs });
  let isTaking = true;
  const note = ({ code, error }: ExportResult): void => {
    const hasTaken = code === ExportResultCode.SUCCESS;
    if (hasTaken === isTaking) return;
    isTaking = hasTaken;
    if (hasTaken) logger.info('the collector accepts traces again');
    else
      logger.warn(`the collector doesn't take traces, which are lost until it does: ${error?.message ?? 'no reason'}`);
  };
  return {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      exporter.export(spans, (result) => {
        note(result);
        done({ code: ExportResultCode.SUCCESS }); // or the processor would log every batch again
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
