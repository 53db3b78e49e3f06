import type { FetchNode } from '@apollo/query-planner';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { GraphQLFormattedError } from 'graphql';
import { errorsOf } from '../field-errors.ts';
import { dataOf, type FetchOptions, type FetchParts, fetchParts, type Step } from './fetch.ts';
import { FetchRequest } from './fetch-request.ts';
import { mergeInto } from './merge.ts';
import { objectsAt, type Path, placesOf } from './places.ts';
import type { PlanExecution } from './plan-execution.ts';
import { FAILED, markUnavailable } from './records.ts';

/** Compiles a fetch of root fields. It has a path only if a subgraph returned a `Query` object inside its answer. */
export function compileRootFetch(fetch: FetchNode, path: readonly string[], options: FetchOptions): Step {
  const parts = fetchParts(fetch, path, options);
  return fetch.operationKind === 'mutation' ? mutation(parts) : query(parts);
}

function mutation(parts: FetchParts): Step {
  const run = query(parts);
  return async (execution) => {
    if (!execution.mayMutate()) return;
    execution.startMutations(parts.keys.keys());
    await run(execution);
  };
}

function query(parts: FetchParts): Step {
  const { path } = parts;
  return async (execution) => {
    const targets = objectsAt(execution.data, path);
    if (targets.length === 0) return;
    try {
      const answer = await parts.call(
        execution,
        new FetchRequest(parts.constants, parts.variables(execution), undefined),
      );
      take(parts, execution, targets, errorsOf(answer), dataOf(answer));
    } catch (error) {
      fail(parts, execution, targets, (place) => execution.errors.addFailure(error, place));
    }
  };
}

function take(
  parts: FetchParts,
  execution: PlanExecution,
  targets: readonly JsonRecord[],
  errors: readonly GraphQLFormattedError[],
  data: JsonRecord | undefined,
): void {
  const unplaced = errors.filter((error) => !Array.isArray(error.path) || error.path.length === 0);
  const places = errors.length > unplaced.length ? placesOf(execution.data, parts.path, new Set(targets)) : [];
  for (const error of errors) {
    if (unplaced.includes(error)) continue;
    for (const place of places) {
      const below = (error.path ?? []).map((element) =>
        typeof element === 'string' ? parts.renamed(element) : element,
      );
      execution.errors.addFromSubgraph(parts.constants.subgraph, error, [...place, ...below]);
    }
  }
  if (data) {
    for (const error of unplaced) execution.errors.addFromSubgraph(parts.constants.subgraph, error, undefined);
    for (const rewrite of parts.rewrites) rewrite(data);
    for (const target of targets) mergeInto(target, data, parts.types);
    return;
  }
  fail(parts, execution, targets, (place) => {
    for (const error of unplaced) execution.errors.addFromSubgraph(parts.constants.subgraph, error, place);
    if (errors.length === 0)
      execution.errors.addFailure(new Error('a subgraph answered neither data nor errors'), place);
  });
}

/** Marks every root field of the fetch as failed and reports the reason at each of them. */
function fail(
  parts: FetchParts,
  execution: PlanExecution,
  targets: readonly JsonRecord[],
  report: (place: Path) => void,
): void {
  for (const place of placesOf(execution.data, parts.path, new Set(targets))) {
    for (const key of parts.keys.keys()) report([...place, key]);
  }
  for (const target of targets) markUnavailable(target, parts.keys, FAILED);
}
