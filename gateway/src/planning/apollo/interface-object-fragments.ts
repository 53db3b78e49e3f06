import {
  type DocumentNode,
  type FragmentSpreadNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  isInterfaceType,
  Kind,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { isFieldedType, isTrue } from './join-directives.ts';

/** Returns the interfaces that are an `@interfaceObject` in some subgraph. */
export function interfaceObjectsOf(supergraph: DocumentNode): Set<string> {
  const interfaces = supergraph.definitions
    .filter(isFieldedType)
    .filter(({ directives = [] }) =>
      directives.some((directive) => directive.name.value === 'join__type' && isTrue(directive, 'isInterfaceObject')),
    );
  return new Set(interfaces.map(({ name }) => name.value));
}

/**
 * Puts each fragment on a union or another interface, below an interface that is an `@interfaceObject` somewhere, into
 * fragments on the object types that both have. @apollo/query-planner 2.14.4 fails for such a fragment on an object whose
 * subgraph doesn't know its type: "We should have an edge from Node(b) for __typename", as in
 * https://github.com/apollographql/router/issues/8127. Not done for every operation, because there can be many types.
 *
 * @param document validated against `schema`
 * @returns the same document if it has no such fragment
 */
export function expandFragments(
  document: DocumentNode,
  schema: GraphQLSchema,
  interfaceObjects: ReadonlySet<string>,
): DocumentNode {
  const types = new TypeInfo(schema);
  const conditions = new Map<string, string>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) conditions.set(node.name.value, node.typeCondition.name.value);
  }
  const expanded = (selection: SelectionNode): readonly SelectionNode[] => {
    const parent = types.getParentType();
    if (selection.kind === Kind.FIELD || !isInterfaceType(parent) || !interfaceObjects.has(parent.name))
      return [selection];
    const condition = schema.getType(conditionOf(selection, conditions) ?? parent.name);
    if (!isAbstractType(condition) || condition === parent) return [selection];
    const possible = schema.getPossibleTypes(parent).filter((type) => schema.isSubType(condition, type));
    return possible.map(({ name }) => fragmentOn(name, selection));
  };
  const visitor = visitWithTypeInfo(types, {
    SelectionSet: (selectionSet) => {
      const selections = selectionSet.selections.flatMap(expanded);
      return selections.every((selection, index) => selection === selectionSet.selections[index])
        ? undefined
        : { ...selectionSet, selections };
    },
  });
  return visit(document, visitor);
}

function conditionOf(
  selection: InlineFragmentNode | FragmentSpreadNode,
  conditions: ReadonlyMap<string, string>,
): string | undefined {
  return selection.kind === Kind.INLINE_FRAGMENT
    ? selection.typeCondition?.name.value
    : conditions.get(selection.name.value);
}

function fragmentOn(typeName: string, selection: SelectionNode): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } },
    selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
  };
}
