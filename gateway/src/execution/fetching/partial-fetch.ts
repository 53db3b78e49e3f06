import type { FetchNode } from '@apollo/query-planner';
import { type FieldNode, Kind, type OperationDefinitionNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import {
  type KeyTree,
  keyTree,
  parseFetchOperation,
  renamedKeys,
  withOperation,
} from '../../planning/plan/fetch-documents.ts';

/**
 * Returns the keys, as the plan names them, that a fetch selects on its entities.
 *
 * @param operation the operation of the fetch
 * @param applies tells if fragments on a type apply to the entities in question
 */
export function entityKeys(
  { outputRewrites }: FetchNode,
  operation: OperationDefinitionNode,
  applies: (condition: string) => boolean = () => true,
): KeyTree {
  const selections = entitySelections(operation.selectionSet).filter((selection) => {
    const condition = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined;
    return condition === undefined || applies(condition);
  });
  return keyTree({ kind: Kind.SELECTION_SET, selections }, renamedKeys(outputRewrites));
}

/** Returns the fetch without the selections at some key paths of the plan, or undefined if nothing would be left. */
export function fetchWithout(fetch: FetchNode, unwanted: ReadonlySet<string>): FetchNode | undefined {
  const operation = parseFetchOperation(fetch.operation);
  const [entities] = operation.selectionSet.selections;
  if (entities?.kind !== Kind.FIELD) return fetch;
  const renamed = renamedKeys(fetch.outputRewrites);
  const selections = selectionsWithout(entitySelections(operation.selectionSet), (path) =>
    unwanted.has(path.map(renamed).join('.')),
  );
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections };
  if (selections.length === 0) return undefined;
  return withOperation(fetch, {
    ...operation,
    selectionSet: { ...operation.selectionSet, selections: [{ ...entities, selectionSet }] },
  });
}

function selectionsWithout(
  selections: readonly SelectionNode[],
  isUnwanted: (path: readonly string[]) => boolean,
  above: readonly string[] = [],
): SelectionNode[] {
  return selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    const isField = selection.kind === Kind.FIELD;
    const path = isField ? [...above, (selection.alias ?? selection.name).value] : above;
    if (isField && isUnwanted(path)) return [];
    if (!selection.selectionSet) return [selection];
    const below = selectionsWithout(selection.selectionSet.selections, isUnwanted, path);
    if (below.length === 0 && !isField) return [];
    const left = below.length === 0 ? [TYPE_NAME] : below;
    return [{ ...selection, selectionSet: { kind: Kind.SELECTION_SET, selections: left } }];
  });
}

const TYPE_NAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function entitySelections({ selections: [entities] }: SelectionSetNode): readonly SelectionNode[] {
  return entities?.kind === Kind.FIELD ? (entities.selectionSet?.selections ?? []) : [];
}
