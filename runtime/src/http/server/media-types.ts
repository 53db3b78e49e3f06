import type { IncomingMessage } from 'node:http';
import type { HTTPGraphQLResponse } from '@apollo/server';
import { LRUCache } from 'lru-cache';

const MAX_KNOWN = 100;
const MAX_LENGTH = 200;

/** Media types of Apollo Server's successful responses to POST requests by `accept` header, the only thing they depend on. */
export class MediaTypes {
  readonly #known = new LRUCache<string, string>({ max: MAX_KNOWN });

  /** Returns the media type for a request, or undefined if no request with its `accept` has been answered yet. */
  answerTo({ headers: { accept = '' } }: IncomingMessage): string | undefined {
    return this.#known.get(accept);
  }

  /** Remembers the media type of a response. */
  note(
    { method, headers: { accept = '' } }: IncomingMessage,
    { status = 200, headers, body }: HTTPGraphQLResponse,
  ): void {
    const mediaType = headers.get('content-type');
    if (method !== 'POST' || status !== 200 || body.kind !== 'complete' || accept.length > MAX_LENGTH) return;
    if (mediaType !== undefined) this.#known.set(accept, mediaType);
  }
}
