import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { conditionApplies } from '../../planning/plan/type-conditions.ts';

/** Inputs of field collection that stay the same within one operation. */
export interface Selecting {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Values of the variables that `@skip` and `@include` use. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

/**
 * Collects the fields selected on an object, by response key and across fragments.
 * https://spec.graphql.org/October2021/#CollectFields()
 */
export function collectFields(
  selecting: Selecting,
  type: GraphQLObjectType | GraphQLInterfaceType,
  selectionSets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  for (const selectionSet of selectionSets) collect(selecting, type, selectionSet, fields, visited);
  return fields;
}

/** Counts the fields of selections, each fragment wherever it is spread. */
export function countFields(
  selectionSets: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  let count = 0;
  for (const { selections } of selectionSets) {
    for (const selection of selections) {
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (selection.kind === Kind.FIELD) count += 1;
      if (inner?.selectionSet) count += countFields([inner.selectionSet], fragments);
    }
  }
  return count;
}

function collect(
  selecting: Selecting,
  type: GraphQLObjectType | GraphQLInterfaceType,
  selectionSet: SelectionSetNode,
  fields: Map<string, FieldNode[]>,
  visited: Set<string>,
): void {
  for (const selection of selectionSet.selections) {
    if (!isIncluded(selection, selecting.conditions)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = fields.get(key);
      if (known) known.push(selection);
      else fields.set(key, [selection]);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : unvisited(selection.name.value, selecting, visited);
    const condition = fragment?.typeCondition?.name.value;
    if (fragment && (condition === undefined || conditionApplies(selecting.schema, condition, type.name))) {
      collect(selecting, type, fragment.selectionSet, fields, visited);
    }
  }
}

function unvisited(name: string, { fragments }: Selecting, visited: Set<string>): FragmentDefinitionNode | undefined {
  if (visited.has(name)) return undefined;
  visited.add(name);
  return fragments.get(name);
}

/** Returns false if `@skip` or `@include` excludes a selection. */
export function isIncluded({ directives }: SelectionNode, conditions: Readonly<Record<string, unknown>>): boolean {
  for (const { name, arguments: given } of directives ?? []) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const condition = given?.find((argument) => argument.name.value === 'if')?.value;
    const isTrue =
      condition?.kind === Kind.VARIABLE
        ? conditions[condition.name.value] === true
        : condition?.kind === Kind.BOOLEAN && condition.value;
    if (isTrue === (name.value === 'skip')) return false;
  }
  return true;
}
