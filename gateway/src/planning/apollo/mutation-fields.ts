import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableNode,
} from 'graphql';
import { constantCondition, isCondition, isNeverIncluded } from '../plan/constant-conditions.ts';

/**
 * Splits a mutation into documents with one root field each, in the order in which they run. Returns another operation as
 * it is.
 *
 * The planner, given all at once, loses their order: it merges fragments of one type or condition, so that
 * `...@include(if: $x) { a } b ...@include(if: $x) { c }` runs as a, c, b. And it keeps the parts of
 * `a b ...@include(if: $x) { a }` apart if b is of another subgraph: a would run twice. GraphQL merges them:
 * https://spec.graphql.org/October2021/#CollectFields(). Seen in `@apollo/query-planner` 2.14.4, and so in the stock gateway.
 */
export function mutationFields(document: DocumentNode, operationName: string | undefined): DocumentNode[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    if (operationName === undefined || node.name?.value === operationName) operation = node;
  }
  if (operation?.operation !== OperationTypeNode.MUTATION) return [document];
  const { selectionSet } = operation;
  return mergedFields(selectionSet, fragments).map((field) => {
    const single = { ...operation, selectionSet: setOf([field]) };
    return { ...document, definitions: [single, ...fragments.values()] };
  });
}

/** The variable of an `@include`, or of a `@skip`. */
interface Condition {
  readonly variable: VariableNode;
  readonly isIncluding: boolean;
}

/** One selection of a mutation field, and the conditions that are all necessary for it. */
interface Occurrence {
  readonly field: FieldNode;
  readonly conditions: readonly Condition[];
}

function mergedFields(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionNode[] {
  const byKey = new Map<string, Occurrence[]>();
  const all = [...occurrencesIn(selectionSet, { fragments, conditions: [], visited: new Set() })].map((occurrence) => {
    const { alias, name } = occurrence.field;
    const ofKey = byKey.get((alias ?? name).value) ?? [];
    byKey.set((alias ?? name).value, ofKey);
    return { ofKey, index: ofKey.push(occurrence) - 1 };
  });
  return all.flatMap(({ ofKey, index }) => mergeOccurrences(ofKey, index));
}

interface FragmentScope {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Conditions of the fragments around a selection. */
  readonly conditions: readonly Condition[];
  /** Fragments with the conditions under which they were visited: a second visit would add nothing. */
  readonly visited: Set<string>;
}

function* occurrencesIn({ selections }: SelectionSetNode, around: FragmentScope): Generator<Occurrence, void> {
  for (const selection of selections) {
    if (isNeverIncluded(selection)) continue;
    const conditions = [...around.conditions, ...(selection.directives ?? []).flatMap(conditionOf)];
    if (selection.kind === Kind.FIELD) yield { field: selection, conditions };
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? unvisited(selection, conditions, around) : selection;
    if (fragment && fragment.kind !== Kind.FIELD)
      yield* occurrencesIn(fragment.selectionSet, { ...around, conditions });
  }
}

function unvisited(
  { name }: FragmentSpreadNode,
  conditions: readonly Condition[],
  { fragments, visited }: FragmentScope,
): FragmentDefinitionNode | undefined {
  const names = conditions.map(({ variable, isIncluding }) => `${isIncluding ? '' : '!'}${variable.name.value}`);
  const visit = [name.value, ...new Set(names)].join();
  if (visited.has(visit)) return undefined;
  visited.add(visit);
  return fragments.get(name.value);
}

function conditionOf(directive: DirectiveNode | ConstDirectiveNode): Condition[] {
  const value = directive.arguments?.[0]?.value;
  if (!isCondition(directive) || constantCondition(directive) !== undefined || value?.kind !== Kind.VARIABLE) return [];
  return [{ variable: value, isIncluding: directive.name.value === 'include' }];
}

/**
 * Selects a field at the position of one of its occurrences, under those of its conditions that no earlier occurrence has, so
 * that no two results are included together. Each selects what all occurrences select that can be included with it.
 */
function mergeOccurrences(occurrences: readonly Occurrence[], index: number): SelectionNode[] {
  const { field, conditions } = occurrences[index] ?? {};
  if (!field || !conditions) return [];
  const earlier = occurrences.slice(0, index);
  const cases = earlier.reduce<(readonly Condition[])[]>(
    (left, other) => left.flatMap((one) => without(one, other.conditions)),
    [conditions],
  );
  return cases.flatMap((given) => {
    const selections = occurrences.flatMap((occurrence) => selectionsUnder(occurrence, given));
    const { selectionSet, directives, ...rest } = field;
    const others = directives?.filter((directive) => !isCondition(directive)) ?? [];
    return wrap([{ ...rest, directives: others, ...(selectionSet && { selectionSet: setOf(selections) }) }], given);
  });
}

/** Splits a conjunction of conditions into those under which another conjunction doesn't hold. */
function without(conditions: readonly Condition[], excluded: readonly Condition[]): (readonly Condition[])[] {
  return excluded.flatMap((condition, index) => {
    const all = [...conditions, ...excluded.slice(0, index), { ...condition, isIncluding: !condition.isIncluding }];
    return isPossible(all) ? [all] : [];
  });
}

function isPossible(conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => !conditions.some((other) => isNegation(condition, other)));
}

function isNegation(one: Condition, other: Condition): boolean {
  return one.variable.name.value === other.variable.name.value && one.isIncluding !== other.isIncluding;
}

function selectionsUnder({ field, conditions }: Occurrence, given: readonly Condition[]): readonly SelectionNode[] {
  const isGiven = ({ variable, isIncluding }: Condition) =>
    given.some((other) => other.variable.name.value === variable.name.value && other.isIncluding === isIncluding);
  if (!field.selectionSet || !isPossible([...given, ...conditions])) return [];
  return wrap(
    field.selectionSet.selections,
    conditions.filter((condition) => !isGiven(condition)),
  );
}

function wrap(selections: readonly SelectionNode[], conditions: readonly Condition[]): readonly SelectionNode[] {
  return conditions.reduceRight<readonly SelectionNode[]>(
    (below, { variable, isIncluding }): InlineFragmentNode[] => [
      {
        kind: Kind.INLINE_FRAGMENT,
        directives: [
          {
            kind: Kind.DIRECTIVE,
            name: { kind: Kind.NAME, value: isIncluding ? 'include' : 'skip' },
            arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'if' }, value: variable }],
          },
        ],
        selectionSet: setOf(below),
      },
    ],
    selections,
  );
}

function setOf(selections: readonly SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections };
}
