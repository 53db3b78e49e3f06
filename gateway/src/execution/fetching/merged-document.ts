import { Kind, type NameNode, type OperationDefinitionNode, print, stripIgnoredCharacters, visit } from 'graphql';
import { parseFetchOperation } from '../../planning/plan/fetch-documents.ts';
import { type FetchConstants, fetchConstants, type MergedDocument } from './fetch-request.ts';

/** Time for which a document isn't sent after an answer to it could not be used. */
const PAUSE_MS = 10_000;

/** Bytes of a document, beside its texts. */
const DOCUMENT_BYTES = 1000;

/** Document with the selections of several entity fetches. */
export class CompiledDocument implements MergedDocument {
  readonly constants: FetchConstants;
  /** Bytes that it takes. */
  readonly bytes: number;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(constants: FetchConstants) {
    this.constants = constants;
    this.bytes = DOCUMENT_BYTES + 6 * constants.query.length;
  }

  get isPaused(): boolean {
    return performance.now() < this.#pausedUntil;
  }

  pause(): void {
    this.#pausedUntil = performance.now() + PAUSE_MS;
  }
}

/** Returns the alias of the `_entities` field of the fetch at an index. */
export function aliasOf(index: number): string {
  return `_e${index}`;
}

/** Returns the name in a merged document of a variable of the fetch at an index. No two fetches have a variable in common. */
export function variableOf(name: string, index: number): string {
  return `${name}_${index}`;
}

/** @param fetches entity fetches to one subgraph, of one plan: all have the directives of the client's operation */
export function compileMergedDocument(fetches: readonly FetchConstants[]): CompiledDocument {
  const operations = fetches.map(({ query }, index) => renamed(parseFetchOperation(query), index));
  const [first] = fetches;
  const [operation] = operations;
  if (!first || !operation) throw new Error('a merged document of no fetch');
  const { subgraph: serviceName, operationName } = first;
  const merged: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: operations.flatMap(({ variableDefinitions = [] }) => variableDefinitions),
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: operations.flatMap(({ selectionSet }) => selectionSet.selections),
    },
  };
  const text = stripIgnoredCharacters(print(merged));
  return new CompiledDocument(fetchConstants({ serviceName, operation: text, operationName }, 'query'));
}

/** Returns an operation with other names for its variables, and an alias for its root field. */
function renamed(operation: OperationDefinitionNode, index: number): OperationDefinitionNode {
  const alias = nameOf(aliasOf(index));
  const { selectionSet, ...others }: OperationDefinitionNode = visit(operation, {
    Variable: (variable) => ({ ...variable, name: nameOf(variableOf(variable.name.value, index)) }),
  });
  const selections = selectionSet.selections.map((field) => ({ ...field, alias }));
  return { ...others, selectionSet: { ...selectionSet, selections } };
}

function nameOf(value: string): NameNode {
  return { kind: Kind.NAME, value };
}

/** Returns true if the operation has one root field, `_entities`, which an alias can rename. */
export function isMergeable({ selectionSet }: OperationDefinitionNode): boolean {
  const [field, ...others] = selectionSet.selections;
  return field?.kind === Kind.FIELD && field.name.value === '_entities' && others.length === 0;
}
