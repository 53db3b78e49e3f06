import type { ExpectedError } from '@lockstep/runtime/graphql/errors.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { type GraphQLFormattedError, Kind, parse, type SelectionSetNode } from 'graphql';

/**
 * Returns an answer in place of a failed call: null for each root field or entity, and the error at each of their paths.
 *
 * @param query the fetch's own operation: root fields, or `_entities` for the variable `representations`
 */
export function failedAnswer(
  query: string,
  variables: Record<string, unknown> | undefined,
  error: ExpectedError,
): GraphQLAnswer {
  const at = (path: (string | number)[]): GraphQLFormattedError => ({ ...error.toJSON(), path });
  const representations = variables?.representations;
  if (Array.isArray(representations)) {
    const errors = representations.map((_, index) => at(['_entities', index]));
    return { data: { _entities: representations.map(() => null) }, errors };
  }
  const keys = rootKeys(query);
  return { data: Object.fromEntries(keys.map((key) => [key, null])), errors: keys.map((key) => at([key])) };
}

/** Returns the response keys of an operation's root fields. */
function rootKeys(query: string): string[] {
  const document = parse(query, { noLocation: true });
  const fragments = new Map<string, SelectionSetNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node.selectionSet);
  }
  const keysOf = (selectionSet: SelectionSetNode | undefined): string[] =>
    (selectionSet?.selections ?? []).flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection.alias?.value ?? selection.name.value];
      if (selection.kind === Kind.INLINE_FRAGMENT) return keysOf(selection.selectionSet);
      return keysOf(fragments.get(selection.name.value));
    });
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return [...new Set(keysOf(operation?.selectionSet))];
}
