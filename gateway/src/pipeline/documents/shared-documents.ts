import { createHash } from 'node:crypto';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { SharedDocumentSettings } from '../../configuration/sections/persisted-queries.ts';
import type { RedisLink } from '../../redis/redis-link.ts';

/** Bytes of the longest document that is shared; a longer one is registered with each process. */
const MAX_BYTES = 256 * 1024;

const SHA_256 = /^[0-9a-f]{64}$/;

const LOG = {
  up: 'documents that clients register are known to all gateways',
  down: 'Redis does not answer: documents that clients register are known to this process only',
};

/** Returns true if this gateway runs a document. */
type Admits = (text: string) => boolean;

/**
 * Documents that clients registered with any gateway, in Redis. While that is slow or lost, none is found there, and clients register
 * theirs with each process.
 */
export class SharedDocuments {
  readonly #link: RedisLink;
  readonly #settings: SharedDocumentSettings;
  readonly #admits: Admits;

  private constructor(link: RedisLink, settings: SharedDocumentSettings, admits: Admits) {
    this.#link = link;
    this.#settings = settings;
    this.#admits = admits;
  }

  /**
   * Loads the client of Redis.
   *
   * @param admits decides on each document that is found: one that it refuses counts as unknown, so that its client sends it and is
   * told why
   */
  static async open(settings: SharedDocumentSettings, logger: Logger, admits: Admits): Promise<SharedDocuments> {
    const { RedisLink } = await import('../../redis/redis-link.ts');
    const { url, timeoutMs } = settings;
    const link = new RedisLink({ url, timeoutMs, use: 'apq', log: LOG }, logger);
    return new SharedDocuments(link, settings, admits);
  }

  /** Resolves with the document of a hash. It is kept for another lifetime. */
  async find(hash: string): Promise<string | undefined> {
    if (!SHA_256.test(hash)) return undefined;
    const found = await this.#link.run(['GETEX', this.#keyOf(hash), 'PX', String(this.#settings.ttlMs)]);
    if (!Buffer.isBuffer(found) || found.length > MAX_BYTES) return undefined;
    if (createHash('sha256').update(found).digest('hex') !== hash) return undefined; // somebody else wrote it
    const text = found.toString();
    return this.#admits(text) ? text : undefined;
  }

  async add(hash: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    if (!SHA_256.test(hash) || bytes.length > MAX_BYTES) return;
    await this.#link.run(['SET', this.#keyOf(hash), bytes, 'PX', String(this.#settings.ttlMs)]);
  }

  close(): void {
    this.#link.close();
  }

  #keyOf(hash: string): string {
    return `${this.#settings.namespace}:apq:${hash}`;
  }
}
