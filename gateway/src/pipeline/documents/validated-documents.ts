import { createHash } from 'node:crypto';
import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server';
import { KnownOperationTypesRule } from '@lockstep/runtime/graphql/known-operation-types.ts';
import {
  type DocumentNode,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';

type DocumentStore = NonNullable<ApolloServerOptionsWithGateway<BaseContext>['documentStore']>;

/** Rules beside the specification's that Apollo Server validates documents by here. */
export const FURTHER_RULES: readonly ValidationRule[] = [KnownOperationTypesRule];

/** Bound on the text of all documents that are kept. A document takes some thirty times as many bytes. */
const MAX_CHARACTERS = 1_000_000;

/**
 * Documents that are valid. Apollo Server takes them from here by their hash, and neither parses nor validates them.
 */
export class ValidatedDocuments implements DocumentStore {
  readonly #schema: GraphQLSchema;
  readonly #rules: readonly ValidationRule[];
  readonly #documents = new LRUCache<string, DocumentNode>({ maxSize: MAX_CHARACTERS });

  /** @param introspection if clients may introspect the schema */
  constructor(schema: GraphQLSchema, introspection: boolean) {
    this.#schema = schema;
    this.#rules = [...specifiedRules, ...FURTHER_RULES, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  }

  /** Keeps a document if it is valid. Any other is left to Apollo Server, which parses it once more to say why it isn't. */
  add(text: string, document: DocumentNode): void {
    const [mistake] = validate(this.#schema, document, this.#rules, { maxErrors: 0 }); // stops at the first
    if (!mistake) this.#keep(createHash('sha256').update(text).digest('hex'), document);
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#documents.get(hashIn(key));
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.#keep(hashIn(key), document);
  }

  async delete(key: string): Promise<boolean> {
    return this.#documents.delete(hashIn(key));
  }

  #keep(hash: string, document: DocumentNode): void {
    this.#documents.set(hash, document, { size: (document.loc?.end ?? 0) + 1 });
  }
}

/** Returns the document's hash from Apollo Server's key, in which that of the only schema precedes it. */
function hashIn(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}
