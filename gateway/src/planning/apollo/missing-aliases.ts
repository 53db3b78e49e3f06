import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import { Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
import { parseFetchOperation, withOperation } from '../plan/fetch-documents.ts';
import { replaceFetches } from '../plan/plan-nodes.ts';

/**
 * Gives fields of fetches the aliases that the plan renames afterwards. The planner adds them for fields of one name whose
 * types can't be merged (https://github.com/apollographql/federation/pull/2294), but @apollo/query-planner 2.14.4 doesn't
 * write them in fragments without a type condition, like `... @skip(if: $s)`: the subgraph then refuses the whole fetch. No
 * upstream issue is known; missing-aliases.test.ts reproduces it.
 */
export function addMissingAliases(plan: QueryPlan): QueryPlan {
  const { node } = plan;
  return node && node.kind !== 'Subscription' ? { ...plan, node: replaceFetches(node, withAliases) } : plan;
}

interface Alias {
  /** Keys, and `... on Type` for fragments, relative to the fetched objects. */
  readonly path: readonly string[];
  readonly key: string;
  readonly alias: string;
}

function withAliases(fetch: FetchNode): FetchNode {
  const aliases = (fetch.outputRewrites ?? []).flatMap((rewrite): Alias[] => {
    const alias = rewrite.path.at(-1);
    if (rewrite.kind !== 'KeyRenamer' || alias === undefined) return [];
    return [{ path: rewrite.path.slice(0, -1), key: rewrite.renameKeyTo, alias }];
  });
  if (aliases.length === 0) return fetch;
  const operation = parseFetchOperation(fetch.operation);
  const start = fetch.requires ? ['_entities'] : [];
  const selectionSet = aliases.reduce(
    (selections, { path, ...names }) => aliased(selections, { ...names, path: [...start, ...path] }),
    operation.selectionSet,
  );
  return withOperation(fetch, { ...operation, selectionSet });
}

function aliased(selectionSet: SelectionSetNode, alias: Alias): SelectionSetNode {
  return { ...selectionSet, selections: selectionSet.selections.map((selection) => aliasedIn(selection, alias)) };
}

function aliasedIn(selection: SelectionNode, alias: Alias): SelectionNode {
  if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
  const { path, key } = alias;
  const [element, ...rest] = path;
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    const condition = selection.typeCondition && `... on ${selection.typeCondition.name.value}`;
    if (condition !== undefined && condition !== element) return selection;
    const below = condition === undefined ? alias : { ...alias, path: rest };
    return { ...selection, selectionSet: aliased(selection.selectionSet, below) };
  }
  const own = (selection.alias ?? selection.name).value;
  if (element === undefined) {
    return own === key ? { ...selection, alias: { kind: Kind.NAME, value: alias.alias } } : selection;
  }
  if (own !== element || !selection.selectionSet) return selection;
  return { ...selection, selectionSet: aliased(selection.selectionSet, { ...alias, path: rest }) };
}
