import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { OperationDefinitionNode, VariableDefinitionNode } from 'graphql';
import { parseFetchOperation, withOperation } from '../plan/fetch-documents.ts';

/**
 * Joins the plans of mutations that run one after another, each with all that is fetched below it. Neighbours of one
 * subgraph travel as one call if nothing below the earlier ones is fetched elsewhere.
 * https://spec.graphql.org/October2021/#sec-Mutation
 */
export function sequenceOf(plans: readonly QueryPlan[]): QueryPlan {
  const nodes: PlanNode[] = [];
  for (const { node } of plans) {
    if (!node || node.kind === 'Subscription') continue;
    const [first, ...below] = node.kind === 'Sequence' ? node.nodes : [node];
    const last = nodes.at(-1);
    const joined = first?.kind === 'Fetch' && last?.kind === 'Fetch' ? join(last, first) : undefined;
    if (joined) nodes.splice(-1, 1, joined, ...below);
    else nodes.push(...(first ? [first, ...below] : []));
  }
  return { kind: 'QueryPlan', ...(nodes.length > 0 && { node: { kind: 'Sequence', nodes } }) };
}

/** Joins two fetches of mutations if they can be one call. */
function join(one: FetchNode, other: FetchNode): FetchNode | undefined {
  const isPlain = (fetch: FetchNode) => fetch.operationKind === 'mutation' && !fetch.outputRewrites?.length;
  if (one.serviceName !== other.serviceName || !isPlain(one) || !isPlain(other)) return undefined;
  const [operation, next] = [parseFetchOperation(one.operation), parseFetchOperation(other.operation)];
  const selections = [...operation.selectionSet.selections, ...next.selectionSet.selections];
  const variableUsages = [...new Set([...(one.variableUsages ?? []), ...(other.variableUsages ?? [])])];
  return withOperation(
    { ...one, variableUsages },
    {
      ...operation,
      variableDefinitions: distinctVariables(operation, next),
      selectionSet: { ...operation.selectionSet, selections },
    },
  );
}

function distinctVariables(...operations: readonly OperationDefinitionNode[]): VariableDefinitionNode[] {
  const definitions = operations.flatMap(({ variableDefinitions }) => variableDefinitions ?? []);
  return [...new Map(definitions.map((definition) => [definition.variable.name.value, definition])).values()];
}
