import type { FetchNode } from '@apollo/query-planner';
import type { JsonRecord } from '@lockstep/runtime/json-record.ts';
import type { GraphQLFormattedError } from 'graphql';
import { AnswerTooLargeError } from '../answer-budget.ts';
import { errorsOf } from '../field-errors.ts';
import { commonPath, reportErrors } from './answer-errors.ts';
import { dataOf, type FetchOptions, type FetchParts, fetchParts, type Step } from './fetch.ts';
import { FetchRequest } from './fetch-request.ts';
import { mergeInto } from './merge.ts';
import { objectsAt, placesOf } from './places.ts';
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
    execution.startMutations(parts.keys);
    await run(execution);
  };
}

function query(parts: FetchParts): Step {
  const { path } = parts;
  return async (execution) => {
    const targets = objectsAt(execution.data, path, execution.budget);
    if (targets.length === 0) return;
    try {
      const answer = await parts.call(
        execution,
        new FetchRequest(parts.constants, parts.variables(execution), undefined),
      );
      execution.budget.checkReplies();
      take(parts, execution, targets, errorsOf(answer), dataOf(answer));
    } catch (error) {
      if (error instanceof AnswerTooLargeError) throw error;
      if (execution.isAbandoned) return; // nobody reads the answer
      fail(parts, execution, targets, error);
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
  if (errors.length > 0) reportRootErrors(parts, execution, targets, errors, data);
  if (data) {
    for (const rewrite of parts.rewrites) rewrite(data);
    for (const target of targets) mergeInto(target, data, parts.types);
  } else if (errors.length > 0) {
    for (const target of targets) markUnavailable(target, parts.keys, FAILED);
  } else {
    fail(parts, execution, targets, new Error('a subgraph answered neither data nor errors'));
  }
}

/** Reports an error of a root field at its path, any other at the nearest path that all root fields have in common. */
function reportRootErrors(
  parts: FetchParts,
  execution: PlanExecution,
  targets: readonly JsonRecord[],
  errors: readonly GraphQLFormattedError[],
  data: JsonRecord | undefined,
): void {
  const places = placesOf(execution.data, parts.path, new Set(targets));
  const subject = { places, value: data };
  reportErrors(
    { parts, execution },
    errors,
    (path) => (path.length > 0 ? { subject, below: path } : undefined),
    () => commonPath(places.flatMap((place) => [...parts.keys.keys()].map((key) => [...place, key]))),
  );
}

/** Marks every root field of the fetch as failed and reports the reason at each of them. */
function fail(parts: FetchParts, execution: PlanExecution, targets: readonly JsonRecord[], reason: unknown): void {
  for (const place of placesOf(execution.data, parts.path, new Set(targets))) {
    for (const key of parts.keys.keys()) execution.errors.addFailure(reason, [...place, key]);
  }
  for (const target of targets) markUnavailable(target, parts.keys, FAILED);
}
