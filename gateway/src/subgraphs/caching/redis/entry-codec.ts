import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Entry, Moment } from '../store.ts';
import { GENERATION_LENGTH } from './scripts.ts';

/** Length from which the text of an entry is compressed: of 2 KB in 17 µs, to a fifth, and back in 7 µs; zstd takes longer. */
const MIN_COMPRESSED_LENGTH = 1024;
/** Length of the longest text: no subgraph may send as much by default. */
const MAX_LENGTH = 16 * 1024 * 1024;

const PLAIN = 0;
const COMPRESSED = 1;

/** Returns an entry as it is stored: the generation and the number of drops at its beginning, its slots, and its text. */
export function encodeEntry(
  { value, length, lifetimeMs, staleWhileRevalidateMs, staleIfErrorMs, isPrivate, cacheControl, ageMs }: Entry,
  since: number,
  { epoch, generation = '' }: Moment,
  slots: readonly number[],
): Buffer | undefined {
  const facts = [
    since,
    lifetimeMs,
    staleWhileRevalidateMs,
    staleIfErrorMs,
    isPrivate,
    cacheControl,
    ageMs,
    length,
    value,
  ];
  const text = Buffer.from(JSON.stringify(facts));
  if (text.length > MAX_LENGTH) return undefined;
  const isCompressed = text.length >= MIN_COMPRESSED_LENGTH;
  const head = Buffer.alloc(GENERATION_LENGTH + 8 + 4 * slots.length + 1);
  head.write(generation, 'latin1');
  head.writeUIntBE(epoch, GENERATION_LENGTH, 6);
  head.writeUInt16BE(slots.length, GENERATION_LENGTH + 6);
  slots.forEach((slot, index) => void head.writeUInt32BE(slot, GENERATION_LENGTH + 8 + 4 * index));
  head[head.length - 1] = isCompressed ? COMPRESSED : PLAIN;
  return Buffer.concat([head, isCompressed ? deflateRawSync(text, { level: 1 }) : text]);
}

/**
 * Returns an entry from its text, as the script that looks it up gives it. Undefined if it can't be read.
 *
 * @param toLocal converts its beginning to the clock of this process
 */
export function decodeEntry(stored: Buffer, toLocal: (ms: number) => number): Entry | undefined {
  try {
    const body = stored.subarray(1);
    const text = stored[0] === COMPRESSED ? inflateRawSync(body, { maxOutputLength: MAX_LENGTH }) : body;
    const facts = JSON.parse(text.toString());
    const [since, lifetimeMs, staleWhileRevalidateMs, staleIfErrorMs, isPrivate, cacheControl, ageMs, length, value] =
      facts;
    const freshness = { lifetimeMs, staleWhileRevalidateMs, staleIfErrorMs, isPrivate, cacheControl, ageMs };
    return { ...freshness, value, length, since: toLocal(since) };
  } catch {
    return undefined; // somebody else wrote it
  }
}
