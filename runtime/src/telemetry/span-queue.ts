import { AsyncLocalStorage } from 'node:async_hooks';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import type { Logger } from '../logging.ts';
import { CollectorOutage, SEND_TIMEOUT_MS, unlessSlow } from './collector-outage.ts';
import { type SpanBatch, SpanWriter } from './otlp-spans.ts';
import type { RecordedSpan } from './recorded-span.ts';
import type { OtlpSettings } from './telemetry-settings.ts';

/** Maximum number of spans that are sent together. */
const BATCH = 512;

/** Maximum number of full batches that wait to be sent, 512 KB each. Further spans are dropped, so that a slow collector costs no more memory. */
const MAX_FULL = 16;

const SEND_INTERVAL_MS = 2000;

/** Sends spans to a collector, one batch at a time. Logs the beginning and the end of an outage. */
export class SpanQueue {
  readonly #exporter;
  readonly #outage: CollectorOutage;
  readonly #timer: NodeJS.Timeout;
  readonly #writer: SpanWriter;
  /** Batches that are full. */
  readonly #full: SpanBatch[] = [];
  #filling: SpanBatch;
  /** One that was sent, to be filled next. */
  #spare: SpanBatch | undefined;
  #sending: Promise<void> | undefined;
  /** Bound, so that what it logs doesn't seem to belong to the request whose span was one too many. */
  readonly #sendSoon = AsyncLocalStorage.bind(() => {
    this.#sending ??= this.#sendBatches().finally(() => {
      this.#sending = undefined;
    });
  });

  constructor({ url, headers, serviceName }: OtlpSettings, logger: Logger) {
    this.#writer = new SpanWriter({ 'service.name': serviceName, 'process.pid': process.pid });
    this.#filling = this.#writer.begin();
    const given = { url, headers: { ...headers }, timeoutMillis: SEND_TIMEOUT_MS };
    this.#exporter = createOtlpHttpExportDelegate<SpanBatch, object>(
      convertLegacyHttpOptions(given, 'TRACES', 'v1/traces', { 'content-type': 'application/json' }),
      { serializeRequest: (batch) => batch.end(), deserializeResponse: () => ({}) },
      'otlp_http_json_span_exporter',
      { name: 'span', countItems: ({ count }) => count },
      undefined,
    );
    this.#outage = new CollectorOutage('traces', logger);
    this.#timer = setInterval(this.#sendSoon, SEND_INTERVAL_MS).unref();
  }

  /** Sends a span soon, unless too many wait. */
  add(span: RecordedSpan): void {
    if (this.#full.length >= MAX_FULL) return;
    if (!this.#filling.add(span)) {
      this.#endFilling();
      this.#filling.add(span);
    }
    if (this.#filling.count >= BATCH) this.#endFilling();
  }

  /** Sends the spans that wait, unless the collector is too slow. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await unlessSlow(this.#sendRest());
  }

  async #sendBatches(): Promise<void> {
    do await this.#sendBatch();
    while (this.#full.length > 0); // fewer wait for more, as a request costs as much as a hundred spans
  }

  async #sendRest(): Promise<void> {
    await this.#sending;
    while (this.#full.length > 0 || this.#filling.count > 0) await this.#sendBatch();
    await this.#exporter.shutdown();
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#full.shift() ?? this.#takeFilling();
    if (batch.count > 0) {
      await new Promise<void>((resolve) => {
        this.#exporter.export(batch, (result) => {
          this.#outage.note(result);
          resolve();
        });
      });
    }
    batch.clear();
    this.#spare = batch;
  }

  #endFilling(): void {
    this.#full.push(this.#takeFilling());
    if (!this.#sending) this.#sendSoon();
  }

  #takeFilling(): SpanBatch {
    const batch = this.#filling;
    this.#filling = this.#spare ?? this.#writer.begin();
    this.#spare = undefined;
    return batch;
  }
}
