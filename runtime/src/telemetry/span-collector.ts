import { Connections } from '../http/client/connections.ts';
import { post } from '../http/client/post.ts';
import type { Reply } from '../http/client/subgraph-answer.ts';
import { TimeLimit } from '../http/client/time-limit.ts';
import { pause } from '../http/signal.ts';
import { SEND_TIMEOUT_MS } from './collector-outage.ts';
import type { OtlpSettings } from './telemetry-settings.ts';

/** Statuses after which a request may be sent again: https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Time before a request is sent again if the collector doesn't say when. */
const RETRY_INTERVAL_MS = 1000;

/** Maximum length of the reply, which is a few counts. */
const MAX_REPLY_BYTES = 64 * 1024;

/**
 * Sends spans to a collector as calls are sent to subgraphs. With Node's own client, code that sends answers and reads
 * requests would meet sockets and streams of more kinds than V8 compiles it for, and every request would pay for that.
 */
export class SpanCollector {
  readonly #connections: Connections;
  readonly #path: string;
  readonly #headers: Record<string, string>;

  constructor({ url, headers }: OtlpSettings) {
    const { origin, pathname, search } = new URL(url);
    this.#connections = new Connections(origin);
    this.#path = pathname + search;
    this.#headers = { ...headers, 'content-type': 'application/json' };
  }

  /**
   * Sends a request, again if the collector asks for that.
   *
   * @throws the reason why the collector doesn't take it
   */
  async send(body: Uint8Array): Promise<void> {
    const limit = new TimeLimit(SEND_TIMEOUT_MS);
    try {
      for (;;) {
        const { status, headers } = await this.#post(body, limit);
        if (status >= 200 && status < 300) return;
        const intervalMs = Number(headers['retry-after']) * 1000 || RETRY_INTERVAL_MS;
        if (!RETRYABLE.has(status) || intervalMs >= limit.deadline.leftMs()) throw new Error(`it answers ${status}`);
        await pause(intervalMs, limit.signal);
      }
    } catch (error) {
      throw limit.isOver ? new Error(`it doesn't answer within ${SEND_TIMEOUT_MS} ms`) : error;
    } finally {
      limit.clear();
    }
  }

  /** Waits for the request under way, then closes the connection. */
  close(): Promise<void> {
    return this.#connections.close();
  }

  #post(body: Uint8Array, { signal }: TimeLimit): Promise<Reply> {
    const { kept, fresh } = this.#connections;
    const [path, headers] = [this.#path, this.#headers];
    return post(kept, { path, headers, body, signal, maxReplyBytes: MAX_REPLY_BYTES, spare: fresh });
  }
}
