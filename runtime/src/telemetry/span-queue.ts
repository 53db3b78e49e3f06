import { AsyncLocalStorage } from 'node:async_hooks';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Logger } from '../logging.ts';
import { CollectorOutage, unlessSlow } from './collector-outage.ts';
import { type SpanBatch, SpanWriter } from './otlp-spans.ts';
import type { RecordedSpan } from './recorded-span.ts';
import { SpanCollector } from './span-collector.ts';
import type { OtlpSettings } from './telemetry-settings.ts';

/** Maximum number of spans that are sent together. */
const BATCH = 512;

/** Maximum number of full batches that wait to be sent, 512 KB each. Further spans are dropped, so that a slow collector costs no more memory. */
const MAX_FULL = 16;

const SEND_INTERVAL_MS = 2000;

/** Sends spans to a collector, one batch at a time. Logs the beginning and the end of an outage. */
export class SpanQueue {
  readonly #collector: SpanCollector;
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

  constructor(settings: OtlpSettings, logger: Logger) {
    this.#writer = new SpanWriter({ 'service.name': settings.serviceName, 'process.pid': process.pid });
    this.#filling = this.#writer.begin();
    this.#collector = new SpanCollector(settings);
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
    await this.#collector.close();
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#full.shift() ?? this.#takeFilling();
    if (batch.count > 0) this.#outage.note(await this.#send(batch));
    batch.clear();
    this.#spare = batch;
  }

  async #send(batch: SpanBatch): Promise<ExportResult> {
    try {
      await this.#collector.send(batch.end());
      return { code: ExportResultCode.SUCCESS };
    } catch (error) {
      return { code: ExportResultCode.FAILED, error: error instanceof Error ? error : new Error(String(error)) };
    }
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
