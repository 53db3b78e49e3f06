import type { OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ClientOperation } from '../execution/operations.ts';

/** An operation that Apollo Server has let through. */
export interface KnownOperation extends ClientOperation {
  readonly kind: OperationTypeNode;
  readonly name: string | undefined;
}

const MAX_DOCUMENTS = 2000;
const MAX_CHARACTERS = 2_000_000;

/** The operations that one Apollo Server has let through, by their documents' texts and the names that they were asked for by. */
export class KnownOperations {
  readonly #documents = new LRUCache<string, Map<string | undefined, KnownOperation>>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_CHARACTERS,
  });

  get(source: string, operationName: string | undefined): KnownOperation | undefined {
    return this.#documents.get(source)?.get(operationName);
  }

  add(operation: KnownOperation): void {
    const { source, operationName } = operation;
    const operations = this.#documents.get(source) ?? new Map();
    operations.set(operationName, operation);
    this.#documents.set(source, operations, { size: source.length + 1 });
  }
}
