import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { ByteCache } from '../caching/byte-cache.ts';
import { documentBytes, shareOfHeap } from '../caching/heap-bytes.ts';

type ApolloDocumentStore = NonNullable<ApolloServerOptionsWithGateway<BaseContext>['documentStore']>;

/** Bound of the documents that are kept. */
const MAX_BYTES = shareOfHeap(1 / 64);

/**
 * Valid documents by their hash, which Apollo Server neither parses nor validates again. Its own store takes a document for as
 * long as its JSON, a third of what it holds (5.5.1).
 */
export class DocumentStore implements ApolloDocumentStore {
  readonly #documents: ByteCache<DocumentNode>;

  constructor(maxBytes = MAX_BYTES) {
    this.#documents = new ByteCache(maxBytes);
  }

  /** Keeps a document by the hash of its text. */
  keep(hash: string, document: DocumentNode): void {
    this.#documents.set(hash, document, documentBytes(document));
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#documents.get(hashIn(key));
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.keep(hashIn(key), document);
  }

  async delete(key: string): Promise<boolean> {
    return this.#documents.delete(hashIn(key));
  }
}

/** Returns the document's hash from Apollo Server's key, in which that of the only schema precedes it. */
function hashIn(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}
