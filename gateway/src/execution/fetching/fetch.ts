import type { FetchNode } from '@apollo/query-planner';
import { dataBytes } from '@lockstep/runtime/caching/heap-bytes.ts';
import type { HeldBytes } from '@lockstep/runtime/caching/held-bytes.ts';
import type { GraphQLAnswer } from '@lockstep/runtime/http/client/subgraph-answer.ts';
import { isRecord } from '@lockstep/runtime/json-record.ts';
import { type KeyTree, keyTree, parseFetchOperation, renamedKeys } from '../../planning/plan/fetch-documents.ts';
import { UnsupportedPlanError } from '../unsupported-plan-error.ts';
import type { GroupMember } from './call-groups.ts';
import { type FetchConstants, type FetchRequest, fetchConstants } from './fetch-request.ts';
import { isMergeable } from './merged-document.ts';
import type { PlanExecution } from './plan-execution.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import type { TypeRelations } from './type-relations.ts';
import type { UnselectedKeys } from './wanted-keys.ts';

/** Runs part of a plan. Doesn't reject if a subgraph fails: the failure is among the execution's errors. */
export type Step = (execution: PlanExecution) => Promise<void>;

/** Compiled parts that root fetches and entity fetches have in common. */
export interface FetchParts {
  readonly constants: FetchConstants;
  /** Path in the plan's data that the fetch applies to. */
  readonly path: readonly string[];
  /** Keys that the fetch fills in. */
  readonly keys: KeyTree;
  readonly rewrites: readonly Rewrite[];
  /** Returns the plan's name for a key of the subgraph's answer. */
  readonly renamed: (key: string) => string;
  readonly types: TypeRelations;
  /** True if each object that waits for an entity gets a copy of its own. */
  readonly copies: boolean;
  variables(execution: PlanExecution): Record<string, unknown>;
  call(execution: PlanExecution, request: FetchRequest): Promise<GraphQLAnswer>;
}

export interface FetchOptions {
  /** Number of the fetch node in the plan. */
  readonly number: number | undefined;
  readonly types: TypeRelations;
  /** The client's name for a variable of the plan. */
  readonly clientVariable: (name: string) => string;
  /** True if other fetches of the plan have the same operation. */
  readonly isShareable: (fetch: FetchNode) => boolean;
  /** Returns the function that tells which keys of a fetch aren't selected on an entity; undefined if all are on all. */
  readonly unwantedOf: (fetch: FetchNode, path: readonly string[]) => UnselectedKeys | undefined;
  /** Keys that the plan fetches under `@skip` or `@include`. */
  readonly conditionalKeys: ReadonlySet<string>;
  /**
   * True if the plan has `@fromContext` arguments. Values then depend on the objects above them, so objects at two places
   * can't share what is below. In any other plan the shared part is the same at every place.
   */
  readonly hasContext: boolean;
  /** Fetches that can be one call with others. */
  readonly members: ReadonlyMap<FetchNode, GroupMember>;
  /** Counts the bytes of the code. */
  readonly held: HeldBytes;
}

/** Bytes of the code of one fetch, beside its keys and its texts. */
const FETCH_BYTES = 2000;

/** @param member place of the fetch, or of that which it is a part of, among those that can be one call */
export function fetchParts(
  fetch: FetchNode,
  path: readonly string[],
  options: FetchOptions,
  member?: GroupMember,
): FetchParts {
  const { operation, operationKind, outputRewrites } = fetch;
  if (operationKind === 'subscription') throw new UnsupportedPlanError('a subscription');
  const renamed = renamedKeys(outputRewrites);
  const parsed = parseFetchOperation(operation);
  const tree = keyTree(parsed.selectionSet, renamed);
  options.held.add(FETCH_BYTES + dataBytes(tree) + 4 * operation.length);
  const isShareable = operationKind === 'query' && options.isShareable(fetch);
  return {
    constants: fetchConstants(fetch, operationKind, isMergeable(parsed) ? member?.group : undefined, options.number),
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

/** Returns the data of an answer, or undefined if it has none. */
export function dataOf(answer: GraphQLAnswer): Record<string, unknown> | undefined {
  return isRecord(answer.data) ? answer.data : undefined;
}
