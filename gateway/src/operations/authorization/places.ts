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

/** Where selections of an operation stand. */
export interface Place {
  /** The types that an object here may have. */
  readonly types: readonly GraphQLObjectType[];
  readonly path: readonly string[];
  /** The selections above it that have a `@skip` or `@include`. */
  readonly guards: readonly SelectionNode[];
}

/** What a field of a type gives. */
export function resultOf(type: GraphQLObjectType, field: string): GraphQLNamedType[] {
  const definition = type.getFields()[field];
  return definition ? [getNamedType(definition.type)] : [];
}

/** Whether fields are asked for of whatever object there is, and not only of some type. */
export function hasFields({ selections }: SelectionSetNode): boolean {
  return selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value !== '__typename';
    return selection.kind === Kind.INLINE_FRAGMENT && !selection.typeCondition && hasFields(selection.selectionSet);
  });
}

/** Where a field's own selections stand. */
export function below({ path, guards }: Place, field: FieldNode): Pick<Place, 'path' | 'guards'> {
  return { path: [...path, field.alias?.value ?? field.name.value], guards: guarded({ guards }, field) };
}

/** The selections that decide whether one is excluded. */
export function guarded({ guards }: Pick<Place, 'guards'>, selection: SelectionNode): readonly SelectionNode[] {
  return selection.directives?.length ? [...guards, selection] : guards;
}

/** The fragment with these selections; none where it has none. */
export function asFragment(fragment: InlineFragmentNode, selections: readonly SelectionNode[]): SelectionNode[] {
  return selections.length === 0
    ? []
    : [{ ...fragment, selectionSet: { ...fragment.selectionSet, selections: [...selections] } }];
}
