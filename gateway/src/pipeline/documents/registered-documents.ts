import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import { ByteCache } from '@lockstep/runtime/caching/byte-cache.ts';
import { shareOfHeap, textBytes } from '@lockstep/runtime/caching/heap-bytes.ts';

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

  async get(key: string): Promise<string | undefined> {
    return this.#texts.get(key);
  }

  async set(key: string, text: string): Promise<void> {
    this.#texts.set(key, text, textBytes(text));
  }

  async delete(key: string): Promise<boolean> {
    return this.#texts.delete(key);
  }
}
