import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type InlineFragmentNode,
  isListType,
  isNonNullType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Directives of the fragments and fields around a selection, outermost first. */
export type Conditions = readonly (readonly DirectiveNode[])[];

export const TYPE_NAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Adds the directives of a selection to those around it. */
export function withDirectives(conditions: Conditions, { directives = [] }: SelectionNode): Conditions {
  return directives.length > 0 ? [...conditions, directives] : conditions;
}

/** Puts selections under the directives that were around them. */
export function wrap(selections: readonly SelectionNode[], conditions: Conditions): readonly SelectionNode[] {
  return conditions.reduceRight<readonly SelectionNode[]>(
    (below, directives): InlineFragmentNode[] => [
      { kind: Kind.INLINE_FRAGMENT, directives, selectionSet: setOf(below) },
    ],
    selections,
  );
}

export function fragmentOn(typeName: string, selections: readonly SelectionNode[]): InlineFragmentNode {
  const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } } as const;
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: setOf(selections) };
}

/** Returns a selection set of at least the type's name: an empty one would be no GraphQL. */
export function setOf(selections: readonly SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections: selections.length > 0 ? selections : [TYPE_NAME] };
}

/** Returns an `@` for each level of lists, as the paths of plans have it. */
export function listLevels(type: GraphQLOutputType): string[] {
  if (isNonNullType(type)) return listLevels(type.ofType);
  return isListType(type) ? ['@', ...listLevels(type.ofType)] : [];
}

/** Returns the type of a field, if the type around it has fields. */
export function typeOf({ name }: FieldNode, parent: GraphQLCompositeType): GraphQLOutputType | undefined {
  return isUnionType(parent) ? undefined : parent.getFields()[name.value]?.type;
}

/** Returns the name of the type that a selection is on. */
export function conditionOf(selection: SelectionNode, parentName: string): string {
  const condition = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition : undefined;
  return condition?.name.value ?? parentName;
}
