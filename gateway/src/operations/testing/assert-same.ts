import assert from 'node:assert/strict';
import type { ExecutionResult } from 'graphql';
import type { OperationResult } from '../compiled-operation.ts';
import type { Federation } from './federation.ts';

type Result = Pick<ExecutionResult, 'data' | 'errors'> | OperationResult;

/** Checks that the federated answer is the monolith's: the data, and where the errors are. */
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

/** GraphQL lets a server leave errors out below a null that another error explains: only the null's place counts. */
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
