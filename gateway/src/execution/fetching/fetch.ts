import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import { type KeyTree, keyTree, parseFetchOperation } from '../../planning/plan/fetch-documents.ts';
import { UnsupportedPlanError } from '../unsupported-plan-error.ts';
import { type FetchConstants, type FetchRequest, fetchConstants } from './fetch-request.ts';
import type { PlanExecution } from './plan-execution.ts';
import { compileRewrites, type Rewrite, renamedKeys } from './rewrites.ts';
import type { TypeRelations } from './type-relations.ts';
import type { UnselectedKeys } from './wanted-keys.ts';

/** Runs part of a plan. Never rejects for a subgraph's fault. */
export type Step = (execution: PlanExecution) => Promise<void>;

/** What fetches of root fields and of entities have in common. */
export interface FetchParts {
  readonly constants: FetchConstants;
  /** Where in the plan's data it applies. */
  readonly path: readonly string[];
  /** What it fills in. */
  readonly keys: KeyTree;
  readonly rewrites: readonly Rewrite[];
  /** The plan's name for a key of the subgraph's answer. */
  readonly renamed: (key: string) => string;
  readonly types: TypeRelations;
  /** Whether each object that waits for an entity gets a copy of it. */
  readonly copies: boolean;
  variables(execution: PlanExecution): Record<string, unknown>;
  call(execution: PlanExecution, request: FetchRequest): Promise<GraphQLAnswer>;
}

export interface FetchOptions {
  readonly types: TypeRelations;
  /** The client's name for a variable of the plan. */
  readonly clientVariable: (name: string) => string;
  /** Whether other fetches of the plan have the same operation. */
  readonly isShareable: (fetch: FetchNode) => boolean;
  /** What of a fetch is not wanted of all its entities; undefined where everything is. */
  readonly unwantedOf: (fetch: FetchNode, path: readonly string[]) => UnselectedKeys | undefined;
  /** What the plan fetches under some condition only. */
  readonly conditionalKeys: ReadonlySet<string>;
  /**
   * Whether values of the plan depend on the objects above them: then objects at two places can't share what is below. All
   * other plans do the same to what is shared wherever it is.
   */
  readonly hasContext: boolean;
}

export function fetchParts(fetch: FetchNode, path: readonly string[], options: FetchOptions): FetchParts {
  const { operation, operationKind, outputRewrites } = fetch;
  if (operationKind === 'subscription') throw new UnsupportedPlanError('a subscription');
  const renamed = renamedKeys(outputRewrites);
  const tree = keyTree(parseFetchOperation(operation).selectionSet, renamed);
  const isShareable = operationKind === 'query' && options.isShareable(fetch);
  return {
    constants: fetchConstants(fetch, operationKind),
    path,
    keys: fetch.requires ? (tree.get('_entities') ?? new Map()) : tree,
    rewrites: compileRewrites(outputRewrites, options.types),
    renamed,
    types: options.types,
    copies: options.hasContext,
    variables: compileVariables(fetch, options.clientVariable),
    call: (execution, request) => execution.call(request, isShareable),
  };
}

function compileVariables(
  fetch: FetchNode,
  clientVariable: (name: string) => string,
): (execution: PlanExecution) => Record<string, unknown> {
  const contextual = new Set(fetch.contextRewrites?.map(({ renameKeyTo }) => renameKeyTo));
  const names = (fetch.variableUsages ?? [])
    .filter((name) => !contextual.has(name))
    .map((name) => ({ name, clientName: clientVariable(name) }));
  return ({ variables }) => {
    const used: Record<string, unknown> = {};
    for (const { name, clientName } of names) {
      if (Object.hasOwn(variables, clientName)) used[name] = variables[clientName];
    }
    return used;
  };
}

/** The data of an answer; undefined where it has none. */
export function dataOf(answer: GraphQLAnswer): Record<string, unknown> | undefined {
  return isRecord(answer.data) ? answer.data : undefined;
}
