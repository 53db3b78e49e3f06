import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Position of selections in an operation. */
export interface Place {
  /** Types that an object here may have. */
  readonly types: readonly GraphQLObjectType[];
  readonly path: readonly string[];
  /** Selections above it that have a `@skip` or `@include`. */
  readonly guards: readonly SelectionNode[];
}

/** Returns the named type of a field, in a list. */
export function resultOf(type: GraphQLObjectType, field: string): GraphQLNamedType[] {
  const definition = type.getFields()[field];
  return definition ? [getNamedType(definition.type)] : [];
}

/** Returns true if fields are selected on any object, and not only on some type. */
export function hasFields({ selections }: SelectionSetNode): boolean {
  return selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value !== '__typename';
    return selection.kind === Kind.INLINE_FRAGMENT && !selection.typeCondition && hasFields(selection.selectionSet);
  });
}

/** Returns the position of a field's own selections. */
export function below({ path, guards }: Place, field: FieldNode): Pick<Place, 'path' | 'guards'> {
  return { path: [...path, field.alias?.value ?? field.name.value], guards: guarded({ guards }, field) };
}

/** Returns the guards of a selection, itself included. */
export function guarded({ guards }: Pick<Place, 'guards'>, selection: SelectionNode): readonly SelectionNode[] {
  return selection.directives?.length ? [...guards, selection] : guards;
}

/** Returns the fragment with these selections, or nothing if there are none. */
export function asFragment(fragment: InlineFragmentNode, selections: readonly SelectionNode[]): SelectionNode[] {
  return selections.length === 0
    ? []
    : [{ ...fragment, selectionSet: { ...fragment.selectionSet, selections: [...selections] } }];
}
