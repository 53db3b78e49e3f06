import type { IncomingMessage } from 'node:http';

/** Longer than it may be. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`longer than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/**
 * Reads the body of a request to its end. By events, because iterating costs 7% of a trivial query's CPU.
 *
 * @throws {BodyTooLargeError} as soon as it is known to be longer than `maxBytes`; the rest is left
 * @throws where the client leaves before it sent all
 */
export function collectBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take).pause();
      reject(new BodyTooLargeError(maxBytes));
    };
    request.on('data', take);
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)));
    request.once('error', reject);
    if (request.destroyed) reject(new Error('the client left'));
  });
}

/** Whether the request announces a body longer than `maxBytes`. */
export function announcesMoreThan(request: IncomingMessage, maxBytes: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > maxBytes;
}
