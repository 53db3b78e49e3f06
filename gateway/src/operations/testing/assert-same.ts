import assert from 'node:assert/strict';
import type { ExecutionResult } from 'graphql';
import type { OperationResult } from '../operation-result.ts';
import type { Federation } from './federation.ts';

type Result = Pick<ExecutionResult, 'data' | 'errors'> | OperationResult;

/** Asserts that the federated answer has the monolith's data, and errors at the same places. */
export async function assertSame(
  federation: Federation,
  query: string,
  variables?: Record<string, unknown>,
  operationName?: string,
): Promise<OperationResult> {
  const expected = await federation.expected(query, variables, operationName);
  const actual = await federation.execute(query, variables, operationName);
  assert.deepEqual(comparable(actual), comparable(expected), JSON.stringify(actual.errors));
  return actual;
}

/**
 * Reduces a result to what must be equal. An error below a null counts as one at the null, because a server may omit errors
 * below a null that another error explains: https://spec.graphql.org/October2021/#sec-Handling-Field-Errors
 */
export function comparable({ data, errors }: Result): { data: unknown; errors: string[] } {
  const places = (errors ?? []).map(({ path }) => JSON.stringify(visiblePart(data, path)));
  return {
    data: data === undefined ? undefined : JSON.parse(JSON.stringify(data)),
    errors: [...new Set(places)].sort(),
  };
}

function visiblePart(data: unknown, path: readonly (string | number)[] | undefined): (string | number)[] {
  const visible: (string | number)[] = [];
  let value = data;
  for (const element of path ?? []) {
    if (typeof value !== 'object' || value === null) break;
    visible.push(element);
    value = Object.entries(value).find(([key]) => key === String(element))?.[1];
  }
  return visible;
}
