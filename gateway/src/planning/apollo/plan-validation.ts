import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { InvalidPlanError } from '../invalid-plan-error.ts';
import { keyTree, parseFetchOperation, renamedKeys } from '../plan/fetch-documents.ts';
import { contextSource, keysIn } from './context-source.ts';
import type { ExternalFields } from './external-fields.ts';
import { FetchedKeys } from './fetched-keys.ts';

/**
 * Refuses a plan that can't give a right answer: one with a fetch of a field that its subgraph declares `@external`, or with
 * a representation or a context argument whose value nothing has fetched before.
 *
 * @throws {InvalidPlanError}
 */
export function validatePlan({ node }: QueryPlan, external: ExternalFields): void {
  if (node && node.kind !== 'Subscription') check(node, [], { external, fetched: new FetchedKeys() });
}

interface Validation {
  readonly external: ExternalFields;
  readonly fetched: FetchedKeys;
}

/** @param path keys that lead to the node, without list items */
function check(node: PlanNode, path: readonly string[], validation: Validation): void {
  switch (node.kind) {
    case 'Sequence':
      for (const child of node.nodes) check(child, path, validation);
      break;
    case 'Parallel':
      checkParallel(node.nodes, path, validation);
      break;
    case 'Flatten':
      check(node.node, [...path, ...keysIn(node.path)], validation);
      break;
    case 'Condition':
      if (node.ifClause) check(node.ifClause, path, validation);
      if (node.elseClause) check(node.elseClause, path, validation);
      break;
    case 'Fetch':
      checkFetch(node, path, validation);
  }
}

/** A fetch must not rely on one beside it. */
function checkParallel(nodes: readonly PlanNode[], path: readonly string[], { external, fetched }: Validation): void {
  const branches = nodes.map((node) => {
    const branch = new FetchedKeys(fetched);
    check(node, path, { external, fetched: branch });
    return branch;
  });
  for (const branch of branches) fetched.addAll(branch);
}

function checkFetch(fetch: FetchNode, path: readonly string[], { external, fetched }: Validation): void {
  const { requires, serviceName, outputRewrites } = fetch;
  const operation = parseFetchOperation(fetch.operation);
  const unavailable = external.selectedBy(serviceName, operation);
  if (unavailable !== undefined) {
    throw new InvalidPlanError(
      unavailable,
      `is @external in the subgraph "${serviceName}", and was to be fetched there`,
    );
  }
  checkRepresentation(fetch, path, fetched);
  checkContext(fetch, path, fetched);
  const keys = keyTree(operation.selectionSet, renamedKeys(outputRewrites));
  fetched.add(path, requires ? (keys.get('_entities') ?? new Map()) : keys);
}

function checkRepresentation(
  { requires, serviceName }: FetchNode,
  path: readonly string[],
  fetched: FetchedKeys,
): void {
  for (const selection of requires ?? []) {
    const missing = fetched.missing(path, [selection]);
    if (!missing) continue;
    const type = selection.kind === 'InlineFragment' ? (selection.typeCondition ?? '') : '';
    const coordinate = `${type}.${missing.join('.')}`;
    throw new InvalidPlanError(coordinate, `is needed by the subgraph "${serviceName}", and nothing fetches it before`);
  }
}

function checkContext(fetch: FetchNode, path: readonly string[], fetched: FetchedKeys): void {
  for (const rewrite of fetch.contextRewrites ?? []) {
    const source = contextSource(rewrite, path);
    if (fetched.has(source)) continue;
    const fault = `is a context value for the subgraph "${fetch.serviceName}", and nothing fetches it before`;
    throw new InvalidPlanError(source.join('.'), fault);
  }
}
