import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import {
  type BrotliOptions,
  brotliCompress,
  brotliCompressSync,
  constants,
  gzip,
  gzipSync,
  type ZlibOptions,
  type ZstdOptions,
  zstdCompress,
  zstdCompressSync,
} from 'node:zlib';
import { acceptedCoding } from './accepted-coding.ts';

/** Codings by our preference: for what it costs, zstd saves most, and gzip least. */
const CODINGS = ['zstd', 'br', 'gzip'] as const;

/** A content coding that answers are sent in. */
export type Coding = (typeof CODINGS)[number];

/** Longest body that is compressed on the serving thread: up to here the way to another thread costs it as much. */
const MAX_AT_ONCE_BYTES = 16 * 1024;

/** Compressions in other threads at a time. Each holds up to 2 MB, in addition to the body and to what becomes of it. */
const MAX_RUNNING = 16;

/**
 * Compression of answers for the clients that accept it. Its levels are those at which a byte saved is cheapest; figures are in
 * docs/decisions/compression.md.
 */
export class AnswerCompression {
  readonly #minBytes: number;
  #running = 0;

  /** @param minBytes length of the shortest body that is compressed */
  constructor(minBytes: number) {
    this.#minBytes = minBytes;
  }

  /** Returns whether a body of this length is compressed for the clients that accept it. */
  isFor(length: number): boolean {
    return length >= this.#minBytes;
  }

  /** Returns the coding of the body for this client, or undefined if it is to be sent as it is. */
  codingFor(request: Pick<IncomingMessage, 'headers'>, length: number): Coding | undefined {
    if (length > MAX_AT_ONCE_BYTES && this.#running >= MAX_RUNNING) return undefined; // it is under load
    return acceptedCoding(request, CODINGS);
  }

  /** Compresses a body: a short one at once, a long one in another thread. */
  compress(coding: Coding, body: Buffer): Buffer | Promise<Buffer> {
    return body.length <= MAX_AT_ONCE_BYTES ? compressAtOnce(coding, body) : this.#compressElsewhere(coding, body);
  }

  async #compressElsewhere(coding: Coding, body: Buffer): Promise<Buffer> {
    this.#running += 1;
    try {
      if (coding === 'zstd') return await zstdElsewhere(body, zstdOptions(body));
      return await (coding === 'br'
        ? brotliElsewhere(body, brotliOptions(body))
        : gzipElsewhere(body, gzipOptions(body)));
    } finally {
      this.#running -= 1;
    }
  }
}

const gzipElsewhere = promisify<Buffer, ZlibOptions, Buffer>(gzip);
const brotliElsewhere = promisify<Buffer, BrotliOptions, Buffer>(brotliCompress);
const zstdElsewhere = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);

function compressAtOnce(coding: Coding, body: Buffer): Buffer {
  if (coding === 'zstd') return zstdCompressSync(body, zstdOptions(body));
  return coding === 'br' ? brotliCompressSync(body, brotliOptions(body)) : gzipSync(body, gzipOptions(body));
}

function gzipOptions(body: Buffer): ZlibOptions {
  return { level: 1, chunkSize: chunkSizeFor(body) };
}

function brotliOptions(body: Buffer): BrotliOptions {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 2,
    [constants.BROTLI_PARAM_LGWIN]: 18, // 256 KB; its default takes 4 MB
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  };
  return { params, chunkSize: chunkSizeFor(body) };
}

function zstdOptions(body: Buffer): ZstdOptions {
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  return { params, pledgedSrcSize: body.length, chunkSize: chunkSizeFor(body) };
}

/** Answers shrink to a quarter. Each chunk of output comes back to the serving thread by itself: 16 KB ones cost it 8 times as much. */
function chunkSizeFor({ length }: Buffer): number {
  return Math.max(1024, Math.ceil(length / 3));
}
