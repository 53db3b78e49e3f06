import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import { ByteCache } from '@lockstep/runtime/caching/byte-cache.ts';
import { shareOfHeap, textBytes } from '@lockstep/runtime/caching/heap-bytes.ts';
import type { Logger } from '@lockstep/runtime/logging.ts';
import type { ApqSettings } from '../../configuration/sections/persisted-queries.ts';
import { SharedDocuments } from './shared-documents.ts';

type PersistedQueries = Exclude<ApolloServerOptionsWithGateway<BaseContext>['persistedQueries'], false | undefined>;
type DocumentTexts = NonNullable<PersistedQueries['cache']>;

/** Bound of the documents that clients have registered by their hashes. */
const MAX_BYTES = shareOfHeap(1 / 128);

/**
 * Texts of documents that clients registered: automatic persisted queries. Apollo Server's own store counts neither the keys
 * nor its own tables (5.5.1), which take most of the memory of short documents.
 */
export class RegisteredDocuments implements DocumentTexts {
  readonly #texts = new ByteCache<string>(MAX_BYTES);
  readonly #shared: SharedDocuments | undefined;

  private constructor(shared: SharedDocuments | undefined) {
    this.#shared = shared;
  }

  /**
   * Opens the store; undefined if clients may not register documents.
   *
   * @param admits see {@link SharedDocuments.open}
   */
  static async open(
    { enabled, redis }: ApqSettings,
    logger: Logger,
    admits: (text: string) => boolean,
  ): Promise<RegisteredDocuments | undefined> {
    if (!enabled) return undefined;
    return new RegisteredDocuments(redis && (await SharedDocuments.open(redis, logger, admits)));
  }

  close(): void {
    this.#shared?.close();
  }

  async get(key: string): Promise<string | undefined> {
    const known = this.#texts.get(key);
    if (known !== undefined || !this.#shared) return known;
    const found = await this.#shared.find(hashIn(key));
    if (found !== undefined) this.#texts.set(key, found, textBytes(found));
    return found;
  }

  async set(key: string, text: string): Promise<void> {
    this.#texts.set(key, text, textBytes(text));
    void this.#shared?.add(hashIn(key), text);
  }

  async delete(key: string): Promise<boolean> {
    return this.#texts.delete(key);
  }
}

/** Returns the hash in a key of Apollo Server, which is `apq:` and the hash. */
function hashIn(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}
