import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';

/** Content codings that replies may have, as `accept-encoding` lists them. */
export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';

/** Functions that get a decoded body piece by piece, and are told how it ends. */
export interface BodyListener {
  /** May call {@link ContentDecoding.destroy}. */
  take(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

/** Flow control of the connection that a body comes from. */
interface Source {
  pause(): void;
  resume(): void;
}

/**
 * Decodes the body of a reply as it arrives, so that the listener can end one that gets too long before all of it is
 * inflated.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 */
export class ContentDecoding {
  readonly #coding: string;
  readonly #listener: BodyListener;
  #decoder: Transform | undefined;

  /** @param coding value of `content-encoding` */
  constructor(coding: string, listener: BodyListener) {
    this.#coding = coding.trim().toLowerCase();
    this.#listener = listener;
  }

  write(chunk: Buffer, source: Source): void {
    try {
      this.#decoder ??= this.#open(chunk);
      if (this.#decoder.write(chunk)) return;
      source.pause();
      this.#decoder.once('drain', () => source.resume());
    } catch (error) {
      this.#listener.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Tells that all of the body has arrived. */
  end(): void {
    if (this.#decoder) this.#decoder.end();
    else this.#listener.end();
  }

  /** Stops decoding. The listener is told nothing more. */
  destroy(): void {
    this.#decoder?.removeAllListeners('end').removeAllListeners('data').destroy();
  }

  #open(start: Buffer): Transform {
    return decoderOf(this.#coding, start)
      .on('data', (chunk) => this.#listener.take(chunk))
      .once('end', () => this.#listener.end())
      .on('error', (error) => this.#listener.fail(error));
  }
}

/** @param start first bytes of the body: some servers send `deflate` without the zlib header that it should have */
function decoderOf(coding: string, start: Buffer): Transform {
  if (coding === 'gzip' || coding === 'x-gzip') return createGunzip();
  if (coding === 'deflate') return ((start[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
  if (coding === 'br') return createBrotliDecompress();
  if (coding === 'zstd') return createZstdDecompress();
  throw new Error(`content-encoding ${coding} is not supported`);
}
