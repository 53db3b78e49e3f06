import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { constantCondition, isCondition, isNeverIncluded } from '../plan/constant-conditions.ts';
import { conditionApplies, objectTypesOf } from '../plan/type-conditions.ts';

/**
 * Rewrites an operation so that @apollo/query-planner 2.14.4 neither drops nor adds anything:
 * - constant conditions are resolved: the planner loses the place of an `@include(if: false)` and fetches what is below it
 *   (https://github.com/apollographql/federation/issues/2712 was one such case);
 * - an object that may be left without a field gets its `__typename`: the planner drops it, and it would be null (see
 *   https://github.com/apollographql/federation/issues/1791 for why it must be an empty object).
 *
 * plannable-selections.test.ts reproduces both.
 *
 * @param document validated against `schema`
 */
export function plannableSelections(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  return keepEmptyObjects(resolveConstantConditions(document), schema);
}

type Selection = FieldNode | InlineFragmentNode | FragmentSpreadNode;

function resolveConstantConditions(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field: withoutConstants,
    InlineFragment: withoutConstants,
    FragmentSpread: withoutConstants,
    SelectionSet: { leave: (set) => (set.selections.length === 0 ? withTypeName(set) : undefined) },
  });
}

/** @returns null for a selection that is never included, and undefined if nothing changes */
function withoutConstants<T extends Selection>(selection: T): T | null | undefined {
  const constants = (selection.directives ?? []).filter((directive) => constantCondition(directive) !== undefined);
  if (constants.length === 0) return undefined;
  if (isNeverIncluded(selection)) return null;
  return { ...selection, directives: selection.directives?.filter((directive) => !constants.includes(directive)) };
}

function keepEmptyObjects(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const types = new TypeInfo(schema);
  const selected = new AlwaysSelected(document, schema);
  const visitor = visitWithTypeInfo(types, {
    Field: (field) => {
      const { selectionSet } = field;
      if (!selectionSet) return undefined;
      const possible = objectTypesOf(schema, getNamedType(types.getType()));
      const isKept = possible.some((objectType) => selected.isSomething(selectionSet, objectType));
      if (isKept || possible.length === 0) return undefined;
      return { ...field, selectionSet: withTypeName(selectionSet) };
    },
  });
  return visit(document, visitor);
}

function withTypeName(selectionSet: SelectionSetNode): SelectionSetNode {
  const typeName: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  return { ...selectionSet, selections: [...selectionSet.selections, typeName] };
}

/** Selections of an operation that are included whatever its variables are. */
class AlwaysSelected {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** Results by fragment and object type: nested fragments are visited once, however many ways lead to them. */
  readonly #known = new Map<string, boolean>();

  constructor(document: DocumentNode, schema: GraphQLSchema) {
    this.#schema = schema;
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
    }
  }

  /** Returns true if some field is selected on an object of this type. */
  isSomething({ selections }: SelectionSetNode, type: GraphQLObjectType): boolean {
    return selections.some((selection) => !selection.directives?.some(isCondition) && this.#isField(selection, type));
  }

  #isField(selection: SelectionNode, type: GraphQLObjectType): boolean {
    if (selection.kind === Kind.FIELD) return true;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return this.#applies(selection.typeCondition?.name.value, type) && this.isSomething(selection.selectionSet, type);
    }
    const key = `${selection.name.value}:${type.name}`;
    const known = this.#known.get(key) ?? this.#isInFragment(selection.name.value, type);
    this.#known.set(key, known);
    return known;
  }

  #isInFragment(name: string, type: GraphQLObjectType): boolean {
    const fragment = this.#fragments.get(name);
    if (!fragment || !this.#applies(fragment.typeCondition.name.value, type)) return false;
    return this.isSomething(fragment.selectionSet, type);
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    return condition === undefined || conditionApplies(this.#schema, condition, type.name);
  }
}
