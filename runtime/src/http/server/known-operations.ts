import { ByteCache } from '../../caching/byte-cache.ts';
import { HeldBytes } from '../../caching/held-bytes.ts';

interface KnownDocument<Known> {
  readonly operations: Map<string | undefined, Known>;
  readonly held: HeldBytes;
}

/**
 * Data about operations that Apollo Server has accepted, by document text and operation name. Store only names that the
 * document has, because clients can make up any number of others.
 */
export class KnownOperations<Known extends object> {
  readonly #documents: ByteCache<KnownDocument<Known>>;

  /** @param maxBytes bound of all that is kept */
  constructor(maxBytes: number) {
    this.#documents = new ByteCache(maxBytes);
  }

  get(source: string, operationName: string | undefined): Known | undefined {
    return this.#documents.get(source)?.operations.get(operationName);
  }

  /** @param held bytes that the data hold, the document included */
  set(source: string, operationName: string | undefined, known: Known, held: HeldBytes): void {
    const document = this.#documents.get(source) ?? { operations: new Map(), held: new HeldBytes() };
    if (document.operations.has(operationName)) return;
    document.operations.set(operationName, known);
    document.held.add(held.bytes);
    held.onChange = (bytes) => document.held.add(bytes);
    this.#documents.set(source, document, document.held);
  }
}
