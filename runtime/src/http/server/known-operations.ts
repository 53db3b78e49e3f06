import { LRUCache } from 'lru-cache';

/**
 * What is known of operations that Apollo Server has let through, by their documents' texts and the names that they were
 * asked for by. Only of those that their documents have: clients can make up any number of other names.
 */
export class KnownOperations<Known extends object> {
  readonly #documents: LRUCache<string, Map<string | undefined, Known>>;

  /** @param maxCharacters of all documents together */
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
