import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type ArgumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parseValue,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { parseFetchOperation, withOperation } from '../plan/fetch-documents.ts';
import { replaceFetches } from '../plan/plan-nodes.ts';
import type { RequiredField, RequiredFields } from './required-field.ts';

/**
 * Puts the subgraphs' own fields back into a plan for a normalized supergraph: `comments__required_0` becomes
 * `comments__required_0: comments(limit: 3)`. A fetch whose fields need different values of one field becomes one fetch
 * for each: a representation has room for one. Reported as https://github.com/apollographql/router/issues/5000, and for two
 * values at once as https://github.com/graphql-hive/federation-gateway-audit/pull/138. Seen in @apollo/query-planner 2.14.4.
 */
export function restoreRequiredFields(plan: QueryPlan, requiredFields: RequiredFields): QueryPlan {
  const { node } = plan;
  if (requiredFields.byName.size === 0 || !node || node.kind === 'Subscription') return plan;
  return { ...plan, node: replaceFetches(node, (fetch) => restoredFetch(fetch, requiredFields)) };
}

function restoredFetch(fetch: FetchNode, requiredFields: RequiredFields): PlanNode {
  const needed = namesIn(fetch.requires ?? [], requiredFields);
  if (!needed.some((name) => hasRival(name, needed, requiredFields))) return withOriginalFields(fetch, requiredFields);
  const operation = parseFetchOperation(fetch.operation);
  const neededBy = requiredFields.neededBy.get(fetch.serviceName) ?? new Map<string, Set<string>>();
  const groups = groupsWithoutRivals([...new Set(topLevelNeeds(operation, neededBy).values())], requiredFields);
  const nodes = groups.map((group, index) => {
    const isHere = (needs: ReadonlySet<string> | undefined) =>
      needs ? [...needs].every((name) => group.has(name)) : index === 0;
    const part = keepFields(operation, neededBy, isHere);
    const requires = withoutNames(fetch.requires ?? [], (name) => requiredFields.byName.has(name) && !group.has(name));
    return withOriginalFields({ ...withOperation(fetch, part), requires }, requiredFields);
  });
  return { kind: 'Parallel', nodes };
}

/** Returns true if another of these names stands for the same field with other arguments. */
function hasRival(name: string, names: readonly string[], { byName }: RequiredFields): boolean {
  const original = byName.get(name)?.name;
  return names.some((other) => other !== name && byName.get(other)?.name === original);
}

function namesIn(selections: readonly QueryPlanSelectionNode[], requiredFields: RequiredFields): string[] {
  const names = selections.flatMap((selection) => {
    const below = namesIn(selection.selections ?? [], requiredFields);
    return selection.kind === 'Field' && requiredFields.byName.has(selection.name) ? [selection.name, ...below] : below;
  });
  return [...new Set(names)];
}

type Needs = ReadonlyMap<string, ReadonlySet<string>>;

/** Returns the names that the fields of a fetch's entities need, by `Type.field`. */
function topLevelNeeds(operation: OperationDefinitionNode, neededBy: Needs): Needs {
  const found = new Map<string, ReadonlySet<string>>();
  keepFields(operation, neededBy, (needs, coordinate) => {
    if (needs) found.set(coordinate, needs);
    return true;
  });
  return found;
}

function groupsWithoutRivals(needs: readonly ReadonlySet<string>[], requiredFields: RequiredFields): Set<string>[] {
  const groups: Set<string>[] = [];
  for (const names of needs) {
    const fits = (group: Set<string>) => [...names].every((name) => !hasRival(name, [...group], requiredFields));
    const group = groups.find(fits);
    if (group) for (const name of names) group.add(name);
    else groups.push(new Set(names));
  }
  return groups;
}

/** Returns the operation with only those fields of its entities that the filter keeps. */
function keepFields(
  operation: OperationDefinitionNode,
  neededBy: Needs,
  keep: (needs: ReadonlySet<string> | undefined, coordinate: string) => boolean,
): OperationDefinitionNode {
  const kept = (selectionSet: SelectionSetNode, typeName: string): SelectionSetNode => ({
    ...selectionSet,
    selections: selectionSet.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = kept(selection.selectionSet, selection.typeCondition?.name.value ?? typeName);
        return inner.selections.length === 0 ? [] : [{ ...selection, selectionSet: inner }];
      }
      if (selection.kind !== Kind.FIELD) return [selection];
      const coordinate = `${typeName}.${selection.name.value}`;
      return keep(neededBy.get(coordinate), coordinate) ? [selection] : [];
    }),
  });
  const entities = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD && selection.selectionSet
      ? { ...selection, selectionSet: kept(selection.selectionSet, '_Entity') }
      : selection,
  );
  return { ...operation, selectionSet: { ...operation.selectionSet, selections: entities } };
}

function withoutNames(
  selections: readonly QueryPlanSelectionNode[],
  isUnwanted: (name: string) => boolean,
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'Field' && isUnwanted(selection.name)) return [];
    if (selection.kind === 'InlineFragment') {
      return [{ ...selection, selections: withoutNames(selection.selections, isUnwanted) }];
    }
    return [
      selection.selections ? { ...selection, selections: withoutNames(selection.selections, isUnwanted) } : selection,
    ];
  });
}

/** Restores the fields of a fetch. In a `requires`, `alias` is the plan's key of a value and `name` the subgraph's name of it. */
function withOriginalFields(fetch: FetchNode, requiredFields: RequiredFields): FetchNode {
  const requires = fetch.requires && restoredSelections(fetch.requires, requiredFields);
  return { ...fetch, ...(requires && { requires }), operation: restoredText(fetch.operation, requiredFields) };
}

function restoredSelections(
  selections: readonly QueryPlanSelectionNode[],
  requiredFields: RequiredFields,
): QueryPlanSelectionNode[] {
  return selections.map((selection): QueryPlanSelectionNode => {
    const below = selection.selections && restoredSelections(selection.selections, requiredFields);
    if (selection.kind === 'InlineFragment') return { ...selection, selections: below ?? [] };
    const original = requiredFields.byName.get(selection.name);
    return {
      ...selection,
      ...(original && { alias: selection.name, name: original.name }),
      ...(below && { selections: below }),
    };
  });
}

function restoredText(text: string, { byName }: RequiredFields): string {
  if (![...byName.keys()].some((name) => text.includes(name))) return text;
  const restoredField = (field: FieldNode): FieldNode | undefined => {
    const original = byName.get(field.name.value);
    if (!original) return undefined;
    const alias = field.alias ?? field.name;
    return { ...field, alias, name: { kind: Kind.NAME, value: original.name }, arguments: argumentsOf(original) };
  };
  const document = visit(parseFetchOperation(text), { Field: restoredField });
  return stripIgnoredCharacters(print(document));
}

function argumentsOf(field: RequiredField): ArgumentNode[] {
  return field.arguments.map(({ name, value }) => ({
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: name },
    value: parseValue(value),
  }));
}
