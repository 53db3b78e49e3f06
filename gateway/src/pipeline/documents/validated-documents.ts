import { createHash } from 'node:crypto';
import { DocumentStore } from '@lockstep/runtime/graphql/document-store.ts';
import { KnownOperationTypesRule } from '@lockstep/runtime/graphql/known-operation-types.ts';
import {
  type DocumentNode,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { refuseUnsupportedDocument } from './unsupported-document.ts';

/** Rules beside the specification's that Apollo Server validates documents by here. */
export const FURTHER_RULES: readonly ValidationRule[] = [KnownOperationTypesRule];

/**
 * Documents that are valid. Apollo Server takes them from here by their hash, and neither parses nor validates them.
 */
export class ValidatedDocuments extends DocumentStore {
  readonly #schema: GraphQLSchema;
  readonly #rules: readonly ValidationRule[];

  /** @param introspection if clients may introspect the schema */
  constructor(schema: GraphQLSchema, introspection: boolean) {
    super();
    this.#schema = schema;
    this.#rules = [...specifiedRules, ...FURTHER_RULES, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  }

  /**
   * Keeps a document if it is valid. Any other is left to Apollo Server, which parses it once more to say why it isn't.
   *
   * @throws {RefusedRequestError} if it isn't because it asks for what isn't supported
   */
  add(text: string, document: DocumentNode): void {
    const [mistake] = validate(this.#schema, document, this.#rules, { maxErrors: 0 }); // stops at the first
    if (mistake) refuseUnsupportedDocument(document, this.#schema);
    else this.keep(createHash('sha256').update(text).digest('hex'), document);
  }
}
