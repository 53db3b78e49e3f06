import type { Logger } from '@lockstep/runtime/logging.ts';
import { RefusedRequestError } from '@lockstep/runtime/refused-request-error.ts';
import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, print, type SelectionSetNode } from 'graphql';
import type { PersistedQueriesSettings } from '../../configuration/sections/persisted-queries.ts';
import type { PersistedId } from './persisted-id.ts';

interface PersistedOperationsParts {
  /** True if clients may introspect the schema: then a safelist doesn't stop them. */
  readonly introspection: boolean;
  readonly logger: Logger;
}

/** The operations of the manifests: which document an id stands for, and which documents may be sent. */
export class PersistedOperations {
  readonly #settings: PersistedQueriesSettings;
  readonly #parts: PersistedOperationsParts;
  readonly #bodies: ReadonlyMap<string, string>;
  readonly #safe: ReadonlySet<string>;

  constructor(settings: PersistedQueriesSettings, parts: PersistedOperationsParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#bodies = new Map(settings.operations.map(({ id, body }) => [id, body]));
    this.#safe = new Set(settings.operations.map(({ body }) => normalized(parse(body))));
  }

  /**
   * Returns the document that an id stands for.
   *
   * @returns undefined if it could be one that a client registered
   * @throws {RefusedRequestError} if there is none
   */
  documentOf({ id, isHash }: PersistedId): string | undefined {
    const body = this.#bodies.get(id);
    if (body !== undefined || (isHash && !this.#settings.safelist?.requireId)) return body;
    if (this.#settings.logUnknown) this.#parts.logger.warn({ id }, 'an unknown operation was asked for by id');
    const message = `No manifest has an operation with the id ${JSON.stringify(id)}.`;
    throw this.#settings.safelist ? forbidden(message) : new RefusedRequestError(400, 'BAD_USER_INPUT', message);
  }

  /** @throws {RefusedRequestError} if only ids are accepted, and no document, known or not */
  checkIdRequired(text: string): void {
    if (!this.#settings.safelist?.requireId) return;
    this.#log(text);
    throw forbidden('Only operations of the manifests are run here, and each has to be asked for by its id.');
  }

  /**
   * @param document undefined if the text can't be parsed
   * @throws {RefusedRequestError} if only known operations are run, and it isn't one
   */
  checkKnown(text: string, document: DocumentNode | undefined): void {
    if (document && this.#safe.has(normalized(document))) return;
    if (document && this.#parts.introspection && asksForSchemaOnly(document)) return;
    this.#log(text);
    if (this.#settings.safelist) throw forbidden('Only operations of the manifests are run here, and this is none.');
  }

  #log(operation: string): void {
    if (this.#settings.logUnknown) this.#parts.logger.warn({ operation }, 'an unknown operation was sent');
  }
}

function forbidden(message: string): RefusedRequestError {
  return new RefusedRequestError(403, 'FORBIDDEN', message, {}, { rule: 'persisted_queries.safelist' });
}

/** Returns a document's text independent of layout, comments, and the order of operations and fragments. */
function normalized({ definitions }: DocumentNode): string {
  return definitions.map(print).sort().join('\n');
}

const SCHEMA_FIELDS = new Set(['__schema', '__type', '__typename']);

function asksForSchemaOnly({ definitions }: DocumentNode): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const seen = new Set<string>();
  const isSchemaOnly = ({ selections }: SelectionSetNode): boolean =>
    selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return SCHEMA_FIELDS.has(selection.name.value);
      if (selection.kind === Kind.INLINE_FRAGMENT) return isSchemaOnly(selection.selectionSet);
      const { value: name } = selection.name;
      if (seen.has(name)) return true;
      seen.add(name);
      const fragment = fragments.get(name);
      return fragment !== undefined && isSchemaOnly(fragment.selectionSet);
    });
  return definitions.every((node) => node.kind !== Kind.OPERATION_DEFINITION || isSchemaOnly(node.selectionSet));
}
