import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql';

/** Returns the value of an introspection field, for the variables as the client sent them. */
export type Introspect = (variables: Readonly<Record<string, unknown>>) => unknown;

const KEY = 'introspection';

/**
 * Compiles an introspection field, which graphql-js executes on the API schema each time: a short document can have a result
 * of megabytes, which a cache must not keep.
 *
 * @param selections all selections of the field under its response key
 */
export function compileIntrospection(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  selections: readonly FieldNode[],
): Introspect {
  const fields = selections.map(
    (field): FieldNode => ({ ...field, alias: { kind: Kind.NAME, value: KEY }, directives: [] }),
  );
  const document = introspectionDocument(operation, fragments, fields);
  return (variables) => {
    const { data, errors } = executeSync({ schema, document, rootValue: {}, variableValues: variables });
    if (!data || errors?.[0]) throw errors?.[0] ?? new Error('the introspection gave no data');
    return data[KEY];
  };
}

function introspectionDocument(
  { variableDefinitions }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  fields: readonly FieldNode[],
): DocumentNode {
  const names = new Set<string>();
  const used = new Set<FragmentDefinitionNode>();
  const noteUses = (node: FieldNode | FragmentDefinitionNode): void => {
    visit(node, {
      Variable: ({ name }) => void names.add(name.value),
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(fragment)) return;
        used.add(fragment);
        noteUses(fragment);
      },
    });
  };
  fields.forEach(noteUses);
  const operation: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    variableDefinitions: (variableDefinitions ?? []).filter(({ variable }) => names.has(variable.name.value)),
    selectionSet: { kind: Kind.SELECTION_SET, selections: fields },
  };
  return { kind: Kind.DOCUMENT, definitions: [operation, ...used] };
}
