import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../logging.ts';
import { CollectorOutage, SEND_TIMEOUT_MS } from './collector-outage.ts';
import type { OtlpSettings } from './telemetry-settings.ts';

/** Sends spans to a collector, as JSON. Logs the beginning and the end of an outage. */
export function spanExporter({ url, headers }: OtlpSettings, logger: Logger): SpanExporter {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: SEND_TIMEOUT_MS });
  const outage = new CollectorOutage('traces', logger);
  return {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      exporter.export(spans, (result) => {
        outage.note(result);
        done({ code: ExportResultCode.SUCCESS }); // or the processor would log every batch again
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
