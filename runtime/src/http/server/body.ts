import type { IncomingMessage } from 'node:http';
import type { RequestBytes } from '../bytes-in-flight.ts';

/** A body that exceeds its limit. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`longer than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/**
 * Reads the body of a request. Uses events, because async iteration costs 7 % of a trivial query's CPU time.
 *
 * @throws {BodyTooLargeError} as soon as it exceeds `maxBytes`; the rest is left unread
 * @throws {NoRoomError} if the process may not hold it: before anything is read, if its length is announced
 * @throws if the client disconnects before it has sent the body
 */
export function collectBody(request: IncomingMessage, maxBytes: number, bytes: RequestBytes): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const announced = announcedBytes(request);
    bytes.take(announced);
    let length = 0;
    const stop = (error: unknown) => {
      request.off('data', take).pause();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) return stop(new BodyTooLargeError(maxBytes));
      chunks.push(chunk);
      if (length <= announced) return;
      try {
        bytes.take(chunk.length);
      } catch (error) {
        stop(error);
      }
    };
    request.on('data', take);
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)));
    request.once('error', reject);
    if (request.destroyed) reject(new Error('the client has disconnected'));
  });
}

/** Returns true if the request announces a body longer than `maxBytes`. */
export function announcesMoreThan(request: IncomingMessage, maxBytes: number): boolean {
  return announcedBytes(request) > maxBytes;
}

function announcedBytes({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? 0);
}
