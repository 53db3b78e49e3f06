import type { DocumentNode } from 'graphql';

/** An operation that a client sent. */
export interface ClientOperation {
  /** Validated against the supergraph's API schema. */
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** The document's hash. */
  readonly queryHash: string;
  /** The document's text. */
  readonly source: string;
}
