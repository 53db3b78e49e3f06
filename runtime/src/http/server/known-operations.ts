import { LRUCache } from 'lru-cache';

/**
 * Data about operations that Apollo Server has accepted, by document text and operation name. Store only names that the
 * document has, because clients can make up any number of others.
 */
export class KnownOperations<Known extends object> {
  readonly #documents: LRUCache<string, Map<string | undefined, Known>>;

  /** @param maxCharacters maximum length of all documents together */
  constructor(maxCharacters: number) {
    this.#documents = new LRUCache({ maxSize: maxCharacters });
  }

  get(source: string, operationName: string | undefined): Known | undefined {
    return this.#documents.get(source)?.get(operationName);
  }

  set(source: string, operationName: string | undefined, known: Known): void {
    const operations = this.#documents.get(source) ?? new Map();
    operations.set(operationName, known);
    this.#documents.set(source, operations, { size: source.length + 1 });
  }
}
