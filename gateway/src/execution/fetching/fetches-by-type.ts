import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { Kind, type OperationDefinitionNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import { keyTree, parseFetchOperation, withOperation } from '../planning/fetch-documents.ts';
import { fetchesOf, replaceFetches } from '../planning/plan-nodes.ts';
import type { ResponseTree } from '../response-tree.ts';
import { requiredFields } from './required-selections.ts';
import { renamedKeys } from './rewrites.ts';
import type { TypeRelations } from './type-relations.ts';

/** A fetch of entities that may be for those of some types only. */
export interface TypedFetchNode extends FetchNode {
  readonly isFor?: (typeName: string) => boolean;
}

/** One combination of an operation's conditions. */
export interface FetchScope {
  readonly response: ResponseTree;
  readonly types: TypeRelations;
  /** Whether a selection of the client's is there. */
  includes(selection: SelectionNode): boolean;
}

/**
 * Asks no entity for what the client wants of others. Where an operation has `... on Book { pages }` at an interface that a
 * subgraph has `pages` for, the planner asks that for the pages of every entity there. What then fails would be an error of
 * a field that nobody asked for, and the rest of its entity null with it. Such a fetch becomes one for each set of fields.
 *
 * @returns the plan itself where it has no such fetch
 */
export function fetchesByType(plan: QueryPlan, { response, types, includes }: FetchScope): QueryPlan {
  const { node } = plan;
  if (!node || node.kind === 'Subscription') return plan;
  const fetches = [...fetchesOf(node)];
  // Context arguments are taken from the objects above by ways of their own.
  if (fetches.some(({ fetch }) => fetch.contextRewrites?.length)) return plan;
  let isSame = true;
  const replaced = replaceFetches(node, (fetch, path) => {
    if (!fetch.requires) return fetch;
    const here = fetches.filter((other) => other.path.join() === path.join());
    const ofAnyType = response.keysAt(path, { applies: () => true, includes });
    const parts = splitFetch(fetch, types, (typeName) => {
      const applies = (condition: string) => types.applies(condition, typeName);
      const wanted = response.keysAt(path, { applies, includes });
      const required = here.flatMap((other) => [
        ...requiredFields(other.fetch.requires ?? [], typeName, types).values(),
      ]);
      return (key) => !ofAnyType.has(key) || wanted.has(key) || required.some((field) => field.key === key);
    });
    isSame &&= parts === fetch;
    return parts;
  });
  return isSame ? plan : { ...plan, node: replaced };
}

/** @param needs whether somebody needs what entities of a type have under a key */
function splitFetch(
  fetch: FetchNode,
  types: TypeRelations,
  needs: (typeName: string) => (key: string) => boolean,
): PlanNode {
  const operation = parseFetchOperation(fetch.operation);
  const renamed = renamedKeys(fetch.outputRewrites);
  const keys = [...(keyTree(operation.selectionSet, renamed).get('_entities')?.keys() ?? [])];
  const groups = new Map<string, { readonly unwanted: ReadonlySet<string>; readonly typeNames: Set<string> }>();
  for (const typeName of objectTypesOfInterfaces(operation.selectionSet, types)) {
    const isNeeded = needs(typeName);
    const unwanted = keys.filter((key) => key !== '__typename' && !isNeeded(key));
    const group = groups.get(unwanted.join()) ?? { unwanted: new Set(unwanted), typeNames: new Set() };
    groups.set(unwanted.join(), group);
    group.typeNames.add(typeName);
  }
  groups.delete('');
  if (groups.size === 0) return fetch;
  const apart = new Set([...groups.values()].flatMap(({ typeNames }) => [...typeNames]));
  const nodes: TypedFetchNode[] = [{ ...fetch, isFor: (typeName) => !apart.has(typeName) }];
  for (const { unwanted, typeNames } of groups.values()) {
    const selectionSet = withoutKeys(operation.selectionSet, (key) => unwanted.has(renamed(key)));
    if (!hasFields(selectionSet)) continue;
    const part: OperationDefinitionNode = { ...operation, selectionSet };
    nodes.push({ ...withOperation(fetch, part), isFor: (typeName) => typeNames.has(typeName) });
  }
  return { kind: 'Parallel', nodes };
}

/** The object types of the interfaces that a fetch has fragments on. */
function objectTypesOfInterfaces({ selections }: SelectionSetNode, types: TypeRelations): Set<string> {
  const [entities] = selections;
  const fragments = entities?.kind === Kind.FIELD ? (entities.selectionSet?.selections ?? []) : [];
  return new Set(
    fragments.flatMap((fragment) =>
      fragment.kind === Kind.INLINE_FRAGMENT ? types.objectTypesOf(fragment.typeCondition?.name.value ?? '') : [],
    ),
  );
}

/** @param isUnwanted whether to leave out what an entity has under this key */
function withoutKeys(entities: SelectionSetNode, isUnwanted: (key: string) => boolean): SelectionSetNode {
  const left = (selectionSet: SelectionSetNode): SelectionSetNode => ({
    ...selectionSet,
    selections: selectionSet.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD)
        return isUnwanted((selection.alias ?? selection.name).value) ? [] : [selection];
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
      const below = left(selection.selectionSet);
      return below.selections.length === 0 ? [] : [{ ...selection, selectionSet: below }];
    }),
  });
  return {
    ...entities,
    selections: entities.selections.map((selection) =>
      selection.kind === Kind.FIELD && selection.selectionSet
        ? { ...selection, selectionSet: left(selection.selectionSet) }
        : selection,
    ),
  };
}

/** Whether any field is left but `__typename`. */
function hasFields(selectionSet: SelectionSetNode): boolean {
  return [
    ...(keyTree(selectionSet, (key) => key)
      .get('_entities')
      ?.keys() ?? []),
  ].some((key) => key !== '__typename');
}
