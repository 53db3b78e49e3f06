import { Kind, type OperationDefinitionNode, parse, print, type SelectionNode, type SelectionSetNode } from 'graphql';
import type { Document, Operation, Selection, Variable } from './document.ts';

/** Returns an operation as a tree. Directives other than conditions are kept as they are. */
export function parseDocument({ query, variables = {} }: Operation): Document {
  const { definitions } = parse(query);
  const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return {
    operations: operations.map(({ operation, selectionSet }) => ({
      type: operation === 'mutation' ? 'mutation' : 'query',
      selections: selectionsOf(selectionSet),
    })),
    fragments: definitions
      .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
      .map(({ name, typeCondition, selectionSet }) => ({
        name: name.value,
        on: typeCondition.name.value,
        selections: selectionsOf(selectionSet),
      })),
    variables: Object.fromEntries(operations.flatMap((operation) => variablesOf(operation, variables))),
    padding: '',
  };
}

function variablesOf({ variableDefinitions = [] }: OperationDefinitionNode, values: Record<string, unknown>) {
  return variableDefinitions.map(({ variable, type, defaultValue }): [string, Variable] => {
    const name = variable.name.value;
    return [name, { type: print(type), defaultValue: defaultValue && print(defaultValue), value: values[name] }];
  });
}

function selectionsOf({ selections }: SelectionSetNode): Selection[] {
  return selections.map(selectionOf);
}

function selectionOf(node: SelectionNode): Selection {
  const conditions = (node.directives ?? []).map((directive) => print(directive));
  if (node.kind === Kind.FRAGMENT_SPREAD) return { kind: 'spread', name: node.name.value, conditions };
  if (node.kind === Kind.INLINE_FRAGMENT) {
    return {
      kind: 'inline',
      on: node.typeCondition?.name.value,
      conditions,
      selections: selectionsOf(node.selectionSet),
    };
  }
  return {
    kind: 'field',
    alias: node.alias?.value,
    name: node.name.value,
    args: Object.fromEntries((node.arguments ?? []).map(({ name, value }) => [name.value, print(value)])),
    conditions,
    selections: node.selectionSet && selectionsOf(node.selectionSet),
  };
}
