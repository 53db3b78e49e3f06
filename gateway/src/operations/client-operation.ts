import type { DocumentNode } from 'graphql';

/** An operation that a client sent. */
export interface ClientOperation {
  /** Validated against the supergraph's API schema. */
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** Hash of the document. */
  readonly queryHash: string;
  /** Text of the document. */
  readonly source: string;
}

/** Returns a key that only equal operations have. */
export function keyOf({ queryHash, operationName }: ClientOperation): string {
  return `${queryHash} ${operationName ?? ''}`;
}
