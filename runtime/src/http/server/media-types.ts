import type { IncomingMessage } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import { LRUCache } from 'lru-cache';

const MAX_KNOWN = 100;
const MAX_LENGTH = 200;

/** What Apollo Server answers a POST in, by the `accept` that comes with it: it depends on nothing else where all is well. */
export class MediaTypes {
  readonly #known = new LRUCache<string, string>({ max: MAX_KNOWN });

  /** Undefined where no such request was answered yet. */
  answerTo({ headers: { accept = '' } }: IncomingMessage): string | undefined {
    return this.#known.get(accept);
  }

  note(
    { method, headers: { accept = '' } }: IncomingMessage,
    { status = 200, headers, body }: HTTPGraphQLResponse,
  ): void {
    const mediaType = headers.get('content-type');
    if (method !== 'POST' || status !== 200 || body.kind !== 'complete' || accept.length > MAX_LENGTH) return;
    if (mediaType !== undefined) this.#known.set(accept, mediaType);
  }
}
